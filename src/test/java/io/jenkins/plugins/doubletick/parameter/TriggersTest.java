package io.jenkins.plugins.doubletick.parameter;

import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.MASKED;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.NUMBER;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.freestyleJob;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.pipelineJob;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.valueOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.BuildAuthorizationToken;
import hudson.model.Cause;
import hudson.model.CauseAction;
import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.Result;
import hudson.model.Run;
import hudson.plugins.parameterizedtrigger.BlockableBuildTriggerConfig;
import hudson.plugins.parameterizedtrigger.BlockingBehaviour;
import hudson.plugins.parameterizedtrigger.PredefinedBuildParameters;
import hudson.plugins.parameterizedtrigger.TriggerBuilder;
import hudson.tasks.BuildTrigger;
import hudson.triggers.SCMTrigger;
import hudson.triggers.TimerTrigger;
import io.jenkins.plugins.doubletick.FinishedBuilds;
import io.jenkins.plugins.doubletick.OneJenkins;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.WebUser;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import java.lang.reflect.Field;
import java.net.http.HttpResponse;
import java.util.GregorianCalendar;
import java.util.List;
import jenkins.model.ParameterizedJobMixIn;
import jenkins.triggers.ReverseBuildTrigger;
import org.jenkinsci.plugins.gwt.GenericRequestVariable;
import org.jenkinsci.plugins.gwt.GenericTrigger;
import org.jenkinsci.plugins.parameterizedscheduler.ParameterizedTimerTrigger;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests whose answer nobody reads, made by the real plugins: each becomes a build, which says what is wrong. */
class TriggersTest extends OneJenkins {

    private static final String BLANK = " is blank";
    private static final String WRONG = "A login number has 7 to 15 digits";

    private FinishedBuilds finished;

    @BeforeEach
    void setUp() throws Exception {
        r.jenkins.setQuietPeriod(0);
        finished = FinishedBuilds.watch();
    }

    private void assertRed(String reason, Job<?, ?> job) throws Exception {
        Run<?, ?> build = finished.await(job);
        assertEquals(Result.FAILURE, build.getResult());
        StandInExtension.assertLog(reason, build);
        doubleTick.assertNothingSent();
    }

    private void assertLoggedOut(Job<?, ?> job) throws Exception {
        Run<?, ?> build = finished.await(job);
        StandInExtension.assertLog(MASKED + " is logged out", build);
        assertEquals(NUMBER, valueOf(build).getValue());
        doubleTick.assertOneLogout(DoubleTickStandIn.KEY, NUMBER);
    }

    @Test
    void timerScmAndUpstreamBuildsWithoutANumber() throws Exception {
        for (Job<?, ?> job : List.of(freestyleJob(r, null), pipelineJob(r, null))) {
            for (Cause cause : List.of(new TimerTrigger.TimerTriggerCause(), new SCMTrigger.SCMTriggerCause(""))) {
                assertTrue(((ParameterizedJobMixIn.ParameterizedJob<?, ?>) job).scheduleBuild(cause));
                assertRed(BLANK, job);
            }
        }
    }

    @Test
    void upstreamJobBuildsAllDownstreamJobs() throws Exception {
        FreeStyleProject upstream = r.createFreeStyleProject();
        List<Job<?, ?>> jobs = List.of(r.createFreeStyleProject(), freestyleJob(r, null), r.createFreeStyleProject());
        upstream.getPublishersList()
                .add(new BuildTrigger(
                        String.join(",", jobs.stream().map(Job::getName).toList()), Result.SUCCESS));
        WorkflowJob pipeline = pipelineJob(r, null);
        ReverseBuildTrigger trigger = new ReverseBuildTrigger(upstream.getName());
        pipeline.addTrigger(trigger);
        trigger.start(pipeline, true);
        r.jenkins.rebuildDependencyGraph();
        r.buildAndAssertSuccess(upstream);
        r.waitUntilNoActivity();
        assertEquals(Result.SUCCESS, jobs.get(0).getLastBuild().getResult());
        assertEquals(Result.SUCCESS, jobs.get(2).getLastBuild().getResult());
        StandInExtension.assertLog(BLANK, jobs.get(1).getLastBuild());
        StandInExtension.assertLog(BLANK, pipeline.getLastBuild());
    }

    @Test
    void timerUsesTheDefault() throws Exception {
        WorkflowJob job = pipelineJob(r, NUMBER);
        job.scheduleBuild(new TimerTrigger.TimerTriggerCause());
        assertLoggedOut(job);
    }

    /** With a misspelt or a missing parameter, the upstream build was green without the logout. */
    @ParameterizedTest
    @CsvSource({
        "LOGIN_NUMER=+12025550123,blank",
        "OTHER=x,blank",
        "LOGIN_NUMBER=0123,wrong",
        "LOGIN_NUMBER=Asha Rao,name"
    })
    void parameterizedTrigger(String parameters, String fault) throws Exception {
        List<Job<?, ?>> jobs = List.of(r.createFreeStyleProject(), pipelineJob(r, null), r.createFreeStyleProject());
        FreeStyleProject upstream = triggering(jobs, parameters);
        r.buildAndAssertStatus(Result.FAILURE, upstream);
        assertEquals(Result.SUCCESS, jobs.get(0).getLastBuild().getResult());
        assertEquals(Result.SUCCESS, jobs.get(2).getLastBuild().getResult());
        assertRed(
                switch (fault) {
                    case "blank" -> BLANK;
                    case "wrong" -> WRONG;
                    default -> "A login number cannot contain";
                },
                jobs.get(1));
    }

