package io.jenkins.plugins.doubletick.parameter;

import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.MASKED;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.NUMBER;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.number;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import hudson.ExtensionList;
import hudson.model.FreeStyleProject;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.model.StringParameterDefinition;
import hudson.model.StringParameterValue;
import io.jenkins.plugins.doubletick.FinishedBuilds;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.StepJobs;
import io.jenkins.plugins.doubletick.client.LeakSearch;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import org.jenkinsci.plugins.workflow.actions.ArgumentsAction;
import org.jenkinsci.plugins.workflow.flow.FlowDurabilityHint;
import org.jenkinsci.plugins.workflow.flow.StepListener;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.graphanalysis.DepthFirstScanner;
import org.jenkinsci.plugins.workflow.graphanalysis.NodeStepTypePredicate;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.job.properties.DurabilityHintJobProperty;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/**
 * Searches Jenkins's home for login numbers and names, before, during and after a restart that all builds survive: this plugin
 * stores them encrypted, and Jenkins stores them in clear text only where docs/security.md says. One job is the example of
 * docs/offboarding.md.
 */
class StoredNumberTest extends StepJobs {

    /** Of each job the script, and the files with the clear number while the script's logout is running. */
    private static final String PLACES = """
            parameter        | doubletickLogout loginNumber: params.LOGIN_NUMBER                                       |
            jenkinsfile      | doubletickLogout loginNumber: '+12025550123'                                            | build.xml config.xml
            string           | doubletickLogout loginNumber: params.STRING                                             | build.xml
            local            | def number = params.LOGIN_NUMBER; doubletickLogout loginNumber: number                  | program.dat
            echo             | echo params.LOGIN_NUMBER; doubletickLogout loginNumber: params.LOGIN_NUMBER             | log workflow
            environment      | env.NUMBER = params.LOGIN_NUMBER; doubletickLogout loginNumber: params.LOGIN_NUMBER     | build.xml
            with-environment | withEnv(["NUMBER=${params.LOGIN_NUMBER}"]) { doubletickLogout loginNumber: params.LOGIN_NUMBER } | program.dat workflow
            build            | build job: 'parameter', parameters: [doubletickLoginNumber(name: 'LOGIN_NUMBER', value: params.LOGIN_NUMBER)] | workflow
            input            | doubletickLogout loginNumber: input(message: 'Who?', parameters: [doubletickLoginNumber(name: 'N')]) | workflow
            """;

    private static final Map<String, String> SCRIPTS = new LinkedHashMap<>();
    private static final Map<String, Set<String>> DOCUMENTED = new TreeMap<>();

    static {
        PLACES.lines().map(place -> place.split(" *\\| *", 3)).forEach(place -> {
            SCRIPTS.put(place[0], place[1]);
            if (!place[2].isEmpty()) {
                DOCUMENTED.put(place[0], Set.of(place[2].split(" ")));
            }
        });
    }

    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    @Test
    void onlyTheDocumentedPlacesHaveAClearNumber() throws Throwable {
        CountDownLatch answer = new CountDownLatch(1);
        try (ScriptedServer silent = new ScriptedServer(ScriptedServer.silence());
                ScriptedServer slow = new ScriptedServer(ScriptedServer.after(answer, ScriptedServer.success()))) {
            sessions.then(rule -> {
                r = rule;
                StandInExtension.addDefaultKey();
                buildByName();
                failExample();
                StandInExtension.use(silent.url());
                for (FlowDurabilityHint hint : FlowDurabilityHint.values()) {
                    startAtDurability(hint);
                }
                for (String job : SCRIPTS.keySet()) {
                    startPlace(job);
                }
                assertEquals(List.of(Set.of("workflow")), BeforeTheStep.FOUND);
                r.waitForMessage("Looking up " + MASKED, startExample(NUMBER));
                enqueue();
                assertEncrypted();
            });
            assertEquals(DOCUMENTED, filesWithNumber());
            assertEquals(Map.of(), filesWithName());
            StandInExtension.use(doubleTick.standIn().url());
            sessions.then(rule -> {
                r = rule;
                assertEncrypted();
                for (FlowDurabilityHint hint : FlowDurabilityHint.values()) {
                    assertMaskedArgument(end(Result.SUCCESS, build(hint.name(), 1)));
                }
                for (String job : SCRIPTS.keySet()) {
                    end(Result.SUCCESS, build(job, 1));
                }
                assertEquals(Result.SUCCESS, finished().await(job("queued")).getResult());
                FreeStyleProject byName = r.jenkins.getItemByFullName("by-name", FreeStyleProject.class);
                LoginNumberJobs.assertNamed("Daniel Okafor", byName.getLastBuild());
                WorkflowRun example = build("example", 4);
                String question = "Log out Daniel Okafor (Manager, +12•••••0123) from DoubleTick on every device?";
                r.waitForMessage(question, example);
                assertEquals(Map.of("example", Set.of("log", "program.dat", "workflow")), filesWithName());
                assertEncrypted();
                StandInExtension.use(slow.url());
                proceed(example, null);
                slow.awaitRequest();
                assertEncrypted();
                answer.countDown();
                end(Result.SUCCESS, example);
            });
            assertEncrypted();
            assertEquals(Map.of("example", Set.of("log", "workflow")), filesWithName());
        }
    }

