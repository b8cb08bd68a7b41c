package io.jenkins.plugins.doubletick.parameter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.LeakSearch;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import io.jenkins.plugins.doubletick.step.LogoutAction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** Runs the Pipeline of docs/offboarding.md from its file. */
class OffboardingExampleTest {

    private static final String TEAM = "{\"data\":[{\"name\":\"Daniel Okafor\",\"orgRoleName\":\"Manager\",\"email\":"
            + "\"daniel.okafor@example.com\",\"phone\":\"12025550123\"},{\"phone\":\"919876543210\"}]}";

    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    /** Builds the job once, without a number: that declares its parameter. */
    private static WorkflowJob job(JenkinsRule r) throws Exception {
        StandInExtension.addDefaultKey();
        WorkflowJob job = r.createProject(WorkflowJob.class, "offboard");
        String script = Files.readString(Path.of("docs/examples/offboarding.Jenkinsfile"));
        job.setDefinition(new CpsFlowDefinition(script, true));
        StandInExtension.assertLog("The login number is blank", r.buildAndAssertStatus(Result.FAILURE, job));
        return job;
    }

    private static WorkflowRun start(WorkflowJob job, String number) throws Exception {
        DoubleTickLoginNumberParameterDefinition parameter = (DoubleTickLoginNumberParameterDefinition)
                job.getProperty(ParametersDefinitionProperty.class).getParameterDefinition("LOGIN_NUMBER");
        return job.scheduleBuild2(0, new ParametersAction(parameter.createValue(number)))
                .waitForStart();
    }

    private static WorkflowRun approve(JenkinsRule r, WorkflowRun build, String question) throws Exception {
        r.waitForMessage(question, build);
        build.getAction(InputAction.class).getExecutions().get(0).doProceedEmpty();
        return build;
    }

    @Test
    void logsOutOrSaysWhyNot() throws Throwable {
        sessions.then(r -> {
            WorkflowJob job = job(r);
            r.assertBuildStatusSuccess(r.waitForCompletion(approve(
                    r,
                    start(job, "+91 98765 43210"),
                    "Log out Asha Rao (Agent, +91••••••3210) from DoubleTick on every device?")));
            assertEquals(
                    List.of("GET /team", "POST /team-member/logout"),
                    doubleTick.requests().stream()
                            .map(request -> request.method() + " " + request.path())
                            .toList());

            WorkflowRun nobody = r.waitForCompletion(start(job, DoubleTickStandIn.NOT_A_MEMBER));
            r.assertBuildStatus(Result.FAILURE, nobody);
            StandInExtension.assertLog("Nobody in the DoubleTick team has the login number +91••••••3299", nobody);
            assertNull(nobody.getAction(InputAction.class));
            assertEquals(2, doubleTick.requests().size());
        });
    }

    @Test
    void failsIfTheLogoutFails() throws Throwable {
        try (ScriptedServer server = new ScriptedServer(
                ScriptedServer.answer(200, TEAM), ScriptedServer.answer(422, "{\"message\":\"Gone\"}"))) {
            sessions.then(r -> {
                WorkflowJob job = job(r);
                StandInExtension.use(server.url());
                WorkflowRun failed = r.waitForCompletion(approve(
                        r,
                        start(job, DoubleTickStandIn.MEMBER),
                        "Log out a member without a name (+91••••••3210) from DoubleTick on every device?"));
                r.assertBuildStatus(Result.FAILURE, failed);
                StandInExtension.assertLog("failed. DoubleTick answered 422: Gone", failed);
                StandInExtension.assertLog("DoubleTick did not confirm the logout.", failed);
                assertEquals(
                        1, failed.getAction(LogoutAction.class).getLogouts().size());
            });
        }
    }

    private final LeakSearch search =
            new LeakSearch(List.of(DoubleTickStandIn.KEY, "daniel.okafor"), List.of(DoubleTickStandIn.SECOND_MEMBER));

    /** The name and the role, which the approval shows, are where docs/security.md says, and the rest is nowhere. */
    @Test
    void keepsNoNumberInClear() throws Throwable {
        try (ScriptedServer server = new ScriptedServer(
                ScriptedServer.silence(),
                ScriptedServer.answer(200, TEAM),
                ScriptedServer.silence(),
                ScriptedServer.success())) {
            sessions.then(r -> {
                WorkflowJob job = job(r);
                StandInExtension.use(server.url());
                start(job, "+1 (202) 555-0123");
                server.awaitRequest();
                searchJenkinsHome();
            });
            searchJenkinsHome(); // Finds what Jenkins saved when it shut down.
            assertEquals(Set.of(), filesWithName());
            sessions.then(r -> {
                StandInExtension.use(server.url());
                r.waitForMessage(
                        "Log out Daniel Okafor (Manager, +12•••••0123) from DoubleTick on every device?", build(r));
                server.awaitRequest();
                searchJenkinsHome();
            });
            searchJenkinsHome();
            assertEquals(Set.of("log", "program.dat", "workflow"), filesWithName());
            sessions.then(r -> {
                StandInExtension.use(server.url());
                approve(r, build(r), "Log out Daniel Okafor (Manager, +12•••••0123) from DoubleTick on every device?");
                server.awaitRequest();
                searchJenkinsHome();
            });
            searchJenkinsHome();
            assertEquals(Set.of("log", "workflow"), filesWithName());
            sessions.then(r -> {
                StandInExtension.use(server.url());
                r.assertBuildStatusSuccess(r.waitForCompletion(build(r)));
            });
            searchJenkinsHome();
            assertEquals(Set.of("log", "workflow"), filesWithName());
        }
        assertEquals(List.of(), search.hits());
    }

    private static WorkflowRun build(JenkinsRule r) {
        return r.jenkins.getItemByFullName("offboard", WorkflowJob.class).getBuildByNumber(2);
    }

    private void searchJenkinsHome() throws Exception {
        search.filesForKeysAndNumbers(sessions.getHome().toPath());
    }

    private Set<String> filesWithName() throws Exception {
        LeakSearch search = new LeakSearch(List.of("DanielOkafor"), List.of()); // It leaves white space out.
        search.filesForKeys(sessions.getHome().toPath());
        return search.fileNames();
    }
}
