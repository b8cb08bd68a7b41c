package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.XmlFile;
import hudson.model.Queue;
import hudson.model.Result;
import hudson.model.Saveable;
import hudson.model.listeners.SaveableListener;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.flow.FlowDurabilityHint;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.flow.FlowExecutionListener;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.job.properties.DurabilityHintJobProperty;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** A clean restart of Jenkins, whatever a logout or a look-up of a member was waiting for. */
class RestartTest {

    @RegisterExtension
    private final JenkinsSessionExtension jenkins = new JenkinsSessionExtension();

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    @Test
    void logoutIsSentAgain() throws Throwable {
        SlowVault.lock();
        try (ScriptedServer server = new ScriptedServer(
                ScriptedServer.silence(),
                ScriptedServer.silence(),
                ScriptedServer.answer(503, "", "Retry-After: 50"),
                ScriptedServer.answer(429, "", "Retry-After: 50"),
                ScriptedServer.success())) {
            StandInExtension.use(server.url());
            jenkins.then(r -> {
                StandInExtension.addDefaultKey();
                StandInExtension.addGlobally(StandInExtension.apiKey("deleted", DoubleTickStandIn.SECOND_KEY));
                start(r, "in-flight", "");
                server.awaitRequest();
                start(r, "credential-deleted", ", credentialsId: 'deleted'");
                server.awaitRequest();
                r.waitForMessage("Trying again in 50 s (try 2).", start(r, "between-tries", ""));
                r.waitForMessage("Trying again in 50 s (try 2).", start(r, "rate-limited", ""));
                r.waitForMessage("s or more for its turn.", start(r, "held-back", ""));
                start(r, "looking-up", ", credentialsId: 'vault'");
                SlowVault.awaitCallers(1);
                SystemCredentialsProvider credentials = SystemCredentialsProvider.getInstance();
                credentials.getCredentials().remove(StandInExtension.apiKey("deleted", DoubleTickStandIn.SECOND_KEY));
                credentials.save();
            });
            assertNoKeyIn(jenkins.getHome());
            assertEquals(4, server.requests().size());
            SlowVault.open();
            jenkins.then(r -> {
                for (String job : List.of("in-flight", "between-tries", "rate-limited", "held-back", "looking-up")) {
                    WorkflowRun build = end(r, job, Result.SUCCESS);
                    StandInExtension.assertLog(
                            "Jenkins was restarted before DoubleTick's answer was there: sending the request again.",
                            build);
                    StandInExtension.assertLog("+91••••••3210 is logged out of DoubleTick on every device.", build);
                }
                StandInExtension.assertLog(
                        "ERROR: +91••••••3210 may still be logged in. There is no credential with the ID 'deleted' that this build could use.",
                        end(r, "credential-deleted", Result.FAILURE));
            });
            assertNoKeyIn(jenkins.getHome());
            assertEquals(4 + 5, server.requests().size());
        }
    }

