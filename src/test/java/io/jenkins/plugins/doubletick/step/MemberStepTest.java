package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.FreeStyleProject;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.model.StringParameterDefinition;
import hudson.model.StringParameterValue;
import hudson.tasks.Builder;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.OneJenkins;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.WebUser;
import io.jenkins.plugins.doubletick.client.LeakSearch;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jenkinsci.plugins.workflow.actions.ArgumentsAction;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.graphanalysis.DepthFirstScanner;
import org.jenkinsci.plugins.workflow.graphanalysis.NodeStepTypePredicate;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.steps.StepConfigTester;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvnet.hudson.test.JenkinsRule;

/** The arguments of both Pipeline steps, the forms of these and of the freestyle step, and what a look-up returns. */
class MemberStepTest extends OneJenkins {

    private static WorkflowRun buildWithParameter(Result result, String script, String number) throws Exception {
        WorkflowJob job = pipeline(script);
        job.addProperty(new ParametersDefinitionProperty(new StringParameterDefinition("NUMBER")));
        return r.assertBuildStatus(
                result, job.scheduleBuild2(0, new ParametersAction(new StringParameterValue("NUMBER", number))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"doubletickLogout", "doubletickMember"})
    void stepTakesParametersAndGroovyStringsAndShowsTheNumberMasked(String step) throws Exception {
        WorkflowRun build = buildWithParameter(Result.SUCCESS, """
                def local = '9876543210'
                def id = 'tick'
                %1$s loginNumber: params.NUMBER
                %1$s loginNumber: "+91${local}", credentialsId: "double${id}"
                """.formatted(step), "+91 98765 43210");
        assertEquals(
                List.of("+91••••••3210", "+91••••••3210"),
                new DepthFirstScanner()
                        .filteredNodes(build.getExecution(), new NodeStepTypePredicate(step)).stream()
                                .map(ArgumentsAction::getStepArgumentsAsString)
                                .toList());
    }

    /** Users who build the job could otherwise find out about somebody's secret of which they have only the ciphertext. */
    @ParameterizedTest
    @ValueSource(strings = {"doubletickLogout", "doubletickMember"})
    void stepDecryptsNothing(String step) throws Exception {
        Set<String> errors = new TreeSet<>();
        for (String secret : List.of("Alice", "12345", " ", "+919876543210")) {
            String encrypted = Secret.fromString(secret).getEncryptedValue();
            WorkflowRun build = buildWithParameter(Result.FAILURE, step + " loginNumber: params.NUMBER", encrypted);
            errors.add(JenkinsRule.getLog(build)
                    .lines()
                    .filter(line -> line.startsWith("ERROR"))
                    .map(line -> line.replaceFirst("^ERROR: \\S+ is not", ""))
                    .collect(Collectors.joining()));
        }
        assertEquals(1, errors.size(), errors::toString);
        doubleTick.assertNothingSent();
    }

    /** The arguments, and what the log says about them. Pipeline's own error for another type would show the value. */
    private static final String WRONG_ARGUMENTS = """
            loginNumber: ''                      | The login number is blank
            loginNumber: '$LOGIN_NUMBER'         | **** is not a login number. A login number cannot contain
            loginNumber: '12345'                 | •••45 is not a login number. A login number has 7 to 15 digits
            loginNumber: 4915112345678           | The argument loginNumber of STEP must be one string, as in STEP loginNumber: '+919876543210'
            loginNumber: ['+4915112345678']      | The argument loginNumber of STEP must be one string, as in STEP loginNumber: '+919876543210'
            ['+4915112345678']                   | The argument loginNumber of STEP must be one string, as in STEP loginNumber: '+919876543210'
            loginNumber: '+12025550123', credentialsId: ['4915112345678'] | The argument credentialsId of STEP must be one string, as in STEP loginNumber: '+919876543210'
            loginNumber: '+12025550123', credentialsId: '+4915112345678'  | The argument credentialsId of STEP is a login number.
            loginNumber: '+12025550123', number: '+4915112345678'         | STEP has no arguments other than loginNumber and credentialsId.
            ['+4915112345678': 1, credentialsId: 'a']                     | STEP has no arguments other than loginNumber and credentialsId.
            """;

    @ParameterizedTest
    @ValueSource(strings = {"doubletickLogout", "doubletickMember"})
    void stepRefusesWrongArgumentsAndShowsNothingOfThem(String step) throws Exception {
        List<String[]> rows = WRONG_ARGUMENTS
                .replace("STEP", step)
                .lines()
                .map(row -> row.split(" +\\| "))
                .toList();
        String script = rows.stream()
                .map(row -> "catchError { " + step + "(" + row[0] + ") }\n")
                .collect(Collectors.joining("", "withEnv(['LOGIN_NUMBER=+919876543210']) {\n", "}"));
        WorkflowRun build = build(Result.FAILURE, script);
        String log = JenkinsRule.getLog(build);
        List<String> errors =
                log.lines().filter(line -> line.startsWith("ERROR: ")).toList();
        assertEquals(rows.size(), errors.size(), log);
        for (int i = 0; i < rows.size(); i++) {
            assertTrue(errors.get(i).startsWith("ERROR: " + rows.get(i)[1]), rows.get(i)[0] + ": " + errors.get(i));
        }
        LeakSearch search = new LeakSearch(List.of("15112345678"), List.of());
        search.forKeys("the log", log);
        search.filesForKeys(build.getRootDir().toPath().resolve("workflow-completed"));
        for (FlowNode node : new DepthFirstScanner().allNodes(build.getExecution())) {
            search.forKeys("a node", ArgumentsAction.getArguments(node).toString());
        }
        assertEquals(List.of(), search.hits());
        doubleTick.assertNothingSent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "doubletick"})
    void snippetHasTheArguments(String credentialsId) throws Exception {
        String arguments =
                (credentialsId.isEmpty() ? "'" : "credentialsId: 'doubletick', loginNumber: '") + MEMBER + "'";
        for (MemberStep step : List.of(new DoubleTickLogoutStep(MEMBER), new DoubleTickMemberStep(MEMBER))) {
            step.setCredentialsId(credentialsId);
            String name = step.getDescriptor().getFunctionName();
            new SnippetizerTester(r).assertRoundTrip(step, name + " " + arguments);
            assertNull(step.getDescriptor().argumentsToString(Map.of("loginNumber", MEMBER)), "Not masked yet");
            for (String page : List.of("help", "help/loginNumber", "help/credentialsId")) {
                String path = "descriptor/" + step.getClass().getName() + "/" + page;
                assertEquals(200, new WebUser(null).get(r, path).statusCode(), path);
            }
        }
    }

