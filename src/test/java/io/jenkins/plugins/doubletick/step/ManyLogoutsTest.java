package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Result;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.RateLimitedReply;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.flow.FlowDurabilityHint;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.job.properties.DurabilityHintJobProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** 300 logouts in one {@code parallel}. */
@WithJenkins
class ManyLogoutsTest {

    private static final int MANY = 300;

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private JenkinsRule r;

    @BeforeEach
    void setUp(JenkinsRule r) {
        this.r = r;
        SlowVault.lock();
    }

    private WorkflowRun start(String script) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        job.addProperty(new DurabilityHintJobProperty(FlowDurabilityHint.PERFORMANCE_OPTIMIZED));
        return job.scheduleBuild2(0).waitForStart();
    }

    private WorkflowRun startMany(int count, String credentialsId) throws Exception {
        WorkflowRun build = start("""
                def branches = [:]
                for (int i = 0; i < %d; i++) {
                    String number = '+91987654' + (1000 + i)
                    branches[number] = { doubletickLogout loginNumber: number, credentialsId: '%s' }
                }
                parallel branches
                """.formatted(count, credentialsId));
        r.waitForMessage("Logging +91••••••" + (1000 + count - 1) + " out of DoubleTick", build);
        return build;
    }

    private void assertSuccess(WorkflowRun build) throws Exception {
        r.assertBuildStatusSuccess(r.waitForCompletion(build));
    }

    private void assertAnotherBuildRuns() throws Exception {
        assertSuccess(start("sleep time: 1, unit: 'MILLISECONDS'"));
    }

    @Test
    void otherBuildsRunMeanwhile() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer((socket, itself) -> {
            answer.await();
            ScriptedServer.success().to(socket, itself);
        })) {
            StandInExtension.use(server.url());
            WorkflowRun build = startMany(MANY, SlowVault.CREDENTIALS_ID);
            SlowVault.awaitCallers(1);
            assertAnotherBuildRuns();

            SlowVault.open();
            server.awaitRequest();
            assertAnotherBuildRuns();

            answer.countDown();
            assertSuccess(build);
            assertEquals(0, SlowVault.otherCallers(), "The first look-up is for all");
            assertEquals(MANY, server.requests().size());
            assertEquals(MANY, build.getAction(LogoutAction.class).getLogouts().size());
        }
    }

    @Test
    void rateLimit() throws Exception {
        RateLimitedReply reply = RateLimitedReply.nestJs(60, Duration.ofSeconds(2));
        try (ScriptedServer server = new ScriptedServer(reply)) {
            StandInExtension.use(server.url());
            WorkflowRun build = startMany(MANY, SlowVault.CREDENTIALS_ID);
            SlowVault.open();
            assertSuccess(build);
            assertEquals(MANY, reply.confirmed());
            assertTrue(reply.refused() > 0 && reply.refused() <= MANY / 3, () -> reply.refused() + " answers with 429");
        }
    }

    @Test
    void otherKeyIsNotSlowed() throws Exception {
        StandInExtension.addGlobally(StandInExtension.apiKey("limited", DoubleTickStandIn.KEY));
        StandInExtension.addGlobally(StandInExtension.apiKey("other", DoubleTickStandIn.SECOND_KEY));
        try (ScriptedServer server =
                new ScriptedServer(ScriptedServer.answer(429, "", "Retry-After: 50"), ScriptedServer.success())) {
            StandInExtension.use(server.url());
            WorkflowRun first = startMany(1, "limited");
            r.waitForMessage("Trying again in 50 s (try 2).", first);
            WorkflowRun limited = startMany(50, "limited");
            r.waitForMessage("s or more for its turn.", limited);

            assertSuccess(startMany(50, "other"));

            assertEquals(1 + 50, server.requests().size());
            for (WorkflowRun waiting : List.of(first, limited)) {
                waiting.doStop();
                r.assertBuildStatus(Result.ABORTED, r.waitForCompletion(waiting));
            }
        }
    }

    /** Registers it. */
    @TestExtension
    public static final class Vault extends SlowVault {}
}
