package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.Result;
import hudson.model.Run;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.DoubleTickApiKey;
import io.jenkins.plugins.doubletick.client.LeakSearch;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.util.List;
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

    private static final String LOGOUT = "doubletickLogout loginNumber: '+919876543210', credentialsId: '%s'";

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
                ScriptedServer.success())) {
            jenkins.javaOptions("-Dio.jenkins.plugins.doubletick.apiUrl=" + server.url());
            jenkins.startJenkins();
            jenkins.runRemotely(KilledTest::addKeys);
            jenkins.runRemotely(KilledTest::start, "next-step", "kept", "Sleeping for");
            jenkins.runRemotely(KilledTest::startFreestyle);
            for (int i = 0; i < 3; i++) {
                server.awaitRequest();
            }
            jenkins.runRemotely(KilledTest::start, "in-flight", "kept", "Logging +91");
            server.awaitRequest();
            jenkins.runRemotely(KilledTest::start, "credential-deleted", "deleted", "Logging +91");
            server.awaitRequest();
            jenkins.runRemotely(KilledTest::start, "between-tries", "kept", "Trying again in 50 s (try 2).");
            jenkins.runRemotely(KilledTest::deleteCredential);
            Process process = jenkins.getProcess();
            jenkins.stopJenkinsForcibly();
            assertTrue(process.waitFor(1, TimeUnit.MINUTES));
            assertEquals(6, server.requests().size());

            jenkins.startJenkins();
            jenkins.runRemotely(KilledTest::assertRecordsAreKept);
            jenkins.runRemotely(KilledTest::assertSentAgain);
            assertEquals(6 + 2, server.requests().size());
            LeakSearch search = new LeakSearch(List.of("key_stand-in"), List.of());
            search.filesForKeys(jenkins.getHome().toPath().resolve("jobs"));
            assertEquals(List.of(), search.hits());
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

    /** Returns when the line is there and the program is stored: what came before is Pipeline's to resume. */
    private static void start(JenkinsRule r, String name, String credentialsId, String line) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class, name);
        job.setDefinition(new CpsFlowDefinition(LOGOUT.formatted(credentialsId) + "\nsleep 1000", true));
        WorkflowRun build = job.scheduleBuild2(0).waitForStart();
        r.waitForMessage(line, build);
        ((CpsFlowExecution) build.getExecution()).waitForSuspension();
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

    private static void assertRecordsAreKept(JenkinsRule r) {
        for (String job : List.of("next-step", "freestyle")) {
            assertRecord(build(r, job));
        }
    }

    private static void assertRecord(Run<?, ?> build) {
        assertEquals(1, build.getAction(LogoutAction.class).getLogouts().size());
    }

    private static Run<?, ?> build(JenkinsRule r, String name) {
        return r.jenkins.getItemByFullName(name, Job.class).getBuildByNumber(1);
    }

    private static void assertSentAgain(JenkinsRule r) throws Exception {
        for (String job : List.of("in-flight", "between-tries")) {
            Run<?, ?> build = build(r, job);
            r.waitForMessage("Sleeping for", build);
            r.assertLogContains("Jenkins was restarted before DoubleTick answered. Sending the request again.", build);
            r.assertLogContains("+91••••••3210 is logged out of DoubleTick on every device.", build);
            assertRecord(build);
        }
        Run<?, ?> build = r.assertBuildStatus(Result.FAILURE, r.waitForCompletion(build(r, "credential-deleted")));
        r.assertLogContains(
                "ERROR: The logout of +91••••••3210 failed. There is no credential with the ID 'deleted' that this job can use.",
                build);
    }
}