    private static WorkflowJob job(String name) {
        return r.jenkins.getItemByFullName(name, WorkflowJob.class);
    }

    private static WorkflowJob add(String name, String script) throws Exception {
        WorkflowJob job = pipeline(name, script);
        job.addProperty(new ParametersDefinitionProperty(
                LoginNumberJobs.definition(NUMBER, null), new StringParameterDefinition("STRING")));
        return job;
    }

    private static void proceed(WorkflowRun build, Map<String, Object> parameters) throws Exception {
        build.getAction(InputAction.class).getExecutions().get(0).proceed(parameters);
    }

    private static void buildByName() throws Exception {
        FreeStyleProject job = r.createProject(FreeStyleProject.class, "by-name");
        job.addProperty(LoginNumberJobs.parameters(null, "doubletick"));
        job.getBuildersList().add(builder("$LOGIN_NUMBER", null));
        assertNull(LoginNumberJobs.rest(job, "Daniel Okafor"));
        assertEquals(Result.SUCCESS, finished().await(job).getResult());
    }

    /** Fails without a number, for a number that nobody has, and if DoubleTick does not confirm the logout. */
    private static void failExample() throws Exception {
        WorkflowJob job = pipeline("example", Files.readString(Path.of("docs/examples/offboarding.Jenkinsfile")));
        assertLog("The login number is blank", r.buildAndAssertStatus(Result.FAILURE, job));
        WorkflowRun nobody = end(Result.FAILURE, startExample(NOT_A_MEMBER));
        assertLog("Nobody in the DoubleTick team has the login number +91••••••3299", nobody);
        assertNull(nobody.getAction(InputAction.class));
        try (ScriptedServer server = new ScriptedServer(
                ScriptedServer.answer(200, "{\"data\":[{\"phone\":\"919876543210\"}]}"),
                ScriptedServer.answer(422, "{\"message\":\"Gone\"}"))) {
            StandInExtension.use(server.url());
            WorkflowRun failed = startExample(MEMBER);
            r.waitForMessage(
                    "Log out a member without a name (+91••••••3210) from DoubleTick on every device?", failed);
            proceed(failed, null);
            end(Result.FAILURE, failed);
            assertLog("failed. DoubleTick answered 422: Gone", failed);
            assertLog("DoubleTick did not confirm the logout.", failed);
        }
    }

    private static WorkflowRun startExample(String number) throws Exception {
        return job("example").scheduleBuild2(0, number(number)).waitForStart();
    }

    /** The first step refuses its number, and the second one waits for DoubleTick. */
    private static void startAtDurability(FlowDurabilityHint hint) throws Exception {
        WorkflowJob job = add(hint.name(), """
                catchError(buildResult: 'SUCCESS') {
                    doubletickLogout loginNumber: params.LOGIN_NUMBER.replace('+', '+000000')
                }
                stage('Offboard') {
                    withEnv(['REASON=left']) {
                        doubletickLogout loginNumber: params.LOGIN_NUMBER
                    }
                }
                """);
        job.addProperty(new DurabilityHintJobProperty(hint));
        WorkflowRun build = job.scheduleBuild2(0, number("+1 (202) 555-0123")).waitForStart();
        awaitLogout(build);
        assertLog("A login number has 7 to 15 digits", build);
    }