    private static MemberStep step(MemberStep step, @CheckForNull String credentialsId) {
        step.setCredentialsId(credentialsId);
        return step;
    }

    /** One form for all, since a form takes seconds. */
    @Test
    void formKeepsTheArguments() throws Exception {
        List<Builder> steps = List.of(
                builder("$LOGIN_NUMBER", null),
                builder("$LOGIN_NUMBER", "doubletick"),
                builder(MEMBER, "${KEY}"),
                builder(MEMBER, "gone-for-now"),
                new StepConfigTester.StepBuilder(step(new DoubleTickLogoutStep(MEMBER), "doubletick")),
                new StepConfigTester.StepBuilder(step(new DoubleTickMemberStep(MEMBER), null)));
        FreeStyleProject job = r.createFreeStyleProject();
        job.getBuildersList().addAll(steps);
        // A page that stays open would go on asking for the build history, also in the next class.
        try (JenkinsRule.WebClient client = r.createWebClient()) {
            r.submit(client.getPage(job, "configure").getFormByName("config"));
        }
        r.assertEqualDataBoundBeans(beans(steps), beans(job.getBuildersList()));
    }

    private static List<Object> beans(List<Builder> steps) {
        return steps.stream()
                .map(step -> step instanceof StepConfigTester.StepBuilder pipelines ? pipelines.s : (Object) step)
                .toList();
    }

