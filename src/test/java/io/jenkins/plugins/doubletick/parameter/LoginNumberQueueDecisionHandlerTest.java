package io.jenkins.plugins.doubletick.parameter;

import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.NUMBER;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.number;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.parameters;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import hudson.model.Cause;
import hudson.model.CauseAction;
import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.ParameterValue;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.model.StringParameterValue;
import hudson.tasks.BuildTrigger;
import hudson.triggers.TimerTrigger;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import java.util.List;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.stream.Stream;
import jenkins.triggers.ReverseBuildTrigger;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.LogRecorder;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Tries wrong and missing numbers where nobody reads the answer, and numbers in unusual places. */
@WithJenkins
class LoginNumberQueueDecisionHandlerTest {

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private final LogRecorder log = new LogRecorder()
            .record(LoginNumberQueueDecisionHandler.class, Level.WARNING)
            .capture(10);

    private JenkinsRule r;
    private WorkflowJob offboard;
    private FreeStyleProject logOut;

    @BeforeEach
    void setUp(JenkinsRule r) throws Exception {
        this.r = r;
        r.jenkins.setQuietPeriod(0);
        StandInExtension.addDefaultKey();
        offboard = r.createProject(WorkflowJob.class, "offboard");
        offboard.setDefinition(new CpsFlowDefinition("doubletickLogout loginNumber: params.LOGIN_NUMBER", true));
        offboard.addProperty(parameters(null));
        logOut = r.createFreeStyleProject("log-out");
        logOut.addProperty(parameters(null));
    }

    private static ParametersAction string(String number) {
        return new ParametersAction(new StringParameterValue("LOGIN_NUMBER", number));
    }

    /** Jenkins itself breaks at such a value, but only when the build begins. */
    @Test
    void namelessValueOfAnotherTypeIsNotOurs() throws Exception {
        Future<?> build = logOut.scheduleBuild2(
                0,
                new ParametersAction(
                        new StringParameterValue(null, "x"),
                        new DoubleTickLoginNumberParameterValue("LOGIN_NUMBER", "+919876543210")));
        assertNotNull(build);
        build.get();
    }

    @Test
    void pipelineTriggersTheOthers() throws Exception {
        WorkflowJob upstream = pipeline("upstream");
        List<Job<?, ?>> others = others();
        buildAfter(upstream, others);
        r.assertBuildStatusSuccess(upstream.scheduleBuild2(0));
        assertOnlyBuilt(others);
    }

    @Test
    void freestyleJobTriggersTheOthers() throws Exception {
        FreeStyleProject upstream = r.createFreeStyleProject("upstream");
        List<Job<?, ?>> others = others();
        buildAfter(upstream, others);
        r.assertBuildStatusSuccess(upstream.scheduleBuild2(0));
        assertOnlyBuilt(others);
    }

    @Test
    void postBuildStepTriggersTheOthers() throws Exception {
        List<Job<?, ?>> others = List.of(r.createFreeStyleProject("a"), r.createFreeStyleProject("z"));
        FreeStyleProject upstream = r.createFreeStyleProject("upstream");
        upstream.getPublishersList().add(new BuildTrigger("a, log-out, z", Result.SUCCESS));
        r.jenkins.rebuildDependencyGraph();
        r.assertBuildStatusSuccess(upstream.scheduleBuild2(0));
        r.waitUntilNoActivity();
        others.forEach(other -> assertNotNull(other.getBuildByNumber(1), other.getName()));
        assertRefused("log-out");
    }

