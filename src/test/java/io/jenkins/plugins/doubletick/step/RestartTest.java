package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.XmlFile;
import hudson.model.Queue;
import hudson.model.Result;
import hudson.model.Saveable;
import hudson.model.listeners.SaveableListener;
import io.jenkins.plugins.doubletick.DoubleTickConfiguration;
import io.jenkins.plugins.doubletick.HangingVault;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.StepJobs;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.LeakSearch;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.flow.FlowDurabilityHint;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.flow.FlowExecutionListener;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.job.properties.DurabilityHintJobProperty;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** A clean restart of Jenkins, whatever a logout or a look-up of a member was waiting for. */
class RestartTest extends StepJobs {

    private static final String AGAIN = "Jenkins was restarted before DoubleTick answered. Sending the request again.";

    @RegisterExtension
    private final JenkinsSessionExtension jenkins = new JenkinsSessionExtension();

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    @BeforeEach
    void setUp() {
        HangingVault.reset();
    }

    @AfterEach
    void tearDown() {
        HangingVault.release();
    }

    private interface Session {
        void run() throws Throwable;
    }

    /** Runs a Jenkins until it is shut down. */
    private void then(Session session) throws Throwable {
        jenkins.then(rule -> {
            r = rule;
            if (DoubleTickConfiguration.get().getCredentialsId() == null) {
                StandInExtension.addDefaultKey();
                StandInExtension.addGlobally(StandInExtension.apiKey("other", DoubleTickStandIn.SECOND_KEY));
            }
            session.run();
        });
    }

    private static WorkflowRun start(String name, String script) throws Exception {
        WorkflowJob job = pipeline(script);
        job.renameTo(name);
        return job.scheduleBuild2(0).waitForStart();
    }

    private static WorkflowRun build(String name) {
        return r.jenkins.getItemByFullName(name, WorkflowJob.class).getBuildByNumber(1);
    }

    private void assertNoKeyInBuilds() throws Exception {
        LeakSearch search = new LeakSearch(List.of("key_stand-in"), List.of());
        search.filesForKeys(jenkins.getHome().toPath().resolve("jobs"));
        assertEquals(List.of(), search.hits());
    }

    @Test
    void logoutIsSentAgain() throws Throwable {
        try (ScriptedServer server = new ScriptedServer(
                ScriptedServer.silence(),
                ScriptedServer.answer(503, "", "Retry-After: 50"),
                ScriptedServer.answer(429, "", "Retry-After: 50"),
                ScriptedServer.success())) {
            StandInExtension.use(server.url());
            String logout = logout(MEMBER);
            then(() -> {
                start("in-flight", logout(MEMBER, "other")); // Another key, since a key sends one request first.
                server.awaitRequest();
                r.waitForMessage("Trying again in 50 s (try 2).", start("between-tries", logout));
                r.waitForMessage("Trying again in 50 s (try 2).", start("refused", logout));
                r.waitForMessage("DoubleTick limits the requests", start("rate-limited", logout));
                start("looking-up", logout(MEMBER, HangingVault.PREFIX));
                HangingVault.awaitCallers(1);
            });
            assertNoKeyInBuilds();
            assertEquals(3, server.requests().size());
            HangingVault.release();
            then(() -> {
                for (String job : List.of("in-flight", "between-tries", "refused", "rate-limited", "looking-up")) {
                    WorkflowRun build = end(Result.SUCCESS, build(job));
                    assertLog(AGAIN, build);
                    assertLog("+91••••••3210 is logged out of DoubleTick on every device.", build);
                    assertEquals(1, logouts(build).size());
                }
            });
            assertNoKeyInBuilds();
            assertEquals(3 + 5, server.requests().size());
        }
    }

