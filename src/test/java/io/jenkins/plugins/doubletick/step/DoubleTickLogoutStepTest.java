package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.model.Result;
import io.jenkins.plugins.doubletick.OneJenkins;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.util.concurrent.CountDownLatch;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DoubleTickLogoutStepTest extends OneJenkins {

    private static final int MANY = 300;
    private static final String MANY_LOGOUTS = parallel(MANY, logout("+91987651' + (1000 + n) + '"));

    @Test
    void stepLogsOutWithoutANode() throws Exception {
        WorkflowRun build = build(Result.SUCCESS, logout(MEMBER));
        doubleTick.assertOneLogout(KEY, MEMBER);
        assertLog("Logging +91••••••3210 out of DoubleTick with the API key of the credential 'doubletick'", build);
        assertLog("+91••••••3210 is logged out of DoubleTick on every device.", build);
    }

    @Test
    void declarativePipelineNeedsNoAgent() throws Exception {
        build(
                Result.SUCCESS,
                "pipeline { agent none\nstages { stage('A') { steps { " + logout(MEMBER, "other") + " } } } }");
        doubleTick.assertOneLogout(OTHER_KEY, MEMBER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "", "<html>", "{\"success\":\"true\"}", "[{\"success\":true}]"})
    void nothingButTheConfirmationIsASuccess(String body) throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(201, body))) {
            StandInExtension.use(server.url());
            assertLog("DoubleTick answered 201, but without \"success\": true", build(Result.FAILURE, logout(MEMBER)));
            assertEquals(1, server.requests().size());
        }
    }

    @Test
    void logNamesEveryTry() throws Exception {
        WorkflowRun build =
                build(Result.SUCCESS, logout(DoubleTickStandIn.BUSY) + "\n" + logout(DoubleTickStandIn.RATE_LIMITED));
        assertLog(
                "+91••••••3230: DoubleTick answered 503: The service is being updated. Trying again in 1 s (try 2).",
                build);
        assertLog(
                "+91••••••3220: DoubleTick answered 429: ThrottlerException: Too Many Requests. Trying again in 2 s",
                build);
        assertEquals(4, doubleTick.requests().size());
    }

    @Test
    void refusedNumberWithoutACountryCodeIsExplained() throws Exception {
        assertLog(
                "failed. DoubleTick answered 422: User is not a member of the team. This number is not in use in"
                        + " Iran (+98). Is the country code missing? Check the number",
                build(Result.FAILURE, logout("9876543210")));
    }

    @Test
    void catchErrorContinuesAfterAFailure() throws Exception {
        assertLog(
                "+91••••••3210 is logged out",
                build(
                        Result.UNSTABLE,
                        "catchError(buildResult: 'UNSTABLE') { " + logout(NOT_A_MEMBER) + " }\n" + logout(MEMBER)));
    }

    @Test
    void otherBuildsRunDuringManyLogouts() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer((socket, itself) -> {
            answer.await();
            ScriptedServer.success().to(socket, itself);
        })) {
            StandInExtension.use(server.url());
            WorkflowRun build = start(MANY_LOGOUTS);
            server.awaitRequest();
            build(Result.SUCCESS, "sleep time: 1, unit: 'MILLISECONDS'");
            answer.countDown();
            end(Result.SUCCESS, build);
            assertEquals(MANY, server.requests().size());
            assertEquals(MANY, logouts(build).size());
        }
    }

    @Test
    void limitOfOneKeyDoesNotSlowAnother() throws Exception {
        try (ScriptedServer server =
                new ScriptedServer(ScriptedServer.answer(429, "", "Retry-After: 50"), ScriptedServer.success())) {
            StandInExtension.use(server.url());
            WorkflowRun limited = start(parallel(2, logout(MEMBER)));
            r.waitForMessage("DoubleTick limits the requests with this API key for now. Waiting at least ", limited);
            build(Result.SUCCESS, logout(MEMBER, "other"));
            assertEquals(1 + 1, server.requests().size());
            limited.doStop();
            end(Result.ABORTED, limited);
        }
    }
}
