package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.AbortException;
import hudson.model.FreeStyleBuild;
import hudson.model.Result;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.HangingVault;
import io.jenkins.plugins.doubletick.OneJenkins;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import io.jenkins.plugins.doubletick.client.ScriptedServer.Reply;
import java.util.List;
import java.util.stream.IntStream;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.steps.SleepStep;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;

/** Every way to abort a build, at everything that a logout waits for. */
class AbortTest extends OneJenkins {

    private static final String LATE =
            "The logout of +91••••••3210 is not confirmed. The build was aborted before DoubleTick answered.";

    /** Four builds, each of them to be aborted in another way. */
    private static final class Builds {

        private final WorkflowRun pipeline;
        private final WorkflowRun timeout;
        private final WorkflowRun failFast;
        private final FreeStyleBuild freestyle;
        private final List<Run<?, ?>> all;

        Builds(String credentialsId) throws Exception {
            String step = logout(MEMBER, credentialsId);
            pipeline = start(step);
            timeout = start("timeout(time: 5, unit: 'SECONDS') { " + step + " }");
            failFast = start("parallel failFast: true, logout: { " + step + " }, other: { sleep 600 }");
            freestyle = freestyle(MEMBER, credentialsId).scheduleBuild2(0).waitForStart();
            all = List.of(pipeline, timeout, failFast, freestyle);
        }

        void awaitLine(String line) throws Exception {
            for (Run<?, ?> build : all) {
                r.waitForMessage(line, build);
            }
        }

        void abort() throws Exception {
            pipeline.doStop();
            for (StepExecution step :
                    failFast.getExecution().getCurrentExecutions(true).get()) {
                if (step instanceof SleepStep.Execution) {
                    step.getContext().onFailure(new AbortException("The other branch failed"));
                }
            }
            freestyle.doStop();
            for (Run<?, ?> build : all) {
                // The branch that failed first decides how the build ends, and not the one that was aborted then.
                end(build == failFast ? Result.FAILURE : Result.ABORTED, build);
                assertEquals(1, logouts(build).size());
                assertTrue(logouts(build).get(0).isAborted());
                assertFalse(logouts(build).get(0).isSuccess());
                assertEquals(0, count("is logged out", build));
            }
        }

        void assertOneLine(String line) throws Exception {
            for (Run<?, ?> build : all) {
                assertEquals(1, count(line, build), JenkinsRule.getLog(build));
            }
        }
    }

    @Test
    void requestInFlight() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.silence())) {
            StandInExtension.use(server.url());
            Builds builds = new Builds("doubletick");
            builds.awaitLine("Logging +91");
            server.awaitRequest();
            builds.abort();
            server.awaitDisconnect();
            builds.assertOneLine(LATE);
        }
    }

    /** The next logout waits as long, but begins later, so what the aborted logouts would still send comes before. */
    @Test
    void waitForTheNextTry() throws Exception {
        Reply[] replies = IntStream.rangeClosed(1, 6)
                .mapToObj(i -> i == 6 ? ScriptedServer.success() : ScriptedServer.answer(503, "", "Retry-After: 8"))
                .toArray(Reply[]::new);
        try (ScriptedServer server = new ScriptedServer(replies)) {
            StandInExtension.use(server.url());
            Builds builds = new Builds("doubletick");
            builds.awaitLine("Trying again in 8 s (try 2).");
            builds.abort();
            builds.assertOneLine(LATE);
            build(Result.SUCCESS, logout(MEMBER));
            assertEquals(4 + 2, server.requests().size());
        }
    }

    @Test
    void waitForTheRateLimit() throws Exception {
        try (ScriptedServer server =
                new ScriptedServer(ScriptedServer.answer(429, "", "Retry-After: 8"), ScriptedServer.success())) {
            StandInExtension.use(server.url());
            WorkflowRun first = start(logout(MEMBER));
            r.waitForMessage("Trying again in 8 s (try 2).", first);
            Builds builds = new Builds("doubletick");
            builds.awaitLine("DoubleTick limits the requests with this API key for now. Waiting at least ");
            builds.abort();
            end(Result.SUCCESS, first);
            build(Result.SUCCESS, logout(MEMBER));
            assertEquals(1 + 2, server.requests().size());
        }
    }

    /** The line about the abort waits behind the vault, but the builds end. */
    @Test
    void lookupOfTheKey() throws Exception {
        Builds builds = new Builds(VAULT);
        HangingVault.awaitCallers(4);
        builds.abort();
        for (Run<?, ?> build : builds.all) {
            assertEquals(0, logouts(build).get(0).getTries());
        }
        HangingVault.release();
        build(Result.SUCCESS, logout(MEMBER, VAULT));
        assertEquals(1, doubleTick.requests().size());
    }

    /** The request for the team goes on, since others may wait for the team. */
    @Test
    void lookupOfAMember() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.silence())) {
            StandInExtension.use(server.url());
            WorkflowRun build = start(lookup(null));
            server.awaitRequest();
            build.doStop();
            end(Result.ABORTED, build);
            assertEquals(0, count("The lookup of", build));
        }
    }

    /** Registers it. */
    @TestExtension
    public static final class Vault extends HangingVault {}
}
