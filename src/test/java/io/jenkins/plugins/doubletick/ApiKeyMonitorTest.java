package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.ExtensionList;
import hudson.model.Result;
import hudson.model.TaskListener;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.io.File;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.List;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

class ApiKeyMonitorTest {

    private static final String WRONG = "key_wrong-monitored-77";

    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private WorkflowRun logOut(JenkinsRule r, String credentialsId, Result result) throws Exception {
        WorkflowJob job = r.jenkins.getItemByFullName("offboard", WorkflowJob.class);
        if (job == null) {
            job = r.createProject(WorkflowJob.class, "offboard");
        }
        job.setDefinition(new CpsFlowDefinition(
                "doubletickLogout loginNumber: '" + DoubleTickStandIn.MEMBER + "', credentialsId: '" + credentialsId
                        + "'",
                true));
        return r.buildAndAssertStatus(result, job);
    }

    private static List<String> refused() {
        return ApiKeyMonitor.get().getRefusals().stream()
                .map(ApiKeyRefusal::getCredentialsId)
                .toList();
    }

    private static void checkDaily() throws Exception {
        ExtensionList.lookupSingleton(DailyApiKeyCheck.class).execute(TaskListener.NULL);
    }

    private static void replace(String id, String key) throws Exception {
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .removeIf(credential -> credential instanceof DoubleTickApiKey old
                        && old.getId().equals(id));
        StandInExtension.addGlobally(StandInExtension.apiKey(id, key));
    }

    @Test
    void refusedKeyIsShownUntilItIsAccepted() throws Throwable {
        sessions.then(r -> {
            r.jenkins.setSecurityRealm(r.createDummySecurityRealm());
            r.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                    .grant(Jenkins.ADMINISTER)
                    .everywhere()
                    .to("admin")
                    .grant(Jenkins.READ)
                    .everywhere()
                    .to("reader"));
            StandInExtension.addDefaultKey();
            replace("other", WRONG);
            assertFalse(ApiKeyMonitor.get().isActivated());

            logOut(r, "other", Result.FAILURE);
            logOut(r, StandInExtension.CREDENTIALS_ID, Result.SUCCESS);
            assertEquals(List.of("other"), refused());
            String page = new WebUser("admin").get(r, "manage/").body();
            assertTrue(page.contains("DoubleTick refuses the API key of the credential"), page);
            assertTrue(page.contains("DoubleTick answered 401: Invalid public api key; since"), page);
            assertTrue(page.contains("offboard #1"), page);
            assertFalse(page.contains(WRONG), page);

            HttpResponse<String> reader = new WebUser("reader").get(r, "manage/");
            assertFalse(reader.body().contains("DoubleTick refuses"), reader.body());
            int before = doubleTick.requests().size();
            String checkNow = ApiKeyMonitor.get().getUrl() + "/checkNow";
            assertEquals(403, new WebUser("reader").post(r, checkNow).statusCode());
            assertEquals(before, doubleTick.requests().size());

            assertEquals(302, new WebUser("admin").post(r, checkNow).statusCode());
            assertEquals(List.of("other"), refused());
            replace("other", DoubleTickStandIn.SECOND_KEY);
            assertEquals(302, new WebUser("admin").post(r, checkNow).statusCode());
            assertEquals(List.of(), refused());
        });
    }

    @Test
    void survivesARestartAndForgetsADeletedCredential() throws Throwable {
        sessions.then(r -> {
            replace("other", WRONG);
            logOut(r, "other", Result.FAILURE);
        });
        sessions.then(r -> {
            assertEquals(List.of("other"), refused());
            File stored = new File(r.jenkins.getRootDir(), ApiKeyMonitor.class.getName() + ".xml");
            assertFalse(Files.readString(stored.toPath()).contains(WRONG));
            checkDaily();
            assertEquals(List.of("other"), refused());
            SystemCredentialsProvider.getInstance().getCredentials().clear();
            checkDaily();
            assertEquals(List.of(), refused());
            doubleTick.assertOneLogout(WRONG, DoubleTickStandIn.MEMBER);
        });
    }

    @Test
    void onlyWhatConcernsTheKeyCounts() throws Throwable {
        sessions.then(r -> {
            StandInExtension.addDefaultKey();
            for (int status : new int[] {503, 429, 404, 302}) {
                answered(r, status, "{}");
                assertEquals(List.of(), refused(), "status " + status);
            }
            answered(r, 403, "{\"reason\":\"FORBIDDEN\"}");
            assertEquals(List.of(StandInExtension.CREDENTIALS_ID), refused());
            answered(r, 503, "{}");
            assertEquals(List.of(StandInExtension.CREDENTIALS_ID), refused());
            answered(r, 422, "{}");
            assertEquals(List.of(), refused());
        });
    }

    private void answered(JenkinsRule r, int status, String body) throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(status, body))) {
            StandInExtension.use(server.url());
            logOut(r, StandInExtension.CREDENTIALS_ID, Result.FAILURE);
        }
    }

    @Test
    void defaultCredentialIsCheckedOnceADay() throws Throwable {
        sessions.then(r -> {
            checkDaily();
            doubleTick.assertNothingSent();

            StandInExtension.addGlobally(StandInExtension.apiKey(StandInExtension.CREDENTIALS_ID, WRONG));
            DoubleTickConfiguration.get().setCredentialsId(StandInExtension.CREDENTIALS_ID);
            checkDaily();
            assertEquals(1, doubleTick.requests().size());
            assertEquals("/roles", doubleTick.requests().get(0).path());
            assertEquals(List.of(StandInExtension.CREDENTIALS_ID), refused());

            ApiKeyMonitor.get().disable(true);
            checkDaily();
            assertEquals(1, doubleTick.requests().size());
        });
    }
}
