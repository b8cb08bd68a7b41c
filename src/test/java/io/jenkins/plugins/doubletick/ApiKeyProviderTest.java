package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsParameterDefinition;
import com.cloudbees.plugins.credentials.CredentialsParameterValue;
import com.cloudbees.plugins.credentials.builds.CredentialsParameterBinder;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Builds that share a look-up, and vaults that keep look-ups waiting. */
@WithJenkins
class ApiKeyProviderTest {

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private JenkinsRule r;

    @BeforeEach
    void setUp(JenkinsRule r) throws Exception {
        this.r = r;
        StandInExtension.addDefaultKey();
        SlowVault.lock();
        HangingVault.reset();
    }

    @AfterEach
    void tearDown() {
        SlowVault.open();
        HangingVault.release();
    }

    private WorkflowRun start(String script) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job.scheduleBuild2(0).waitForStart();
    }

    private WorkflowRun end(Result result, WorkflowRun build) throws Exception {
        return r.assertBuildStatus(result, r.waitForCompletion(build));
    }

    private static String step(String credentialsId) {
        return "doubletickLogout loginNumber: '+919876543210', credentialsId: '" + credentialsId + "'";
    }

    @Test
    void keyIsForgottenWhenNoLogoutIsUnderWay() throws Exception {
        SlowVault.open();
        end(Result.SUCCESS, start("for (int i = 0; i < 3; i++) { " + step(SlowVault.CREDENTIALS_ID) + " }"));
        assertEquals(3, SlowVault.otherCallers());
    }

    @Test
    void abortedLogoutLeavesTheLookupToTheOthers() throws Exception {
        WorkflowRun build =
                start("parallel aborted: { catchError(buildResult: 'UNSTABLE') { timeout(time: 1, unit: 'SECONDS') { "
                        + step(SlowVault.CREDENTIALS_ID) + " } }; echo 'One is aborted' }, other: { "
                        + step(SlowVault.CREDENTIALS_ID) + " }");
        r.waitForMessage("One is aborted", build);
        SlowVault.open();
        r.waitForCompletion(build);
        StandInExtension.assertLog("+91••••••3210 is logged out of DoubleTick on every device.", build);
        assertEquals(1, SlowVault.otherCallers());
        assertEquals(1, doubleTick.requests().size());
    }

    /** An {@code input} step can bind a parameter anew while another logout is under way. */
    @Test
    void credentialThatWasChosenLastIsUsed() throws Exception {
        StandInExtension.addGlobally(StandInExtension.apiKey("first", DoubleTickStandIn.KEY));
        StandInExtension.addGlobally(StandInExtension.apiKey("second", DoubleTickStandIn.SECOND_KEY));
        CountDownLatch answer = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(
                (socket, itself) -> {
                    answer.await();
                    ScriptedServer.success().to(socket, itself);
                },
                ScriptedServer.success())) {
            StandInExtension.use(server.url());
            WorkflowJob job = r.createProject(WorkflowJob.class);
            job.setDefinition(new CpsFlowDefinition(
                    "parallel first: { " + step("${KEY}") + " }, second: { input id: 'Go', message: 'Go?'\n"
                            + step("${KEY}").replace(DoubleTickStandIn.MEMBER, DoubleTickStandIn.SECOND_MEMBER) + " }",
                    true));
            job.addProperty(new ParametersDefinitionProperty(
                    new CredentialsParameterDefinition("KEY", null, null, StringCredentials.class.getName(), true)));
            WorkflowRun build = job.scheduleBuild2(
                            0, new ParametersAction(new CredentialsParameterValue("KEY", "first", null)))
                    .waitForStart();
            server.awaitRequest();
            r.waitForMessage("Proceed or Abort", build);
            CredentialsParameterBinder.getOrCreate(build)
                    .bindCredentialsParameter("anonymous", new CredentialsParameterValue("KEY", "second", null));
            build.getAction(InputAction.class).getExecution("Go").proceed((Map<String, Object>) null);
            r.waitForMessage("Logging +12", build);
            answer.countDown();
            end(Result.SUCCESS, build);
            assertTrue(server.requests().get(1).contains("uthorization: " + DoubleTickStandIn.SECOND_KEY));
        }
    }

    private WorkflowRun startHanging(int from, int to) throws Exception {
        return start(IntStream.range(from, to)
                .mapToObj(i -> "b" + i + ": { " + step(HangingVault.PREFIX + i) + " }")
                .collect(Collectors.joining(", ", "parallel ", "")));
    }

    /** The vaults ignore interrupts, too. */
    @Test
    void hangingVaultsKeepNobodyElseWaiting() throws Exception {
        WorkflowRun hanging = startHanging(0, 31);
        HangingVault.awaitCallers(31);
        end(Result.SUCCESS, start(step(StandInExtension.CREDENTIALS_ID)));

        WorkflowRun last = startHanging(31, 32);
        HangingVault.awaitCallers(1);
        StandInExtension.assertLog(
                "ERROR: +91••••••3210 may still be logged in. The credential 'doubletick' could not be looked up, because 32 other"
                        + " look-ups wait for stores of credentials that do not answer. Check those stores.",
                end(Result.FAILURE, start(step(StandInExtension.CREDENTIALS_ID))));

        hanging.doStop();
        last.doStop();
        end(Result.ABORTED, hanging);
        end(Result.ABORTED, last);
        assertEquals(1, doubleTick.requests().size());
    }

    /** Registers it. */
    @TestExtension
    public static final class Slow extends SlowVault {}

    /** Registers it. */
    @TestExtension
    public static final class Hanging extends HangingVault {}
}
