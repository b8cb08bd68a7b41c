package io.jenkins.plugins.doubletick.parameter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Action;
import hudson.model.BuildAuthorizationToken;
import hudson.model.Cause;
import hudson.model.CauseAction;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.Job;
import hudson.model.ParameterValue;
import hudson.model.ParametersAction;
import hudson.model.PasswordParameterValue;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.StringParameterValue;
import hudson.plugins.parameterizedtrigger.BlockableBuildTriggerConfig;
import hudson.plugins.parameterizedtrigger.BlockingBehaviour;
import hudson.plugins.parameterizedtrigger.PredefinedBuildParameters;
import hudson.plugins.parameterizedtrigger.TriggerBuilder;
import hudson.tasks.BuildTrigger;
import hudson.triggers.SCMTrigger;
import hudson.triggers.TimerTrigger;
import io.jenkins.plugins.doubletick.WebUser;
import java.lang.reflect.Field;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.GregorianCalendar;
import java.util.List;
import jenkins.model.Jenkins;
import jenkins.triggers.ReverseBuildTrigger;
import org.jenkinsci.plugins.gwt.GenericRequestVariable;
import org.jenkinsci.plugins.gwt.GenericTrigger;
import org.jenkinsci.plugins.parameterizedscheduler.ParameterizedTimerTrigger;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/**
 * Requests from the real plugins whose response nobody reads: each becomes a build, and a failed build says what is wrong. At the
 * end, the values that {@link LoginNumberQueueDecisionHandler} puts into the queue.
 */
class TriggersTest extends LoginNumberJobs {

    private static final String BLANK = "is blank";
    private static final String WRONG = "A login number has 7 to 15 digits";

    private void assertFailed(String reason, Job<?, ?> job) throws Exception {
        Run<?, ?> build = finished.await(job);
        assertEquals(Result.FAILURE, build.getResult());
        assertLog(reason, build);
        doubleTick.assertNothingSent();
    }

    private void assertLoggedOut(Job<?, ?> job) throws Exception {
        Run<?, ?> build = finished.await(job);
        assertLog(MASKED + " is logged out", build);
        assertNamed(null, build);
        doubleTick.assertOneLogout(KEY, NUMBER);
    }

    @Test
    void timerAndScmAndRequestsOfOtherPagesUseTheDefault() throws Exception {
        FreeStyleProject freestyle = freestyleJob(null);
        freestyle.scheduleBuild(new SCMTrigger.SCMTriggerCause(""));
        assertFailed(BLANK, freestyle);
        WorkflowJob pipeline = pipelineJob(null);
        pipeline.scheduleBuild(new TimerTrigger.TimerTriggerCause());
        assertFailed(BLANK, pipeline);
        r.executeOnServer(() -> pipeline.scheduleBuild2(0, new CauseAction(new Cause.UserIdCause())));
        assertFailed(BLANK, pipeline);
        definitionOf(pipeline).setDefaultValue(NUMBER);
        pipeline.scheduleBuild(new TimerTrigger.TimerTriggerCause());
        assertLoggedOut(pipeline);
    }

    @Test
    void upstreamJobBuildsAllDownstreamJobs() throws Exception {
        FreeStyleProject upstream = r.createFreeStyleProject();
        List<Job<?, ?>> jobs = List.of(r.createFreeStyleProject(), freestyleJob(null), r.createFreeStyleProject());
        upstream.getPublishersList().add(new BuildTrigger(names(jobs), Result.SUCCESS));
        WorkflowJob pipeline = pipelineJob(null);
        ReverseBuildTrigger trigger = new ReverseBuildTrigger(upstream.getName());
        pipeline.addTrigger(trigger);
        trigger.start(pipeline, true);
        r.jenkins.rebuildDependencyGraph();
        r.buildAndAssertSuccess(upstream);
        r.waitUntilNoActivity();
        assertEquals(Result.SUCCESS, jobs.get(0).getLastBuild().getResult());
        assertEquals(Result.SUCCESS, jobs.get(2).getLastBuild().getResult());
        assertLog(BLANK, jobs.get(1).getLastBuild());
        assertLog(BLANK, pipeline.getLastBuild());
    }

