package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.model.StringParameterDefinition;
import hudson.model.StringParameterValue;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.OneJenkins;
import io.jenkins.plugins.doubletick.WebUser;
import io.jenkins.plugins.doubletick.client.LeakSearch;
import java.util.List;
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
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvnet.hudson.test.JenkinsRule;

/** The arguments and the form of both Pipeline steps. */
@ParameterizedClass
@ValueSource(strings = {"doubletickLogout", "doubletickMember"})
class MemberStepTest extends OneJenkins {

    private final String step;

    MemberStepTest(String step) {
        this.step = step;
    }

    private WorkflowRun buildWithParameter(Result result, String number) throws Exception {
        WorkflowJob job = pipeline(step + " loginNumber: params.NUMBER");
        job.addProperty(new ParametersDefinitionProperty(new StringParameterDefinition("NUMBER")));
        return r.assertBuildStatus(
                result, job.scheduleBuild2(0, new ParametersAction(new StringParameterValue("NUMBER", number))));
    }

    @Test
    void stepTakesAParameter() throws Exception {
        buildWithParameter(Result.SUCCESS, "+91 98765 43210");
        assertEquals(1, doubleTick.requests().size());
    }

    /** Users who build the job could otherwise find out about somebody's secret of which they have only the ciphertext. */
    @Test
    void stepDecryptsNothing() throws Exception {
        Set<String> errors = new TreeSet<>();
        for (String secret : List.of("Alice", "12345", " ", "+919876543210")) {
            WorkflowRun build =
                    buildWithParameter(Result.FAILURE, Secret.fromString(secret).getEncryptedValue());
            errors.add(JenkinsRule.getLog(build)
                    .lines()
                    .filter(line -> line.startsWith("ERROR"))
                    .map(line -> line.replaceFirst("^ERROR: \\S+ is not", ""))
                    .collect(Collectors.joining()));
        }
        assertEquals(1, errors.size(), errors::toString);
        doubleTick.assertNothingSent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''              | The login number is blank",
                "null            | The login number is blank",
                "'$LOGIN_NUMBER' | **** is not a login number. A login number cannot contain ",
                "'12345'         | •••45 is not a login number. A login number has 7 to 15 digits",
                "'0919876543'    | ••••••••43 is not a login number. A login number begins with the country code",
            },
            quoteCharacter = '`')
    void stepRefusesWhatIsNoLoginNumber(String number, String line) throws Exception {
        String script = "withEnv(['LOGIN_NUMBER=+919876543210']) { " + step + "(loginNumber: " + number + ") }";
        assertLog("ERROR: " + line, build(Result.FAILURE, script));
        doubleTick.assertNothingSent();
    }

    @Test
    void numberAsCredentialsIdIsRefusedAndMasked() throws Exception {
        WorkflowRun build =
                build(Result.FAILURE, step + "(loginNumber: '+12025550123', credentialsId: '+4915112345678')");
        assertLog("The argument credentialsId of " + step + " is a login number.", build);
        LeakSearch search = new LeakSearch(List.of("15112345678"), List.of());
        search.forKeys("the log", JenkinsRule.getLog(build));
        search.filesForKeys(build.getRootDir().toPath().resolve("workflow-completed"));
        assertEquals(List.of(), search.hits());
    }

    /** Pipeline's own error would show the value, in the log and in the flow graph. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "loginNumber: 4915112345678                          | loginNumber",
                "loginNumber: +4915112345678                         | loginNumber",
                "loginNumber: ['+4915112345678']                     | loginNumber",
                "loginNumber: [number: '+4915112345678']             | loginNumber",
                "['+4915112345678']                                  | loginNumber",
                "loginNumber: '+12025550123', credentialsId: true    | credentialsId",
                "loginNumber: '+12025550123', credentialsId: ['4915112345678'] | credentialsId",
                "loginNumber: '+12025550123', number: '+4915112345678' |",
                "['+4915112345678': 1, credentialsId: 'a']           |",
            },
            quoteCharacter = '`')
    void stepShowsNothingOfAWrongArgument(String arguments, @CheckForNull String name) throws Exception {
        WorkflowRun build = build(Result.FAILURE, step + "(" + arguments + ")");
        assertLog(
                name == null
                        ? "ERROR: " + step + " has no arguments other than loginNumber and credentialsId."
                        : "ERROR: The argument " + name + " of " + step + " must be one text in quotes, as in " + step
                                + " loginNumber: '+919876543210'",
                build);
        LeakSearch search = new LeakSearch(List.of("15112345678"), List.of());
        search.forKeys("the log", JenkinsRule.getLog(build));
        search.filesForKeys(build.getRootDir().toPath().resolve("workflow-completed"));
        for (FlowNode node : new DepthFirstScanner().allNodes(build.getExecution())) {
            search.forKeys("a node", ArgumentsAction.getArguments(node).toString());
        }
        assertEquals(List.of(), search.hits());
        doubleTick.assertNothingSent();
    }

    @Test
    void stepTakesGroovyStrings() throws Exception {
        build(Result.SUCCESS, """
                def local = '9876543210'
                def id = 'tick'
                %s loginNumber: "+91${local}", credentialsId: "double${id}"
                """.formatted(step));
        assertEquals(1, doubleTick.requests().size());
    }

    @Test
    void stageViewShowsTheNumberMasked() throws Exception {
        WorkflowRun build = build(Result.SUCCESS, step + " loginNumber: '+919876543210'");
        FlowNode node = new DepthFirstScanner().findFirstMatch(build.getExecution(), new NodeStepTypePredicate(step));
        assertEquals("+91••••••3210", ArgumentsAction.getStepArgumentsAsString(node));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"`` | '", "doubletick | credentialsId: 'doubletick', loginNumber: '"})
    void formAndSnippetKeepTheArguments(String credentialsId, String snippet) throws Exception {
        MemberStep bean =
                step.equals("doubletickLogout") ? new DoubleTickLogoutStep(MEMBER) : new DoubleTickMemberStep(MEMBER);
        bean.setCredentialsId(credentialsId);
        r.assertEqualDataBoundBeans(bean, new StepConfigTester(r).configRoundTrip(bean));
        new SnippetizerTester(r).assertRoundTrip(bean, step + " " + snippet + MEMBER + "'");
        String help = "descriptor/" + bean.getClass().getName() + "/help";
        for (String page : List.of("", "/loginNumber", "/credentialsId")) {
            assertEquals(200, new WebUser(null).get(r, help + page).statusCode(), help + page);
        }
    }
}
