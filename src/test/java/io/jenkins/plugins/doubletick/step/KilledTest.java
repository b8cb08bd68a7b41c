package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.domains.Domain;
import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.Result;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.DoubleTickApiKey;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.StepJobs;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.util.concurrent.TimeUnit;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** A Jenkins whose process is killed while it waits for DoubleTick. */
class KilledTest extends StepJobs {

    @RegisterExtension
    private final RealJenkinsExtension jenkins =
            new RealJenkinsExtension().javaOptions("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    @Test
    void logoutIsSentAgainAndRecordsAreKept() throws Throwable {
        try (ScriptedServer server = new ScriptedServer(
                ScriptedServer.success(),
                ScriptedServer.success(),
                ScriptedServer.silence(),
                ScriptedServer.silence(),
                ScriptedServer.silence(),
                ScriptedServer.success())) {
            jenkins.javaOptions("-Dio.jenkins.plugins.doubletick.apiUrl=" + server.url());
            jenkins.startJenkins();
            jenkins.runRemotely(KilledTest::startBuilds);
            for (int i = 0; i < 5; i++) {
                server.awaitRequest();
            }
            jenkins.runRemotely(KilledTest::deleteCredential);
            Process process = jenkins.getProcess();
            jenkins.stopJenkinsForcibly();
            assertTrue(process.waitFor(1, TimeUnit.MINUTES));
            assertEquals(5, server.requests().size());

            jenkins.startJenkins();
            jenkins.runRemotely(KilledTest::assertRecordsAreKeptAndRequestIsSentAgain);
            assertEquals(5 + 1, server.requests().size());
        }
    }

    private static void startBuilds(JenkinsRule rule) throws Exception {
        r = rule;
        add(StandInExtension.apiKey("kept", "key_stand-in-kept"));
        add(StandInExtension.apiKey("deleted", "key_stand-in-deleted"));
        startPipeline("next-step", "kept", "Sleeping for");
        FreeStyleProject job = freestyle(MEMBER, "kept");
        job.getBuildersList().add(builder(MEMBER, "kept")); // Waits when the first logout has its record.
        job.renameTo("freestyle");
        job.scheduleBuild2(0).waitForStart();
        startPipeline("in-flight", "kept", "Logging +91");
        startPipeline("credential-deleted", "deleted", "Logging +91");
    }

    /** Returns when the line is there and the program is stored: what came before is Pipeline's to resume. */
    private static void startPipeline(String name, String credentialsId, String line) throws Exception {
        String script = logout(MEMBER, credentialsId) + "\nsleep 1000";
        WorkflowRun build = pipeline(name, script).scheduleBuild2(0).waitForStart();
        r.waitForMessage(line, build);
        awaitSaving(build);
    }

    private static void deleteCredential(JenkinsRule rule) throws Exception {
        DoubleTickApiKey deleted = StandInExtension.apiKey("deleted", "any");
        StandInExtension.storeOf(rule.jenkins).removeCredentials(Domain.global(), deleted);
    }

    private static Run<?, ?> build(String name) {
        return r.jenkins.getItemByFullName(name, Job.class).getBuildByNumber(1);
    }

    private static void assertRecordsAreKeptAndRequestIsSentAgain(JenkinsRule rule) throws Exception {
        r = rule;
        assertEquals(1, logouts(build("next-step")).size());
        assertEquals(1, logouts(build("freestyle")).size());
        Run<?, ?> build = build("in-flight");
        r.waitForMessage("Sleeping for", build);
        assertLog("Jenkins was restarted before DoubleTick answered. Sending the request again.", build);
        assertLog("+91••••••3210 is logged out of DoubleTick on every device.", build);
        assertEquals(1, logouts(build).size());
        assertLog(
                FAILED + "There is no credential with the ID 'deleted' that this job can use.",
                end(Result.FAILURE, build("credential-deleted")));
    }
}