    private static String names(List<Job<?, ?>> jobs) {
        return String.join(",", jobs.stream().map(Job::getName).toList());
    }

    /** If the build fails, the upstream build fails, too, and the other jobs are built. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            LOGIN_NUMER=+12025550123     | is blank
            LOGIN_NUMBER=0123            | A login number has 7 to 15 digits
            LOGIN_NUMBER=Asha Rao        | A login number cannot contain
            LOGIN_NUMBER=+1 202 555 0123 |
            """)
    void parameterizedTrigger(String parameters, @CheckForNull String reason) throws Exception {
        List<Job<?, ?>> jobs = List.of(r.createFreeStyleProject(), pipelineJob(null), r.createFreeStyleProject());
        FreeStyleProject upstream = r.createFreeStyleProject();
        upstream.getBuildersList()
                .add(new TriggerBuilder(new BlockableBuildTriggerConfig(
                        names(jobs),
                        new BlockingBehaviour(Result.FAILURE, Result.UNSTABLE, Result.FAILURE),
                        List.of(new PredefinedBuildParameters(parameters)))));
        r.buildAndAssertStatus(reason == null ? Result.SUCCESS : Result.FAILURE, upstream);
        assertEquals(Result.SUCCESS, jobs.get(0).getLastBuild().getResult());
        assertEquals(Result.SUCCESS, jobs.get(2).getLastBuild().getResult());
        if (reason == null) {
            assertLoggedOut(jobs.get(1));
        } else {
            assertFailed(reason, jobs.get(1));
        }
    }

    @Test
    void parameterizedScheduler() throws Exception {
        WorkflowJob job = pipelineJob(null);
        schedule(job, "%OTHER=x");
        assertFailed(BLANK, job);
        schedule(job, "%LOGIN_NUMBER=0123");
        assertFailed(WRONG, job);
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
        FreeStyleProject job = freestyleJob(null);
        allowToken(job);
        assertBuilds(job, 201, "buildByToken/buildWithParameters?token=secret&delay=0sec&job=" + job.getName());
    }

    /** Accepts only parameters with a default, and makes a string of each. */
    @Test
    void genericWebhookTrigger() throws Exception {
        WorkflowJob job = pipelineJob(null);
        GenericTrigger trigger =
                new GenericTrigger(List.of(), List.of(new GenericRequestVariable("LOGIN_NUMBER", "")), List.of());
        trigger.setToken("secret");
        job.addTrigger(trigger);
        trigger.start(job, true);
        assertBuilds(job, 200, "generic-webhook-trigger/invoke?token=secret");
    }

    private void assertBuilds(Job<?, ?> job, int status, String path) throws Exception {
        WebUser sender = new WebUser(null);
        assertEquals(status, sender.postWithoutCrumb(r, path).statusCode());
        assertFailed(BLANK, job);
        assertEquals(
                status, sender.postWithoutCrumb(r, path + "&LOGIN_NUMBER=0123").statusCode());
        assertFailed(WRONG, job);
        assertEquals(
                status,
                sender.postWithoutCrumb(r, path + "&LOGIN_NUMBER=%2B1+202+555+0123")
                        .statusCode());
        assertLoggedOut(job);
    }

