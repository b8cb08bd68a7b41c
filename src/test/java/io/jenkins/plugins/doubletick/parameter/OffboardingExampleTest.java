package io.jenkins.plugins.doubletick.parameter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.LeakSearch;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.jenkinsci.plugins.workflow.support.steps.input.InputStepExecution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** Runs the Pipeline of docs/offboarding.md from its file. */
class OffboardingExampleTest {

    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private final LeakSearch search =
            new LeakSearch(List.of(DoubleTickStandIn.KEY), List.of(DoubleTickStandIn.SECOND_MEMBER));

    /** Builds the job once, up to the approval: that declares its parameter. */
    private static WorkflowJob job(JenkinsRule r) throws Exception {
        StandInExtension.addDefaultKey();
        WorkflowJob job = r.createProject(WorkflowJob.class, "offboard");
        String script = Files.readString(Path.of("docs/examples/offboarding.Jenkinsfile"));
        job.setDefinition(new CpsFlowDefinition(script, true));
        WorkflowRun first = job.scheduleBuild2(0).waitForStart();
        approval(r, first).doAbort();
        r.assertBuildStatus(Result.ABORTED, r.waitForCompletion(first));
        return job;
    }

    private static InputStepExecution approval(JenkinsRule r, WorkflowRun build) throws Exception {
        r.waitForMessage("Log this team member out of DoubleTick on every device?", build);
        return build.getAction(InputAction.class).getExecutions().get(0);
    }

    private static WorkflowRun approve(JenkinsRule r, WorkflowJob job, String number) throws Exception {
        DoubleTickLoginNumberParameterDefinition parameter = (DoubleTickLoginNumberParameterDefinition)
                job.getProperty(ParametersDefinitionProperty.class).getParameterDefinition("LOGIN_NUMBER");
        WorkflowRun build = job.scheduleBuild2(0, new ParametersAction(parameter.createValue(number)))
                .waitForStart();
        approval(r, build).doProceedEmpty();
        return build;
    }

    @Test
    void logsOutOrSaysWhyNot() throws Throwable {
        sessions.then(r -> {
            WorkflowJob job = job(r);
            r.assertBuildStatusSuccess(r.waitForCompletion(approve(r, job, "+91 98765 43210")));
            doubleTick.assertOneLogout(DoubleTickStandIn.KEY, DoubleTickStandIn.MEMBER);
            WorkflowRun failed = r.waitForCompletion(approve(r, job, DoubleTickStandIn.NOT_A_MEMBER));
            r.assertBuildStatus(Result.FAILURE, failed);
            StandInExtension.assertLog("was not logged out. DoubleTick answered 422", failed);
            StandInExtension.assertLog("The member may still be logged in", failed);
        });
    }

    @Test
    void keepsNoNumberInClear() throws Throwable {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.silence(), ScriptedServer.success())) {
            sessions.then(r -> {
                StandInExtension.use(server.url());
                approve(r, job(r), "+1 (202) 555-0123");
                server.awaitRequest();
                searchJenkinsHome();
            });
            searchJenkinsHome(); // Finds what Jenkins saved when it shut down.
            sessions.then(r -> {
                StandInExtension.use(server.url());
                WorkflowRun build = r.jenkins
                        .getItemByFullName("offboard", WorkflowJob.class)
                        .getBuildByNumber(2);
                r.assertBuildStatusSuccess(r.waitForCompletion(build));
            });
            searchJenkinsHome();
        }
        assertEquals(List.of(), search.hits());
    }

    private void searchJenkinsHome() throws Exception {
        search.filesForKeysAndNumbers(sessions.getHome().toPath());
    }
}
