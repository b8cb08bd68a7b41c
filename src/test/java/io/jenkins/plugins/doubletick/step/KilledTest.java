package io.jenkins.plugins.doubletick.step;

import io.jenkins.plugins.doubletick.DoubleTickApiKey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Result;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.CpsFlowExecution;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** A Jenkins whose process is killed, whatever a logout was waiting for. */
class KilledTest {

    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension();

    @Test
    void logoutIsSentAgainAndRecordsAreKept() throws Throwable {
        try (ScriptedServer server = new ScriptedServer(
                ScriptedServer.success(),
                ScriptedServer.success(),
                ScriptedServer.silence(),
                ScriptedServer.silence(),
                ScriptedServer.silence(),
                ScriptedServer.answer(503, "", "Retry-After: 50"),
                ScriptedServer.answer(429, "", "Retry-After: 50"),
                ScriptedServer.success())) {
            jenkins.javaOptions("-Dio.jenkins.plugins.doubletick.apiUrl=" + server.url());
            jenkins.startJenkins();
            jenkins.runRemotely(KilledTest::addKeys);
            jenkins.runRemotely(KilledTest::startNext);
            server.awaitRequest();
            jenkins.runRemotely(KilledTest::startFreestyle);
            server.awaitRequest();
            server.awaitRequest();
            jenkins.runRemotely(KilledTest::start, "in-flight", "kept");
            server.awaitRequest();
            jenkins.runRemotely(KilledTest::start, "credential-deleted", "deleted");
            server.awaitRequest();
            for (Map.Entry<String, String> job : List.of(
                    Map.entry("between-tries", "Trying again in 50 s (try 2)."),
                    Map.entry("rate-limited", "Trying again in 50 s (try 2)."),
                    Map.entry("held-back", "s or more for its turn."))) {
                jenkins.runRemotely(KilledTest::start, job.getKey(), "kept");
                jenkins.runRemotely(KilledTest::awaitLine, job.getKey(), job.getValue());
            }
            jenkins.runRemotely(KilledTest::deleteCredential);
            Process process = jenkins.getProcess();
            jenkins.stopJenkinsForcibly();
            assertTrue(process.waitFor(1, TimeUnit.MINUTES));
            assertEquals(7, server.requests().size());
            RestartTest.assertNoKeyIn(jenkins.getHome());

            jenkins.startJenkins();
            jenkins.runRemotely(KilledTest::assertRecordsAreKept);
            jenkins.runRemotely(KilledTest::assertSentAgain);
            assertEquals(7 + 4, server.requests().size());
            RestartTest.assertNoKeyIn(jenkins.getHome());
        }
    }

    private static void addKeys(JenkinsRule r) throws Exception {
        SystemCredentialsProvider store = SystemCredentialsProvider.getInstance();
        store.getCredentials().add(apiKey("kept"));
        store.getCredentials().add(apiKey("deleted"));
        store.save();
    }

    private static void deleteCredential(JenkinsRule r) throws Exception {
        SystemCredentialsProvider store = SystemCredentialsProvider.getInstance();
        store.getCredentials().remove(apiKey("deleted"));
        store.save();
    }

    private static DoubleTickApiKey apiKey(String id) {
        return new DoubleTickApiKey(CredentialsScope.GLOBAL, id, null, Secret.fromString("key_stand-in-" + id));
    }

    /** Returns when the program is stored as it waits for the logout: what came before is Pipeline's to resume. */
    private static void start(JenkinsRule r, String name, String credentialsId) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class, name);
        job.setDefinition(new CpsFlowDefinition(
                "doubletickLogout loginNumber: '+919876543210', credentialsId: '" + credentialsId + "'", true));
        WorkflowRun build = job.scheduleBuild2(0).waitForStart();
        awaitLine(r, name, "Logging +91••••••3210 out of DoubleTick");
        ((CpsFlowExecution) build.getExecution()).waitForSuspension();
    }

    /** Returns when the logout is over and its build is at the next step. */
    private static void startNext(JenkinsRule r) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class, "next-step");
        job.setDefinition(new CpsFlowDefinition(
                "doubletickLogout loginNumber: '+919876543210', credentialsId: 'kept'\nsleep 1000", true));
        job.scheduleBuild2(0).waitForStart();
        awaitLine(r, "next-step", "Sleeping for");
    }

    /** Two logouts; the first is over when the request of the second is there. */
    private static void startFreestyle(JenkinsRule r) throws Exception {
        FreeStyleProject job = r.createProject(FreeStyleProject.class, "freestyle");
        for (int i = 0; i < 2; i++) {
            DoubleTickLogoutBuilder builder = new DoubleTickLogoutBuilder("+919876543210");
            builder.setCredentialsId("kept");
            job.getBuildersList().add(builder);
        }
        job.scheduleBuild2(0).waitForStart();
    }

    private static void assertRecordsAreKept(JenkinsRule r) throws Exception {
        WorkflowRun next = build(r, "next-step");
        assertEquals(1, next.getAction(LogoutAction.class).getLogouts().size());
        next.doKill();
        FreeStyleBuild freestyle =
                r.jenkins.getItemByFullName("freestyle", FreeStyleProject.class).getBuildByNumber(1);
        assertEquals(1, freestyle.getAction(LogoutAction.class).getLogouts().size());
    }

    private static void awaitLine(JenkinsRule r, String name, String line) throws Exception {
        r.waitForMessage(line, build(r, name));
    }

    private static void assertSentAgain(JenkinsRule r) throws Exception {
        for (String job : List.of("in-flight", "between-tries", "rate-limited", "held-back")) {
            WorkflowRun build = r.assertBuildStatus(Result.SUCCESS, r.waitForCompletion(build(r, job)));
            r.assertLogContains(
                    "Jenkins was restarted before DoubleTick's answer was there: sending the request again.", build);
            r.assertLogContains("+91••••••3210 is logged out of DoubleTick on every device.", build);
            assertEquals(1, build.getAction(LogoutAction.class).getLogouts().size());
        }
        WorkflowRun build = r.assertBuildStatus(Result.FAILURE, r.waitForCompletion(build(r, "credential-deleted")));
        r.assertLogContains(
                "ERROR: +91••••••3210 may still be logged in. There is no credential with the ID 'deleted' that this build could use.",
                build);
    }

    private static WorkflowRun build(JenkinsRule r, String name) {
        return r.jenkins.getItemByFullName(name, WorkflowJob.class).getBuildByNumber(1);
    }
}