    @Test
    void parameterizedTriggerWithANumber() throws Exception {
        Job<?, ?> job = freestyleJob(r, null);
        r.buildAndAssertSuccess(triggering(List.of(job), "LOGIN_NUMBER=+1 202 555 0123"));
        assertLoggedOut(job);
    }

    private static FreeStyleProject triggering(List<Job<?, ?>> jobs, String parameters) throws Exception {
        FreeStyleProject upstream = r.createFreeStyleProject();
        upstream.getBuildersList()
                .add(new TriggerBuilder(new BlockableBuildTriggerConfig(
                        String.join(",", jobs.stream().map(Job::getName).toList()),
                        new BlockingBehaviour(Result.FAILURE, Result.UNSTABLE, Result.FAILURE),
                        List.of(new PredefinedBuildParameters(parameters)))));
        return upstream;
    }

    @Test
    void parameterizedScheduler() throws Exception {
        for (String[] row : new String[][] {{"%LOGIN_NUMBER=0123", WRONG}, {"%OTHER=x", BLANK}, {"", BLANK}}) {
            WorkflowJob job = pipelineJob(r, null);
            schedule(job, row[0]);
            assertRed(row[1], job);
        }
        WorkflowJob job = pipelineJob(r, null);
        schedule(job, "%LOGIN_NUMBER=+1 202 555 0123");
        assertLoggedOut(job);
    }

    private static void schedule(WorkflowJob job, String parameters) {
        ParameterizedTimerTrigger trigger = new ParameterizedTimerTrigger("* * * * * " + parameters);
        trigger.start(job, true);
        trigger.checkCronTabsAndRun(new GregorianCalendar());
    }

    @Test
    void buildTokenRoot() throws Exception {
        FreeStyleProject job = freestyleJob(r, null);
        allowToken(job);
        String path = "buildByToken/buildWithParameters?token=secret&delay=0sec&job=" + job.getName();
        for (String[] row : new String[][] {{"", BLANK}, {"&LOGIN_NUMBER=0123", WRONG}}) {
            assertEquals(
                    201, new WebUser(null).postWithoutCrumb(r, path + row[0]).statusCode());
            assertRed(row[1], job);
        }
        assertEquals(
                201,
                new WebUser(null)
                        .postWithoutCrumb(r, path + "&LOGIN_NUMBER=%2B12025550123")
                        .statusCode());
        assertLoggedOut(job);
    }

    /** The job's own URL with a token refuses, because its caller reads the answer. */
    @Test
    void remoteTriggerOfTheJobIsRefusedWithTheReason() throws Exception {
        FreeStyleProject job = freestyleJob(r, null);
        allowToken(job);
        HttpResponse<String> answer =
                new WebUser(null).post(r, job.getUrl() + "buildWithParameters?token=secret&LOGIN_NUMBER=0123");
        assertEquals(400, answer.statusCode());
        assertTrue(answer.body().contains(WRONG), answer.body());
        assertNull(job.getLastBuild());
    }

    private static void allowToken(FreeStyleProject job) throws Exception {
        Field token = job.getClass().getSuperclass().getSuperclass().getDeclaredField("authToken");
        token.setAccessible(true);
        token.set(job, new BuildAuthorizationToken("secret"));
    }

    /** Takes parameters with a default only, and makes a string of each. */
    @Test
    void genericWebhookTrigger() throws Exception {
        WorkflowJob job = pipelineJob(r, null);
        GenericTrigger trigger =
                new GenericTrigger(List.of(), List.of(new GenericRequestVariable("LOGIN_NUMBER", "")), List.of());
        trigger.setToken("secret");
        job.addTrigger(trigger);
        trigger.start(job, true);
        String path = "generic-webhook-trigger/invoke?token=secret";
        for (String[] row : new String[][] {{"", BLANK}, {"&LOGIN_NUMBER=0123", WRONG}}) {
            assertEquals(
                    200, new WebUser(null).postWithoutCrumb(r, path + row[0]).statusCode());
            assertRed(row[1], job);
        }
        new WebUser(null).postWithoutCrumb(r, path + "&LOGIN_NUMBER=%2B1+202+555+0123");
        assertLoggedOut(job);
    }

    /** Queues a build with the defaults, and replaces them when the build starts. */
    @Test
    void restartFromStage() throws Exception {
        WorkflowJob job = LoginNumberJobs.script(r, """
                pipeline {
                    agent none
                    stages { stage('Offboard') { steps { doubletickLogout loginNumber: params.LOGIN_NUMBER } } }
                }
                """);
        job.addProperty(LoginNumberJobs.offering("doubletick"));
        assertNull(new BuildRequests(r).form(job, "Daniel Okafor"));
        finished.await(job);
        HttpResponse<String> answer =
                new WebUser(null).post(r, job.getUrl() + "1/restart/restartPipeline?stageName=Offboard");
        assertTrue(answer.body().contains("\"success\":\"true\""), answer.body());
        Run<?, ?> again = finished.await(job);
        StandInExtension.assertLog(MASKED + " is logged out", again);
        assertEquals(NUMBER, valueOf(again).getValue());
        assertEquals("Daniel Okafor", valueOf(again).memberName());
    }

    @Test
    void requestOfAnotherPage() throws Exception {
        WorkflowJob job = pipelineJob(r, null);
        r.executeOnServer(() -> job.scheduleBuild2(0, new CauseAction(new Cause.UserIdCause())));
        assertRed(BLANK, job);
    }
}