    /** Whoever chose this durability has nothing of the build saved before Jenkins shuts down. */
    @Test
    void recordIsKeptAtLowestDurability() throws Throwable {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.success())) {
            StandInExtension.use(server.url());
            jenkins.then(r -> {
                StandInExtension.addDefaultKey();
                WorkflowJob job = r.createProject(WorkflowJob.class, "job");
                job.addProperty(new DurabilityHintJobProperty(FlowDurabilityHint.PERFORMANCE_OPTIMIZED));
                job.setDefinition(
                        new CpsFlowDefinition("doubletickLogout loginNumber: '+919876543210'\nsleep 1000", true));
                r.waitForMessage("Sleeping for", job.scheduleBuild2(0).waitForStart());
            });
            jenkins.then(r -> {
                WorkflowRun build =
                        r.jenkins.getItemByFullName("job", WorkflowJob.class).getBuildByNumber(1);
                assertEquals(1, build.getAction(LogoutAction.class).getLogouts().size());
                build.doKill();
            });
        }
    }

    /** As a timeout does that was over before Jenkins was back, or somebody while Jenkins is in quiet mode. */
    @Test
    void stoppedBeforeItResumes() throws Throwable {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.silence())) {
            StandInExtension.use(server.url());
            jenkins.then(r -> {
                StandInExtension.addDefaultKey();
                start(r, "job", "");
                server.awaitRequest();
                StandInExtension.addGlobally(StandInExtension.apiKey("other", DoubleTickStandIn.SECOND_KEY));
                startScript(r, "lookup", "doubletickMember loginNumber: '+919876543210', credentialsId: 'other'");
                server.awaitRequest();
            });
            jenkins.then(r -> {
                for (String job : List.of("job", "lookup")) {
                    String log = JenkinsRule.getLog(end(r, job, Result.ABORTED));
                    assertFalse(log.contains("sending the request again"), log);
                }
            });
            assertEquals(2, server.requests().size());
        }
    }

    /** Stops the build before its steps resume: this listener is asked before the one that resumes them. */
    @TestExtension("stoppedBeforeItResumes")
    public static final class StopBeforeResume extends FlowExecutionListener {

        @Override
        public void onResumed(@NonNull FlowExecution execution) {
            try {
                execution.interrupt(Result.ABORTED);
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** A failure that comes when Jenkins can do nothing about it any more is none: the build page does not have it. */
    @Test
    void answerDuringShutdown() throws Throwable {
        try (ScriptedServer server = new ScriptedServer(
                (socket, itself) -> {
                    LateAnswer.GO.await();
                    ScriptedServer.answer(503, "", "Retry-After: 1").to(socket, itself);
                },
                ScriptedServer.success())) {
            StandInExtension.use(server.url());
            jenkins.then(r -> {
                StandInExtension.addDefaultKey();
                start(r, "job", "");
                server.awaitRequest();
            });
            assertEquals(0, LateAnswer.GO.getCount());
            jenkins.then(r -> {
                LogoutAction action = end(r, "job", Result.SUCCESS).getAction(LogoutAction.class);
                assertEquals(
                        List.of("+91••••••3210 logged out: HTTP status 201, 1 try, credential 'doubletick'"),
                        action.getLogouts().stream()
                                .map(logout -> action.outcomeOf(logout) + ": " + logout.getDetails())
                                .toList());
            });
            assertEquals(2, server.requests().size());
        }
    }

    /** Lets the answer come when the queue is saved, which is after the timer was shut down. */
    @TestExtension("answerDuringShutdown")
    public static final class LateAnswer extends SaveableListener {

        static final CountDownLatch GO = new CountDownLatch(1);

        @Override
        public void onChange(Saveable saved, XmlFile file) {
            if (saved instanceof Queue && Jenkins.get().isTerminating()) {
                GO.countDown();
                while (isRequestInFlight()) {
                    Thread.yield();
                }
            }
        }

        private static boolean isRequestInFlight() {
            return Thread.getAllStackTraces().values().stream()
                    .flatMap(Stream::of)
                    .anyMatch(frame -> frame.getClassName().endsWith(".doubletick.client.HttpExchange"));
        }
    }

    /** A result is kept with the script; a look-up that waits is made again. */
    @Test
    void memberIsLookedUpAgain() throws Throwable {
        ScriptedServer.Reply team =
                ScriptedServer.answer(200, "{\"data\":[{\"name\":\"Asha Rao\",\"phone\":\"919876543210\"}]}");
        try (ScriptedServer server = new ScriptedServer(team, ScriptedServer.silence(), team)) {
            StandInExtension.use(server.url());
            jenkins.then(r -> {
                StandInExtension.addDefaultKey();
                StandInExtension.addGlobally(StandInExtension.apiKey("other", DoubleTickStandIn.SECOND_KEY));
                r.waitForMessage("Go on?", startScript(r, "answered", """
                        def member = doubletickMember '+919876543210'
                        input 'Go on?'
                        echo "Still ${member.name}, ${member.role}, ${member.owner}"
                        """));
                server.awaitRequest();
                startScript(r, "waiting", """
                        echo "It is ${doubletickMember(loginNumber: '+919876543210', credentialsId: 'other').name}"
                        """);
                server.awaitRequest();
            });
            assertNoKeyIn(jenkins.getHome());
            jenkins.then(r -> {
                WorkflowRun answered = r.jenkins
                        .getItemByFullName("answered", WorkflowJob.class)
                        .getBuildByNumber(1);
                answered.getAction(InputAction.class).getExecutions().get(0).doProceedEmpty();
                StandInExtension.assertLog("Still Asha Rao, null, false", end(r, "answered", Result.SUCCESS));
                WorkflowRun waiting = end(r, "waiting", Result.SUCCESS);
                StandInExtension.assertLog(
                        "Jenkins was restarted before DoubleTick's answer was there: sending the request again.",
                        waiting);
                StandInExtension.assertLog("It is Asha Rao", waiting);
            });
            assertEquals(3, server.requests().size());
        }
    }

    private static WorkflowRun start(JenkinsRule r, String name, String arguments) throws Exception {
        return startScript(r, name, "doubletickLogout loginNumber: '+919876543210'" + arguments);
    }

    private static WorkflowRun startScript(JenkinsRule r, String name, String script) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class, name);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job.scheduleBuild2(0).waitForStart();
    }

    private static WorkflowRun end(JenkinsRule r, String name, Result result) throws Exception {
        WorkflowRun build = r.jenkins.getItemByFullName(name, WorkflowJob.class).getBuildByNumber(1);
        return r.assertBuildStatus(result, r.waitForCompletion(build));
    }

    static void assertNoKeyIn(File home) throws Exception {
        try (Stream<Path> files = Files.walk(home.toPath().resolve("jobs"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                assertEquals(-1, content.indexOf("key_stand-in"), () -> "Key in " + file);
            }
        }
    }

    /** Registers it. */
    @TestExtension
    public static final class Vault extends SlowVault {}
}
