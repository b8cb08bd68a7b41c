package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsParameterDefinition;
import com.cloudbees.plugins.credentials.CredentialsParameterValue;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.CredentialsUseListener;
import com.cloudbees.plugins.credentials.builds.CredentialsParameterBinder;
import com.cloudbees.plugins.credentials.domains.Domain;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.Node;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.ThrowingConsumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;

/** Which API key a step uses, in a Pipeline and in a freestyle build, and what the log says if there is none. */
class ApiKeyFinderTest extends OneJenkins {

    private List<String> keysSent() {
        return doubleTick.requests().stream()
                .map(DoubleTickStandIn.Request::authorization)
                .toList();
    }

    private static List<Run<?, ?>> buildBoth(@CheckForNull String id) throws Exception {
        return List.of(
                pipeline(logout(MEMBER, id)).scheduleBuild2(0).get(),
                freestyle(MEMBER, id).scheduleBuild2(0).get());
    }

    @ParameterizedTest
    @CsvSource({"," + DoubleTickStandIn.KEY, "text," + DoubleTickStandIn.SECOND_KEY})
    void stepUsesItsCredentialOrTheDefault(String id, String key) throws Exception {
        add(secretText("text", OTHER_KEY + "\n"));
        for (Run<?, ?> build : buildBoth(id)) {
            r.assertBuildStatus(Result.SUCCESS, build);
        }
        assertEquals(List.of(key, key), keysSent());
    }

    @Test
    void credentialOfTheFolderTakesPrecedence() throws Exception {
        Folder folder = r.createProject(Folder.class);
        StandInExtension.add(folder, Domain.global(), StandInExtension.apiKey("doubletick", OTHER_KEY));
        StandInExtension.add(folder, Domain.global(), StandInExtension.apiKey("of-the-folder", OTHER_KEY));
        WorkflowJob job = folder.createProject(WorkflowJob.class, "job");
        job.setDefinition(new CpsFlowDefinition(logout(MEMBER) + "\n" + logout(MEMBER, "of-the-folder"), true));
        r.buildAndAssertSuccess(job);
        assertEquals(List.of(OTHER_KEY, OTHER_KEY), keysSent());
        assertLog(
                "There is no credential with the ID 'of-the-folder' that this job can use.",
                buildBoth("of-the-folder").get(0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "          | No credential: set credentialsId in this step, or set the default",
                "nobody    | There is no credential with the ID 'nobody' that this job can use. Check the ID. The credential must be under Manage Jenkins → Credentials or in a folder that contains this job, with the scope Global.",
                "system    | There is no credential with the ID 'system' that this job can use. Check the ID. The credential must be under Manage Jenkins → Credentials or in a folder that contains this job, with the scope Global.",
                "no\u2028body | There is no credential with the ID 'no?body' that this job can use.",
                "login     | The credential 'login' is of the kind “Username with password”. Choose a “DoubleTick API key”",
                "elsewhere | The credential 'elsewhere' belongs to a credentials domain that does not cover 127.0.0.1.",
                "lines     | The credential 'lines' holds no usable key. The API key ",
                "blank     | The credential 'blank' holds no usable key. The API key is blank.",
            })
    void stepWithoutUsableKeyFailsAndSendsNothing(String id, String line) throws Exception {
        StandInExtension.forgetKeys();
        addUnusableKeys("system", "elsewhere");
        add(new UsernamePasswordCredentialsImpl(CredentialsScope.GLOBAL, "login", null, "user", "secret-password-1"));
        add(secretText("lines", "key_\nabc"));
        add(secretText("blank", " "));
        for (Run<?, ?> build : buildBoth(id)) {
            r.assertBuildStatus(Result.FAILURE, build);
            assertLog(line, build);
        }
        doubleTick.assertNothingSent();
    }

    @Test
    void longIdDoesNotFloodTheLog() throws Exception {
        Run<?, ?> build = build(Result.FAILURE, logout(MEMBER, "x".repeat(10_000)));
        assertTrue(JenkinsRule.getLog(build).length() < 2_000, build.getLog(100)::toString);
    }

    private static ParametersDefinitionProperty parameter() {
        return new ParametersDefinitionProperty(
                new CredentialsParameterDefinition("KEY", null, null, StringCredentials.class.getName(), true));
    }

    private static ParametersAction chosen(String id) {
        return new ParametersAction(new CredentialsParameterValue("KEY", id, null));
    }

    @Test
    void parameterOfTheBuildChoosesTheCredential() throws Exception {
        FreeStyleProject freestyle = freestyle(MEMBER, "${KEY}");
        freestyle.addProperty(parameter());
        Run<?, ?> build = r.assertBuildStatusSuccess(freestyle.scheduleBuild2(0, chosen("other")));
        assertEquals("other", logouts(build).get(0).getCredentialsId());
        assertEquals(List.of(OTHER_KEY), keysSent());
    }

    /** A logout begins after a change, while one that began before it is under way. */
    private static void assertSecondLogoutSendsOtherKey(String id, ThrowingConsumer<WorkflowRun> change)
            throws Throwable {
        CountDownLatch answer = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(
                ScriptedServer.after(answer, ScriptedServer.answer(401, "{}")), ScriptedServer.success())) {
            StandInExtension.use(server.url());
            WorkflowJob job = pipeline("parallel first: { " + logout(MEMBER, id)
                    + " }, second: { input id: 'Go', message: 'Go?'\n" + logout(SECOND_MEMBER, id) + " }");
            job.addProperty(parameter());
            WorkflowRun build = job.scheduleBuild2(0, chosen("doubletick")).waitForStart();
            assertTrue(server.awaitRequest().contains("uthorization: " + KEY));
            r.waitForMessage("Proceed or Abort", build);
            change.accept(build);
            build.getAction(InputAction.class).getExecution("Go").proceed((Map<String, Object>) null);
            // Waits for the request of the first logout if that one has to end before.
            r.waitForMessage("Logging +12", build);
            answer.countDown();
            end(Result.FAILURE, build);
            assertTrue(server.awaitRequest().contains("uthorization: " + OTHER_KEY));
        }
    }