    /** What the forms say while a user fills them in: of the Pipeline steps (P), of the freestyle step (F), or of both. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            PF | LoginNumber   | +91 98765-43210      |
            PF | LoginNumber   | 9876543210           | This number is not in use in Iran (+98). Is the country code missing?
            PF | LoginNumber   | +12345               | A login number has 7 to 15 digits with the country code, such as +919876543210
            PF | LoginNumber   | ``                   | The login number is blank. Use the phone number that the team member logs in to DoubleTick with, such as +919876543210
            P  | LoginNumber   | params.LOGIN_NUMBER  | The Snippet Generator puts this text in quotes. Enter a number here, and put the expression into the generated step without quotes, as in loginNumber: params.LOGIN_NUMBER
            P  | LoginNumber   | LOGIN_NUMBER         | The Snippet Generator puts this text in quotes. Enter a number here, and put the expression into the generated step without quotes, as in loginNumber: params.LOGIN_NUMBER
            P  | LoginNumber   | ${env.LOGIN_NUMBER}  | The Snippet Generator puts this text in quotes. Enter a number here, and put the expression into the generated step without quotes, as in loginNumber: params.LOGIN_NUMBER
            F  | LoginNumber   | $LOGIN_NUMBER        | $LOGIN_NUMBER is replaced when the job is built
            F  | LoginNumber   | +91${LOGIN_NUMBER}   | ${LOGIN_NUMBER} is replaced when the job is built
            F  | LoginNumber   | $                    | A $ must be followed by the name of a parameter, as in $LOGIN_NUMBER or ${LOGIN_NUMBER}
            F  | LoginNumber   | ${LOGIN_NUMBER       | A $ must be followed by the name of a parameter, as in $LOGIN_NUMBER or ${LOGIN_NUMBER}
            F  | LoginNumber   | LOGIN_NUMBER         | This is not a number. For the parameter LOGIN_NUMBER, enter $LOGIN_NUMBER
            F  | LoginNumber   | params.LOGIN_NUMBER  | This is not a number. For the parameter LOGIN_NUMBER, enter $LOGIN_NUMBER
            F  | LoginNumber   | ${member.number}     | The saved job has no parameter for ${member.number}. Add one, or save the job if you have just added it.
            F  | LoginNumber   | $NOPE                | The saved job has no parameter for $NOPE. Add one, or save the job if you have just added it.
            PF | CredentialsId | ``                   |
            PF | CredentialsId | doubletick           |
            PF | CredentialsId | gone                 | There is no credential 'gone' here that a build can use.
            PF | CredentialsId | ${LOGIN_NUMBER}      | The build parameter LOGIN_NUMBER chooses the credential.
            PF | CredentialsId | ${CRED}              | This job has no parameter CRED. Add a credentials parameter with this name, or choose a credential.
            """)
    void formSaysWhatIsMissing(String steps, String field, String value, @CheckForNull String expected)
            throws Exception {
        FreeStyleProject job = r.createFreeStyleProject();
        job.addProperty(new ParametersDefinitionProperty(new StringParameterDefinition("LOGIN_NUMBER")));
        for (char step : steps.toCharArray()) {
            Class<?> form = step == 'P' ? DoubleTickLogoutStep.class : DoubleTickLogoutBuilder.class;
            assertEquals(
                    expected == null ? "" : expected,
                    WebUser.ask(r, job.getUrl(), form, "check" + field, "value", value),
                    form::getSimpleName);
        }
        doubleTick.assertNothingSent();
    }

    private static String echo(String number) {
        return "def m = doubletickMember loginNumber: '" + number + "'\n"
                + "echo \"It is ${m.name}|${m.email}|${m.role}|${m.owner}|${m.loginNumber}|${m.size()}\"";
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " -> ", quoteCharacter = '`', textBlock = """
            1 (202) 555-0123 -> Daniel Okafor|daniel.okafor@example.com|Manager|false|+12•••••0123|5
            +919876543201    -> Meera Iyer|meera.iyer@example.com|Admin|true|+91••••••3201|5
            """)
    void lookupReturnsTheMemberWithAMaskedNumber(String number, String member) throws Exception {
        assertLog("It is " + member, build(Result.SUCCESS, echo(number)));
    }

    @Test
    void lookupAsksForTheTeamAndLogsNoName() throws Exception {
        WorkflowRun build = build(Result.SUCCESS, lookup(null));
        assertLog(
                "Looking up +91••••••3210 in the DoubleTick team with the API key of the credential 'doubletick'",
                build);
        assertLog("+91••••••3210 is a member of the DoubleTick team.", build);
        assertEquals(0, count("Asha", build));
        assertEquals(List.of(), logouts(build));
        assertEquals(
                List.of("GET /team " + KEY),
                doubleTick.requests().stream()
                        .map(request -> request.method() + " " + request.path() + " " + request.authorization())
                        .toList());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"phone":"+91 98765 43210","name":""} | It is null/null/null/false/+91••••••3210/5
            ``                                    | ERROR: Nobody in the DoubleTick team has the login number +91••••••3210. Compare the number
            {"phone":"919876543210"},{"phone":"+91 98765 43210"} | ERROR: Several members of the DoubleTick team have the login number +91••••••3210. Correct their numbers in DoubleTick.
            10,000 members                        | Members of such a large team can be logged out, but not looked up.
            """)
    void lookupFailsUnlessExactlyOneMemberHasTheNumber(String members, String line) throws Exception {
        String team = "{\"data\":[" + members.replace("10,000 members", "{}" + ",{}".repeat(10_000)) + "]}";
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(200, team))) {
            StandInExtension.use(server.url());
            Result result = line.startsWith("It is") ? Result.SUCCESS : Result.FAILURE;
            assertLog(line, build(result, echo(MEMBER).replace('|', '/')));
        }
    }
}