    /** With this durability, Pipeline saves nothing of a build before Jenkins shuts down. */
    @Test
    void recordIsKeptAtLowestDurability() throws Throwable {
        then(() -> {
            WorkflowJob job = pipeline(logout(MEMBER) + "\nsleep 1000");
            job.addProperty(new DurabilityHintJobProperty(FlowDurabilityHint.PERFORMANCE_OPTIMIZED));
            job.renameTo("job");
            r.waitForMessage("Sleeping for", job.scheduleBuild2(0).waitForStart());
        });
        then(() -> {
            assertEquals(1, logouts(build("job")).size());
            build("job").doKill();
        });
    }

    /** As a timeout does that was over before Jenkins was back. */
    @Test
    void buildThatIsStoppedBeforeItResumesSendsNothing() throws Throwable {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.silence())) {
            StandInExtension.use(server.url());
            then(() -> {
                start("logout", logout(MEMBER));
                server.awaitRequest();
                start("lookup", lookup("other"));
                server.awaitRequest();
            });
            then(() -> {
                for (String job : List.of("logout", "lookup")) {
                    assertEquals(0, count(AGAIN, end(Result.ABORTED, build(job))));
                }
            });
            assertEquals(2, server.requests().size());
        }
    }

    /** Stops the build before its steps resume: this listener is called before the one that resumes them. */
    @TestExtension("buildThatIsStoppedBeforeItResumesSendsNothing")
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

    /** A failure while Jenkins shuts down is no failure of the logout: the record does not have it. */
    @Test
    void failureDuringShutdownLeavesTheStepToBeResumed() throws Throwable {
        try (ScriptedServer server = new ScriptedServer(
                (socket, itself) -> {
                    LateAnswer.GO.await();
                    ScriptedServer.answer(503, "", "Retry-After: 1").to(socket, itself);
                },
                ScriptedServer.success())) {
            StandInExtension.use(server.url());
            then(() -> {
                start("job", logout(MEMBER));
                server.awaitRequest();
            });
            assertEquals(0, LateAnswer.GO.getCount());
            then(() -> {
                List<Logout> logouts = logouts(end(Result.SUCCESS, build("job")));
                assertEquals(
                        List.of(true), logouts.stream().map(Logout::isSuccess).toList());
            });
            assertEquals(2, server.requests().size());
        }
    }

    /** Lets the answer come when the queue is saved, which is after the timer was shut down. */
    @TestExtension("failureDuringShutdownLeavesTheStepToBeResumed")
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
                    .anyMatch(frame -> frame.getClassName().startsWith("okhttp3.internal.connection.RealCall"));
        }
    }

    /** A result is kept with the script; a look-up that waits is made again. */
    @Test
    void memberIsLookedUpAgain() throws Throwable {
        ScriptedServer.Reply team =
                ScriptedServer.answer(200, "{\"data\":[{\"name\":\"Asha Rao\",\"phone\":\"919876543210\"}]}");
        try (ScriptedServer server = new ScriptedServer(team, ScriptedServer.silence(), team)) {
            StandInExtension.use(server.url());
            then(() -> {
                r.waitForMessage("Go on?", start("answered", """
                        def member = doubletickMember '+919876543210'
                        input 'Go on?'
                        echo "Still ${member.name}, ${member.role}, ${member.owner}"
                        """));
                server.awaitRequest();
                start("waiting", """
                        echo "It is ${doubletickMember(loginNumber: '+919876543210', credentialsId: 'other').name}"
                        """);
                server.awaitRequest();
            });
            assertNoKeyInBuilds();
            then(() -> {
                build("answered")
                        .getAction(InputAction.class)
                        .getExecutions()
                        .get(0)
                        .doProceedEmpty();
                assertLog("Still Asha Rao, null, false", end(Result.SUCCESS, build("answered")));
                WorkflowRun waiting = end(Result.SUCCESS, build("waiting"));
                assertLog(AGAIN, waiting);
                assertLog("It is Asha Rao", waiting);
            });
            assertEquals(3, server.requests().size());
        }
    }

    /** Registers it. */
    @TestExtension
    public static final class Vault extends HangingVault {}
}