    @Test
    void inputStepBindsAnotherCredentialWhileALogoutIsUnderWay() throws Throwable {
        assertSecondLogoutSendsOtherKey(
                "KEY",
                build -> CredentialsParameterBinder.getOrCreate(build)
                        .bindCredentialsParameter("anonymous", new CredentialsParameterValue("KEY", "other", null)));
    }

    @Test
    void replacedKeyIsUsedWhileALogoutWithTheOldKeyIsUnderWay() throws Throwable {
        assertSecondLogoutSendsOtherKey("doubletick", build -> StandInExtension.replaceKey(r.jenkins, OTHER_KEY));
    }

    /** Receives the builds and jobs that use a credential. */
    @TestExtension
    public static final class Uses implements CredentialsUseListener {

        static final BlockingQueue<String> IDS = new LinkedBlockingQueue<>();

        @Override
        public void onUse(Credentials credential, Run run) {
            IDS.add(((StringCredentials) credential).getId());
        }

        @Override
        public void onUse(Credentials credential, Node node) {}

        @Override
        public void onUse(Credentials credential, Item item) {
            IDS.add(((StringCredentials) credential).getId());
        }
    }

    /** Jenkins keeps the usage of a replaced key apart, although the credential has the same ID. */
    @Test
    void usageIsTrackedOnceForEachBuildJobAndKey() throws Exception {
        WorkflowJob job = pipeline(logout(MEMBER) + "\n" + logout(MEMBER) + "\n" + logout(MEMBER, "other"));
        for (int build = 1; build <= 2; build++) {
            Uses.IDS.clear();
            r.buildAndAssertSuccess(job);
            assertEquals("doubletick", Uses.IDS.poll(1, TimeUnit.MINUTES));
            assertEquals("other", Uses.IDS.poll(1, TimeUnit.MINUTES));
            assertEquals(0, Uses.IDS.size());
        }
        FreeStyleProject unbuilt = r.createFreeStyleProject();
        for (String key : List.of(KEY, KEY, OTHER_KEY)) {
            StandInExtension.replaceKey(r.jenkins, key);
            ApiKeyFinder.find(unbuilt, "doubletick").get(1, TimeUnit.MINUTES);
        }
        assertEquals("doubletick", Uses.IDS.poll(1, TimeUnit.MINUTES));
        assertEquals("doubletick", Uses.IDS.poll(1, TimeUnit.MINUTES));
        assertEquals(0, Uses.IDS.size());
    }

    /** The vault answers nobody before all logouts have begun. */
    @Test
    void slowVaultIsAskedTwiceByABuildAndStopsNoOther() throws Exception {
        WorkflowRun build = start(parallel(20, logout(MEMBER, VAULT)));
        HangingVault.awaitCallers(1);
        r.waitForMessage("All have begun", build);
        build(Result.SUCCESS, logout(SECOND_MEMBER));
        r.buildAndAssertSuccess(freestyle(SECOND_MEMBER, null));
        assertEquals(0, HangingVault.otherCallers());
        HangingVault.release();
        end(Result.SUCCESS, build);
        assertEquals(1, HangingVault.otherCallers());
        assertEquals(20 + 2, doubleTick.requests().size());
    }

    @Test
    void stepFailsIfTheVaultDoesNotAnswerInTime() throws Exception {
        System.setProperty(ApiKeyFinder.LIMIT_PROPERTY, "1");
        try {
            assertLog(
                    FAILED + "The store of the credential 'hanging' did not answer within ",
                    build(Result.FAILURE, logout(MEMBER, VAULT)));
        } finally {
            System.clearProperty(ApiKeyFinder.LIMIT_PROPERTY);
        }
        doubleTick.assertNothingSent();
    }

    @TestExtension
    public static final class Vault extends HangingVault {}
}
