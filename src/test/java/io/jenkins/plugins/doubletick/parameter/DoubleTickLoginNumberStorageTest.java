package io.jenkins.plugins.doubletick.parameter;

import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.MASKED;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.NUMBER;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.number;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.offering;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.parameters;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.valueOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleProject;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.listeners.RunListener;
import io.jenkins.plugins.doubletick.FinishedBuilds;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.LeakSearch;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.actions.ArgumentsAction;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.flow.FlowDurabilityHint;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.graphanalysis.DepthFirstScanner;
import org.jenkinsci.plugins.workflow.graphanalysis.NodeStepTypePredicate;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.job.properties.DurabilityHintJobProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** Searches the disk for a login number, which a restart of Jenkins must not lose. */
class DoubleTickLoginNumberStorageTest {

    private static final BlockingQueue<Run<?, ?>> FINISHED = new LinkedBlockingQueue<>();

    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    @TestExtension("queuedAcrossARestart")
    public static final class Finished extends RunListener<Run<?, ?>> {
        @Override
        public void onFinalized(Run<?, ?> run) {
            FINISHED.add(run);
        }
    }

    private static WorkflowJob job(JenkinsRule r, String script) throws Exception {
        StandInExtension.addDefaultKey();
        WorkflowJob job = r.createProject(WorkflowJob.class, "offboard");
        job.addProperty(parameters(NUMBER));
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job;
    }

    private void assertNoNumberOnDisk() throws IOException {
        LeakSearch search = new LeakSearch(List.of(), List.of(NUMBER));
        search.filesForKeysAndNumbers(sessions.getHome().toPath());
        assertEquals(List.of(), search.hits());
    }

    @ParameterizedTest
    @EnumSource(FlowDurabilityHint.class)
    void runningAcrossARestart(FlowDurabilityHint hint) throws Throwable {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.silence(), ScriptedServer.success())) {
            sessions.then(r -> {
                StandInExtension.use(server.url());
                WorkflowJob job = job(r, """
                        stage('Offboard') {
                            withEnv(['REASON=left']) {
                                doubletickLogout loginNumber: params.LOGIN_NUMBER
                            }
                        }
                        """);
                job.addProperty(new DurabilityHintJobProperty(hint));
                job.scheduleBuild2(0, number("+1 (202) 555-0123")).waitForStart();
                server.awaitRequest();
                assertNoNumberOnDisk();
            });
            assertNoNumberOnDisk();
            sessions.then(r -> {
                StandInExtension.use(server.url());
                WorkflowRun build = r.jenkins
                        .getItemByFullName("offboard", WorkflowJob.class)
                        .getBuildByNumber(1);
                assertNoNumberOnDisk();
                r.assertBuildStatusSuccess(r.waitForCompletion(build));
                StandInExtension.assertLog(MASKED + " is logged out", build);
                FlowNode node = new DepthFirstScanner()
                        .findFirstMatch(build.getExecution(), new NodeStepTypePredicate("doubletickLogout"));
                assertEquals(MASKED, ArgumentsAction.getArguments(node).get("loginNumber"));
                assertEquals(MASKED, ArgumentsAction.getStepArgumentsAsString(node));
                assertNoNumberOnDisk();
            });
        }
    }

    @Test
    void queuedAcrossARestart() throws Throwable {
        sessions.then(r -> {
            WorkflowJob job = job(r, "doubletickLogout loginNumber: params.LOGIN_NUMBER");
            r.jenkins.doQuietDown();
            assertNotNull(job.scheduleBuild2(0, number("+1 (202) 555-0123")));
            r.jenkins.getQueue().save();
            assertNoNumberOnDisk();
        });
        sessions.then(r -> {
            assertNoNumberOnDisk();
            r.assertBuildStatusSuccess(FINISHED.poll(60, TimeUnit.SECONDS));
            doubleTick.assertOneLogout(DoubleTickStandIn.KEY, NUMBER);
            assertNoNumberOnDisk();
        });
    }

    @Test
    void nameIsEncryptedAsTheNumberIs() throws Throwable {
        sessions.then(r -> {
            FreeStyleProject job = offering(r.jenkins, "doubletick");
            StandInExtension.addDefaultKey();
            job.getBuildersList().add(new DoubleTickLogoutBuilder("$LOGIN_NUMBER"));
            FinishedBuilds finished = FinishedBuilds.watch();
            assertNull(new BuildRequests(r).form(job, "Daniel Okafor"));
            assertEquals(Result.SUCCESS, finished.await(job).getResult());
        });
        LeakSearch search = new LeakSearch(List.of("Daniel", "Okafor"), List.of(NUMBER));
        search.filesForKeysAndNumbers(sessions.getHome().toPath());
        assertEquals(List.of(), search.hits());
        sessions.then(r -> {
            Run<?, ?> build =
                    r.jenkins.getAllItems(FreeStyleProject.class).get(0).getLastBuild();
            assertEquals("Daniel Okafor", valueOf(build).memberName());
            assertTrue(((HtmlPage) r.createWebClient().getPage(build))
                    .asNormalizedText()
                    .contains("Daniel Okafor, " + MASKED));
        });
    }

    @ParameterizedTest
    @EnumSource(FlowDurabilityHint.class)
    void wrongNumberOfTheStep(FlowDurabilityHint hint) throws Throwable {
        sessions.then(r -> {
            WorkflowJob job = job(r, "doubletickLogout loginNumber: params.LOGIN_NUMBER.replace('+', '+000000')");
            job.addProperty(new DurabilityHintJobProperty(hint));
            WorkflowRun build = r.assertBuildStatus(Result.FAILURE, job.scheduleBuild2(0, number("+1 (202) 555-0123")));
            StandInExtension.assertLog("A login number has 7 to 15 digits", build);
            assertNoNumberOnDisk();
        });
    }
}
