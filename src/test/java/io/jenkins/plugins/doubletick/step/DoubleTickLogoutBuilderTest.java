package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.model.StringParameterDefinition;
import hudson.model.StringParameterValue;
import hudson.model.queue.QueueTaskFuture;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class DoubleTickLogoutBuilderTest {

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    /** One for all: starting a Jenkins for each number would take most of the time. */
    private static JenkinsRule r;

    private FreeStyleProject job;

    @BeforeAll
    static void start(JenkinsRule rule) {
        r = rule;
    }

    @BeforeEach
    void setUp() throws Exception {
        StandInExtension.onlyDefaultKey();
        job = r.createFreeStyleProject();
    }

    private FreeStyleBuild build(String number, Result result) throws Exception {
        job.getBuildersList().replace(new DoubleTickLogoutBuilder(number));
        return r.buildAndAssertStatus(result, job);
    }

    @Test
    void memberIsLoggedOut() throws Exception {
        FreeStyleBuild build = build("+91 98765 43210", Result.SUCCESS);
        doubleTick.assertOneLogout(DoubleTickStandIn.KEY, "+919876543210");
        StandInExtension.assertLog("+91••••••3210 is logged out of DoubleTick on every device.", build);
    }

    @ParameterizedTest
    @CsvSource({"$LOGIN_NUMBER", "${LOGIN_NUMBER}", "+91$LOCAL"})
    void parameterIsFilledIn(String number) throws Exception {
        job.addProperty(new ParametersDefinitionProperty(
                new StringParameterDefinition("LOGIN_NUMBER"), new StringParameterDefinition("LOCAL")));
        job.getBuildersList().add(new DoubleTickLogoutBuilder(number));
        r.assertBuildStatusSuccess(job.scheduleBuild2(
                0,
                new ParametersAction(
                        new StringParameterValue("LOGIN_NUMBER", "+91-98765-43210"),
                        new StringParameterValue("LOCAL", "9876543210"))));
        doubleTick.assertOneLogout(DoubleTickStandIn.KEY, "+919876543210");
    }

    @Test
    void parameterThatTheBuildDoesNotHave() throws Exception {
        StandInExtension.assertLog(
                "ERROR: The login number $LOGIN_NUMBER is not filled in: this build has no such parameter or variable.",
                build("$LOGIN_NUMBER", Result.FAILURE));
        doubleTick.assertNothingSent();
    }

    @Test
    void blankParameter() throws Exception {
        job.addProperty(new ParametersDefinitionProperty(new StringParameterDefinition("LOGIN_NUMBER", " ")));
        StandInExtension.assertLog(
                "ERROR: The login number $LOGIN_NUMBER is blank in this build. Nothing was sent.",
                build("$LOGIN_NUMBER", Result.FAILURE));
        doubleTick.assertNothingSent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''      | ERROR: The login number is blank",
                "Alice   | ERROR: A login number is digits only",
                "12345   | ERROR: A login number has 7 to 15 digits",
                "0919876543 | ERROR: A login number begins with the country code, never with 0",
            })
    void badNumber(String number, String line) throws Exception {
        StandInExtension.assertLog(line, build(number, Result.FAILURE));
        doubleTick.assertNothingSent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                DoubleTickStandIn.NOT_A_MEMBER + "| DoubleTick answered 422",
                DoubleTickStandIn.REFUSED + "| DoubleTick answered 201, but without",
                DoubleTickStandIn.PORTAL + "| DoubleTick answered 200, but without",
                DoubleTickStandIn.DOWN + "| DoubleTick answered 503",
            })
    void failure(String number, String line) throws Exception {
        StandInExtension.assertLog(line, build(number, Result.FAILURE));
    }

    @Test
    void rateLimitIsWaitedFor() throws Exception {
        FreeStyleBuild build = build(DoubleTickStandIn.RATE_LIMITED, Result.SUCCESS);
        StandInExtension.assertLog(
                "DoubleTick answered 429: ThrottlerException: Too Many Requests. Trying again in 2 s (try 2).",
                build);
        assertEquals(2, doubleTick.requests().size());
    }

    @Test
    void abortEndsTheRequest() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.silence())) {
            StandInExtension.use(server.url());
            job.getBuildersList().add(new DoubleTickLogoutBuilder("+919876543210"));
            QueueTaskFuture<FreeStyleBuild> future = job.scheduleBuild2(0);
            FreeStyleBuild build = future.waitForStart();
            server.awaitRequest();
            build.doStop();
            server.awaitDisconnect();
            r.assertBuildStatus(Result.ABORTED, future);
            assertEquals(1, server.requests().size());
        }
    }

    @Test
    void configRoundTrip() throws Exception {
        DoubleTickLogoutBuilder builder = new DoubleTickLogoutBuilder("$LOGIN_NUMBER");
        assertRoundTrip(builder);
        builder.setCredentialsId(StandInExtension.CREDENTIALS_ID);
        assertRoundTrip(builder);
        builder.setCredentialsId("${KEY}");
        assertRoundTrip(builder);
        builder.setCredentialsId("gone-for-the-moment");
        assertRoundTrip(builder);
    }

    private void assertRoundTrip(DoubleTickLogoutBuilder builder) throws Exception {
        job.getBuildersList().replace(builder);
        r.configRoundtrip(job);
        r.assertEqualDataBoundBeans(builder, job.getBuildersList().get(DoubleTickLogoutBuilder.class));
    }
}