    /** The sender reads the response, but the token does not allow to see the team. */
    @Test
    void remoteTriggerOfTheJobIsRefusedWithTheReason() throws Exception {
        FreeStyleProject job = offering(r.jenkins, "doubletick");
        allowToken(job);
        r.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, Item.READ)
                .everywhere()
                .toEveryone());
        String path = job.getUrl() + "buildWithParameters?token=secret&LOGIN_NUMBER=";
        HttpResponse<String> wrong = new WebUser(null).post(r, path + "0123");
        assertEquals(400, wrong.statusCode());
        assertTrue(wrong.body().contains(WRONG), wrong.body());
        String part = new WebUser(null).post(r, path + "Asha").body();
        assertTrue(part.contains("This is only part of a name"), part);
        assertFalse(part.contains("Asha Rao"), part);
        assertNull(job.getLastBuild());
    }

    private static void allowToken(FreeStyleProject job) throws Exception {
        Field token = job.getClass().getSuperclass().getSuperclass().getDeclaredField("authToken");
        token.setAccessible(true);
        token.set(job, new BuildAuthorizationToken("secret"));
    }

    /** Queues a build with the defaults, and replaces them when the build starts. */
    @Test
    void restartFromStage() throws Exception {
        WorkflowJob job = pipeline("""
                pipeline {
                    agent none
                    stages { stage('Offboard') { steps { doubletickLogout loginNumber: params.LOGIN_NUMBER } } }
                }
                """);
        job.addProperty(parameters(null, "doubletick"));
        assertNull(rest(job, "Daniel Okafor"));
        finished.await(job);
        HttpResponse<String> answer =
                new WebUser(null).post(r, job.getUrl() + "1/restart/restartPipeline?stageName=Offboard");
        assertTrue(answer.body().contains("\"success\":\"true\""), answer.body());
        Run<?, ?> again = finished.await(job);
        assertLog(MASKED + " is logged out", again);
        assertNamed("Daniel Okafor", again);
    }

    private static ParameterValue string(String name, String value) {
        return new StringParameterValue(name, value);
    }

    private static DoubleTickLoginNumberParameterValue described(String value) {
        DoubleTickLoginNumberParameterValue number = new DoubleTickLoginNumberParameterValue("LOGIN_NUMBER", value);
        number.setDescription("Who is leaving");
        return number;
    }

    private static List<Action> queued(Action... given) throws Exception {
        List<Action> actions = new ArrayList<>(Arrays.asList(given));
        assertTrue(new LoginNumberQueueDecisionHandler().shouldSchedule(freestyleJob(null), actions));
        return actions;
    }

    @Test
    void valuesOfOtherTypesAreEncryptedAndKeepTheirPlace() throws Exception {
        List<Action> actions = queued(
                new ParametersAction(
                        string("FIRST", "1"),
                        string("LOGIN_NUMBER", "+1 202 555 0123"),
                        null,
                        string("LAST", "2"),
                        new PasswordParameterValue("LOGIN_NUMBER", "not a number"),
                        string("LOGIN_NUMBER", null)),
                new ParametersAction(string("LOGIN_NUMBER", "0123")));
        assertEquals(
                Arrays.asList(
                        string("FIRST", "1"),
                        described(NUMBER),
                        null,
                        string("LAST", "2"),
                        described("not a number"),
                        described("")),
                ((ParametersAction) actions.get(0)).getAllParameters());
        assertEquals(List.of(described("0123")), ((ParametersAction) actions.get(1)).getAllParameters());
        // Also in the action of another plugin.
        actions = queued(new OwnParameters(string("LOGIN_NUMBER", NUMBER)));
        assertEquals(List.of(described(NUMBER)), ((ParametersAction) actions.get(0)).getAllParameters());
    }

    @Test
    void actionWithNothingToChangeIsNotTouched() throws Exception {
        ParametersAction action = new ParametersAction(string(null, "x"), described("0123"), string("OTHER", "x"));
        assertSame(action, queued(action).get(0));
        DoubleTickLoginNumberParameterValue number = new DoubleTickLoginNumberParameterValue("LOGIN_NUMBER", NUMBER);
        OwnParameters own = new OwnParameters(number);
        assertSame(own, queued(own).get(0));
        assertEquals("Who is leaving", number.getDescription());
    }

    /** Keeps a list of its own, as the actions of Release and GitHub Pull Request Builder do. */
    private static final class OwnParameters extends ParametersAction {

        private final List<ParameterValue> own;

        OwnParameters(ParameterValue... own) {
            this.own = List.of(own);
        }

        @Override
        public List<ParameterValue> getParameters() {
            return own;
        }
    }

    /** The queue is locked meanwhile, and normalising combining characters would take minutes. */
    @ParameterizedTest
    @ValueSource(strings = {"a\u0301", "+1 ", "{"})
    @Timeout(20)
    void longTextsAreNotNormalised(String text) throws Exception {
        queued(new ParametersAction(string("LOGIN_NUMBER", text.repeat(200_000))));
    }
}