    private static void awaitLogout(WorkflowRun build) throws Exception {
        r.waitForMessage("Logging " + MASKED + " out of DoubleTick", build);
    }

    private static void startPlace(String name) throws Exception {
        WorkflowRun build = add(name, SCRIPTS.get(name))
                .scheduleBuild2(
                        0,
                        new ParametersAction(
                                new DoubleTickLoginNumberParameterValue("LOGIN_NUMBER", NUMBER),
                                new StringParameterValue("STRING", name.equals("string") ? NUMBER : "")))
                .waitForStart();
        if (name.equals("input")) {
            r.waitForMessage("Input requested", build);
            proceed(build, Map.of("N", NUMBER));
        }
        if (name.equals("build")) {
            r.waitForMessage("Starting building", build);
        } else {
            awaitLogout(build);
        }
    }

    private static void enqueue() throws Exception {
        WorkflowJob job = add("queued", SCRIPTS.get("parameter"));
        r.jenkins.doQuietDown();
        assertNotNull(job.scheduleBuild2(0, number("+1 (202) 555-0123")));
        r.jenkins.getQueue().save();
    }

    private static void assertMaskedArgument(WorkflowRun build) throws Exception {
        assertLog(MASKED + " is logged out", build);
        FlowNode node = new DepthFirstScanner()
                .findFirstMatch(build.getExecution(), new NodeStepTypePredicate("doubletickLogout"));
        assertEquals(MASKED, ArgumentsAction.getArguments(node).get("loginNumber"));
        assertEquals(MASKED, ArgumentsAction.getStepArgumentsAsString(node));
    }

    /** Searches everything but the documented places, which change while their builds run. */
    private void assertEncrypted() throws Exception {
        Map<String, Set<String>> found = filesWithNumber();
        found.keySet().removeAll(DOCUMENTED.keySet());
        assertEquals(Map.of(), found);
    }

    /** Also searches for an e-mail address, which the example does not store. */
    private Map<String, Set<String>> filesWithNumber() throws Exception {
        return files(new LeakSearch(List.of("daniel.okafor"), List.of(NUMBER)));
    }

    private Map<String, Set<String>> filesWithName() throws Exception {
        return files(new LeakSearch(List.of("DanielOkafor"), List.of())); // It leaves white space out.
    }

    /** Returns the names of the files, by job; {@code workflow} for all records of a Pipeline's steps. */
    private Map<String, Set<String>> files(LeakSearch search) throws Exception {
        Path home = sessions.getHome().toPath();
        search.filesForKeysAndNumbers(home);
        Map<String, Set<String>> found = new TreeMap<>();
        for (String hit : search.hits()) {
            Path file = Path.of(hit.substring(hit.lastIndexOf(" in ") + " in ".length()));
            String folder = file.getParent().getFileName().toString();
            Path inHome = home.relativize(file);
            String job = inHome.startsWith("jobs") ? inHome.getName(1).toString() : "";
            String name = file.getFileName().toString();
            found.computeIfAbsent(job, any -> new TreeSet<>()).add(folder.startsWith("workflow") ? "workflow" : name);
        }
        return found;
    }

    private static FinishedBuilds finished() {
        return ExtensionList.lookupSingleton(Finished.class);
    }

    /** Also knows of builds that end while Jenkins starts. */
    @TestExtension
    public static final class Finished extends FinishedBuilds {}

    /** Searches a build when its step has just begun and has not masked its argument. */
    @TestExtension
    public static final class BeforeTheStep implements StepListener {

        static final List<Set<String>> FOUND = new ArrayList<>();

        @Override
        public void notifyOfNewStep(Step step, StepContext context) {
            try {
                WorkflowRun build = context.get(WorkflowRun.class);
                if (build.getParent().getName().equals("parameter") && build.getNumber() == 1) {
                    LeakSearch search = new LeakSearch(List.of(), List.of(NUMBER));
                    search.filesForKeysAndNumbers(build.getRootDir().toPath());
                    FOUND.add(search.fileNames());
                }
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }
}