    private WorkflowJob pipeline(String name) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class, name);
        job.setDefinition(new CpsFlowDefinition("", true));
        return job;
    }

    /** Makes jobs of both types that Jenkins triggers before and after those that need a number. */
    private List<Job<?, ?>> others() throws Exception {
        return List.of(r.createFreeStyleProject("a"), pipeline("b"), pipeline("y"), r.createFreeStyleProject("z"));
    }

    private void buildAfter(Job<?, ?> upstream, List<Job<?, ?>> others) throws Exception {
        for (Job<?, ?> job :
                Stream.concat(others.stream(), Stream.of(offboard, logOut)).toList()) {
            ReverseBuildTrigger trigger = new ReverseBuildTrigger(upstream.getName());
            if (job instanceof WorkflowJob pipeline) {
                pipeline.addTrigger(trigger);
            } else {
                ((FreeStyleProject) job).addTrigger(trigger);
            }
            trigger.start(job, true);
        }
        r.jenkins.rebuildDependencyGraph();
    }

    private void assertOnlyBuilt(List<Job<?, ?>> others) throws Exception {
        r.waitUntilNoActivity();
        others.forEach(other -> assertNotNull(other.getBuildByNumber(1), other.getName()));
        assertRefused("log-out", "offboard");
    }

    private void assertRefused(String... jobs) {
        assertEquals(
                Stream.of(jobs)
                        .map(job -> "Refused a build of " + job + ". Parameter LOGIN_NUMBER: The login number is blank")
                        .toList(),
                log.getMessages().stream()
                        .map(message -> message.replaceFirst(";.*", ""))
                        .sorted()
                        .toList());
        for (Job<?, ?> job : List.of(offboard, logOut)) {
            assertEquals(1, job.getNextBuildNumber());
        }
        assertEquals(0, r.jenkins.getQueue().getItems().length);
        doubleTick.assertNothingSent();
    }

    @Test
    void timer() throws Exception {
        assertNull(offboard.scheduleBuild2(0, new CauseAction(new TimerTrigger.TimerTriggerCause())));
        assertRefused("offboard");
        offboard.removeProperty(ParametersDefinitionProperty.class);
        offboard.addProperty(parameters(NUMBER));
        r.assertBuildStatusSuccess(offboard.scheduleBuild2(0, new CauseAction(new TimerTrigger.TimerTriggerCause())));
        doubleTick.assertOneLogout(DoubleTickStandIn.KEY, NUMBER);
    }

    /** Stands for a page or script that asks for builds of many jobs in one request. */
    @Test
    void requestOfAnotherPage() throws Exception {
        assertNull(r.executeOnServer(() -> offboard.scheduleBuild2(0, new CauseAction(new Cause.UserIdCause()))));
        assertRefused("offboard");
    }

    @Test
    void wrongNumberAnywhereIsRefused() {
        for (ParametersAction[] parameters : List.of(
                new ParametersAction[] {number(NUMBER), number("0123")},
                new ParametersAction[] {number(NUMBER), string("Alice")},
                new ParametersAction[] {both(NUMBER, "0123")})) {
            assertNull(offboard.scheduleBuild2(0, parameters));
        }
        assertEquals(1, offboard.getNextBuildNumber());
    }

    /** Makes one action with two values of the parameter, the second of another type. */
    private static ParametersAction both(String typed, String string) {
        return new ParametersAction(
                new DoubleTickLoginNumberParameterValue("LOGIN_NUMBER", typed),
                new StringParameterValue("LOGIN_NUMBER", string),
                new StringParameterValue("OTHER", "kept"));
    }

    @Test
    void numberOfAnotherTypeIsEncryptedAnywhere() throws Exception {
        for (ParametersAction[] parameters : List.of(
                new ParametersAction[] {string("+1 202 555 0123")},
                new ParametersAction[] {number(NUMBER), string("+1 202 555 0123")},
                new ParametersAction[] {both(NUMBER, "+1 202 555 0123")})) {
            WorkflowRun build = r.assertBuildStatusSuccess(offboard.scheduleBuild2(0, parameters));
            for (ParametersAction action : build.getActions(ParametersAction.class)) {
                for (ParameterValue value : action.getAllParameters()) {
                    assertEquals(
                            value.getName().equals("OTHER")
                                    ? new StringParameterValue("OTHER", "kept")
                                    : new DoubleTickLoginNumberParameterValue("LOGIN_NUMBER", NUMBER),
                            value);
                }
            }
        }
        assertEquals(3, doubleTick.requests().size());
    }
}
