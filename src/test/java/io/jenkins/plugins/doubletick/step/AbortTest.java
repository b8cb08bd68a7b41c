package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import hudson.AbortException;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Result;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.util.ArrayList;
import java.util.List;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.steps.SleepStep;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Every way to abort a build, at everything that a logout waits for. */
@WithJenkins
class AbortTest {

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private JenkinsRule r;

    @BeforeEach
    void setUp(JenkinsRule r) throws Exception {
        this.r = r;
        StandInExtension.addDefaultKey();
        SlowVault.lock();
    }

    /** Four builds, each of them to be aborted in another way. */
    private final class Builds {

        private final WorkflowRun pipeline;
        private final WorkflowRun timeout;
        private final WorkflowRun failFast;
        private final FreeStyleBuild freestyle;

        Builds(String credentialsId) throws Exception {
            String step = "doubletickLogout loginNumber: '+919876543210', credentialsId: '" + credentialsId + "'";
            pipeline = start(step);
            timeout = start("timeout(time: 5, unit: 'SECONDS') { " + step + " }");
            failFast = start("parallel failFast: true, logout: { " + step + " }, other: { sleep 600 }");
            FreeStyleProject job = r.createFreeStyleProject();
            DoubleTickLogoutBuilder builder = new DoubleTickLogoutBuilder("+919876543210");
            builder.setCredentialsId(credentialsId);
            job.getBuildersList().add(builder);
            freestyle = job.scheduleBuild2(0).waitForStart();
        }

        private List<Run<?, ?>> all() {
            return List.of(pipeline, timeout, failFast, freestyle);
        }

        void awaitLine(String line) throws Exception {
            for (Run<?, ?> build : all()) {
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
        }

        void assertAborted() throws Exception {
            for (Run<?, ?> build : all()) {
                // The branch that failed first says how the build ends, and not the one that was aborted then.
                r.assertBuildStatus(build == failFast ? Result.FAILURE : Result.ABORTED, r.waitForCompletion(build));
                String log = JenkinsRule.getLog(build);
                assertFalse(log.contains("+91••••••3210 may still be logged in"), log);
                assertFalse(log.contains("+91••••••3210 is logged out"), log);
            }
        }
    }

    private WorkflowRun start(String script) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job.scheduleBuild2(0).waitForStart();
    }

    private void assertNextLogoutSucceeds() throws Exception {
        r.assertBuildStatusSuccess(r.waitForCompletion(start("doubletickLogout loginNumber: '+919876543210'")));
    }

    @Test
    void inFlight() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.silence())) {
            StandInExtension.use(server.url());
            Builds builds = new Builds(StandInExtension.CREDENTIALS_ID);
            // One of them sends its request, and the others wait until it is answered.
            builds.awaitLine("Logging +91");
            server.awaitRequest();
            builds.abort();
            server.awaitDisconnect();
            builds.assertAborted();
        }
    }

    /** The request for the team goes on, since others may wait for it, but nobody who is aborted does. */
    @Test
    void lookupOfAMember() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.silence())) {
            StandInExtension.use(server.url());
            WorkflowRun build = start("doubletickMember '+919876543210'");
            server.awaitRequest();
            build.doStop();
            r.assertBuildStatus(Result.ABORTED, r.waitForCompletion(build));
            String log = JenkinsRule.getLog(build);
            assertFalse(log.contains("+91••••••3210 could not be looked up"), log);
        }
    }

    /** The next logout waits as long, but from later on: what the aborted ones would still send comes before it. */
    @Test
    void betweenTries() throws Exception {
        List<ScriptedServer.Reply> replies = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            replies.add(ScriptedServer.answer(503, "", "Retry-After: 10"));
        }
        replies.add(ScriptedServer.success());
        try (ScriptedServer server = new ScriptedServer(replies.toArray(ScriptedServer.Reply[]::new))) {
            StandInExtension.use(server.url());
            Builds builds = new Builds(StandInExtension.CREDENTIALS_ID);
            builds.awaitLine("Trying again in 10 s (try 2).");
            builds.abort();
            builds.assertAborted();
            assertNextLogoutSucceeds();
            assertEquals(4 + 2, server.requests().size());
        }
    }

    /** The next logout comes behind the aborted ones in the queue of this key. */
    @Test
    void heldBack() throws Exception {
        try (ScriptedServer server =
                new ScriptedServer(ScriptedServer.answer(429, "", "Retry-After: 10"), ScriptedServer.success())) {
            StandInExtension.use(server.url());
            WorkflowRun first = start("doubletickLogout loginNumber: '+919876543210'");
            r.waitForMessage("Trying again in 10 s (try 2).", first);
            Builds builds = new Builds(StandInExtension.CREDENTIALS_ID);
            builds.awaitLine("s or more for its turn.");
            first.doStop();
            builds.abort();
            builds.assertAborted();
            assertNextLogoutSucceeds();
            assertEquals(1 + 1, server.requests().size());
        }
    }

    @Test
    void duringTheLookup() throws Exception {
        Builds builds = new Builds(SlowVault.CREDENTIALS_ID);
        SlowVault.awaitCallers(4);
        builds.abort();
        builds.assertAborted();
        SlowVault.awaitInterruptions(4);
        doubleTick.assertNothingSent();
        assertNextLogoutSucceeds();
        assertEquals(1, doubleTick.requests().size());
    }

    /** Registers it. */
    @TestExtension
    public static final class Vault extends SlowVault {}
}
