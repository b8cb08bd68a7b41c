package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.XmlFile;
import hudson.model.Queue;
import hudson.model.Result;
import hudson.model.Saveable;
import hudson.model.listeners.SaveableListener;
import io.jenkins.plugins.doubletick.HangingVault;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.StepJobs;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.LeakSearch;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import io.jenkins.plugins.doubletick.client.SystemLog;
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
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** One clean restart of Jenkins, whatever a logout or a look-up of a member was waiting for. */
class RestartTest extends StepJobs {

    private static final String AGAIN = "Jenkins was restarted before DoubleTick answered. Sending the request again.";

    @RegisterExtension
    private final JenkinsSessionExtension jenkins = new JenkinsSessionExtension();

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    /** The first Jenkins logs that it is gone when its vault answers. */
    @RegisterExtension
    private final SystemLog log = SystemLog.quiet();

    private static WorkflowRun start(String name, String script) throws Exception {
        return pipeline(name, script).scheduleBuild2(0).waitForStart();
    }

    private void assertNoKeyInBuilds() throws Exception {
        LeakSearch search = new LeakSearch(List.of("key_stand-in"), List.of());
        search.filesForKeys(jenkins.getHome().toPath().resolve("jobs"));
        assertEquals(List.of(), search.hits());
    }

    @Test
    void requestIsSentAgainUnlessItWasAnsweredOrAborted() throws Throwable {
        HangingVault.reset();
        try (ScriptedServer silent = new ScriptedServer(ScriptedServer.silence());
                ScriptedServer silentToo = new ScriptedServer(ScriptedServer.silence());
                ScriptedServer busy = new ScriptedServer(
                        ScriptedServer.answer(503, "", "Retry-After: 50"),
                        ScriptedServer.answer(429, "", "Retry-After: 50"));
                ScriptedServer late = new ScriptedServer(
                        ScriptedServer.after(LateAnswer.GO, ScriptedServer.answer(503, "", "Retry-After: 1")))) {
            jenkins.then(rule -> {
                r = rule;
                StandInExtension.addDefaultKey();
                add(StandInExtension.apiKey("other", DoubleTickStandIn.SECOND_KEY));
                startAnswered();
                startInFlight("", silent);
                startInFlight("aborted-", silentToo);
                startWaiting(busy);
                StandInExtension.use(late.url());
                start("failed-at-shutdown", logout(MEMBER));
                late.awaitRequest();
            });
            assertEquals(0, LateAnswer.GO.getCount());
            assertNoKeyInBuilds();
            HangingVault.release();
            StandInExtension.use(doubleTick.standIn().url());
            int before = doubleTick.requests().size();
            jenkins.then(rule -> {
                r = rule;
                assertAnswered();
                for (String job :
                        List.of("logout", "between-tries", "refused", "rate-limited", "vault", "failed-at-shutdown")) {
                    WorkflowRun build = end(Result.SUCCESS, build(job, 1));
                    assertEquals(1, count(AGAIN, build));
                    assertLog("+91••••••3210 is logged out of DoubleTick on every device.", build);
                    assertEquals(
                            List.of(true),
                            logouts(build).stream().map(Logout::isSuccess).toList());
                }
                WorkflowRun lookup = end(Result.SUCCESS, build("lookup", 1));
                assertEquals(1, count(AGAIN, lookup));
                assertLog("It is Asha Rao", lookup);
                for (String job : List.of("aborted-logout", "aborted-lookup", "stopped")) {
                    assertEquals(0, count(AGAIN, end(Result.ABORTED, build(job, 1))));
                }
            });
            assertNoKeyInBuilds();
            assertEquals(before + 6 + 1, doubleTick.requests().size());
            for (ScriptedServer server : List.of(silent, silentToo, busy)) {
                assertEquals(2, server.requests().size());
            }
        } finally {
            HangingVault.release();
        }
    }

    private static void startAnswered() throws Exception {
        r.waitForMessage("Go on?", start("answered-lookup", """
                def member = doubletickMember '+919876543220'
                input 'Go on?'
                echo "Still ${member.name}, ${member.email}, ${member.owner}"
                """));
        // With this durability, Pipeline saves nothing of a build before Jenkins shuts down.
        WorkflowJob job = pipeline("answered-logout", logout(MEMBER) + "\nsleep 1000");
        job.addProperty(new DurabilityHintJobProperty(FlowDurabilityHint.PERFORMANCE_OPTIMIZED));
        r.waitForMessage("Sleeping for", job.scheduleBuild2(0).waitForStart());
    }

    private static void assertAnswered() throws Exception {
        WorkflowRun lookup = build("answered-lookup", 1);
        lookup.getAction(InputAction.class).getExecutions().get(0).doProceedEmpty();
        assertLog("Still Ravi Kumar, null, false", end(Result.SUCCESS, lookup));
        assertEquals(1, logouts(build("answered-logout", 1)).size());
        build("answered-logout", 1).doKill();
    }

    /** With two keys, since at first only one request is sent with each. */
    private static void startInFlight(String prefix, ScriptedServer server) throws Exception {
        StandInExtension.use(server.url());
        start(prefix + "logout", logout(MEMBER));
        server.awaitRequest();
        start(prefix + "lookup", "def member = " + lookup("other") + "\necho \"It is ${member.name}\"");
        server.awaitRequest();
    }

    private static void startWaiting(ScriptedServer server) throws Exception {
        StandInExtension.use(server.url());
        r.waitForMessage("Trying again in 50 s (try 2).", start("between-tries", logout(MEMBER)));
        r.waitForMessage("Trying again in 50 s (try 2).", start("refused", logout(MEMBER)));
        r.waitForMessage("DoubleTick limits the requests", start("rate-limited", logout(MEMBER)));
        start("vault", logout(MEMBER, HangingVault.PREFIX));
        WorkflowRun stopped = start("stopped", logout(MEMBER, HangingVault.PREFIX));
        HangingVault.awaitCallers(2);
        // As if Pipeline was saved between the stop of the step and its end.
        MemberStepExecution step = (MemberStepExecution)
                stopped.getExecution().getCurrentExecutions(true).get().get(0);
        step.stopCause = new FlowInterruptedException(Result.ABORTED, true);
    }

    /** Aborts builds as a timeout does that was over before Jenkins was back: before their steps resume. */
    @TestExtension
    public static final class AbortBeforeResume extends FlowExecutionListener {

        @Override
        public void onResumed(@NonNull FlowExecution execution) {
            try {
                if (execution.getOwner().getUrl().contains("aborted-")) {
                    execution.interrupt(Result.ABORTED);
                }
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Lets an answer come when the queue is saved, which is after the timer was shut down. */
    @TestExtension
    public static final class LateAnswer extends SaveableListener {

        static final CountDownLatch GO = new CountDownLatch(1);

        @Override
        public void onChange(Saveable saved, XmlFile file) {
            if (saved instanceof Queue && Jenkins.get().isTerminating() && GO.getCount() > 0) {
                long before = requestsInFlight();
                assertTrue(before > 0);
                GO.countDown();
                while (requestsInFlight() >= before) {
                    Thread.yield();
                }
            }
        }

        private static long requestsInFlight() {
            return Thread.getAllStackTraces().values().stream()
                    .filter(stack -> Stream.of(stack)
                            .anyMatch(frame -> frame.getClassName().startsWith("okhttp3.internal.connection.RealCall")))
                    .count();
        }
    }

    @TestExtension
    public static final class Vault extends HangingVault {}
}
