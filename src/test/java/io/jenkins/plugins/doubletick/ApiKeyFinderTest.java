package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsParameterDefinition;
import com.cloudbees.plugins.credentials.CredentialsParameterValue;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.CredentialsUseListener;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.builds.CredentialsParameterBinder;
import com.cloudbees.plugins.credentials.domains.Domain;
import com.cloudbees.plugins.credentials.domains.HostnameSpecification;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.Node;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.model.Run;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvnet.hudson.test.TestExtension;

/** Which API key a step uses, in a Pipeline and in a freestyle build, and what the log says if there is none. */
class ApiKeyFinderTest extends OneJenkins {

    private static Credentials text(String id, String key) {
        return new StringCredentialsImpl(CredentialsScope.GLOBAL, id, null, Secret.fromString(key));
    }

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
        add(text("text", OTHER_KEY + "\n"));
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
        add(new DoubleTickApiKey(CredentialsScope.SYSTEM, "system", null, Secret.fromString(KEY)));
        add(new UsernamePasswordCredentialsImpl(CredentialsScope.GLOBAL, "login", null, "user", "secret-password-1"));
        add(text("lines", "key_\nabc"));
        add(text("blank", " "));
        StandInExtension.add(
                r.jenkins,
                new Domain("elsewhere", null, List.of(new HostnameSpecification("example.com", null))),
                StandInExtension.apiKey("elsewhere", KEY));
        for (Run<?, ?> build : buildBoth(id)) {
            r.assertBuildStatus(Result.FAILURE, build);
            assertLog(line, build);
        }
        doubleTick.assertNothingSent();
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
        FreeStyleBuild build = r.assertBuildStatusSuccess(freestyle.scheduleBuild2(0, chosen("other")));
        assertEquals("other", logouts(build).get(0).getCredentialsId());
        WorkflowJob pipeline = pipeline(logout(MEMBER) + ", credentialsId: params.KEY");
        pipeline.addProperty(parameter());
        r.assertBuildStatusSuccess(pipeline.scheduleBuild2(0, chosen("other")));
        assertEquals(List.of(OTHER_KEY, OTHER_KEY), keysSent());
    }

    private interface Change {
        void in(WorkflowRun build) throws Exception;
    }

    /** A logout begins after a change, while one that began before it is under way. */
    private static void assertSecondLogoutSendsOtherKey(String id, Change change) throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(
                (socket, itself) -> {
                    answer.await();
                    ScriptedServer.answer(401, "{}").to(socket, itself);
                },
                ScriptedServer.success())) {
            StandInExtension.use(server.url());
            WorkflowJob job = pipeline("parallel first: { " + logout(MEMBER, id)
                    + " }, second: { input id: 'Go', message: 'Go?'\n" + logout(SECOND_MEMBER, id) + " }");
            job.addProperty(parameter());
            WorkflowRun build = job.scheduleBuild2(0, chosen("doubletick")).waitForStart();
            assertTrue(server.awaitRequest().contains("uthorization: " + KEY));
            r.waitForMessage("Proceed or Abort", build);
            change.in(build);
            build.getAction(InputAction.class).getExecution("Go").proceed((Map<String, Object>) null);
            // Waits for the request of the first logout if that one has to end before.
            r.waitForMessage("Logging +12", build);
            answer.countDown();
            end(Result.FAILURE, build);
            assertTrue(server.awaitRequest().contains("uthorization: " + OTHER_KEY));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"KEY", "${KEY}"})
    void inputStepBindsAnotherCredentialWhileALogoutIsUnderWay(String id) throws Exception {
        assertSecondLogoutSendsOtherKey(
                id,
                build -> CredentialsParameterBinder.getOrCreate(build)
                        .bindCredentialsParameter("anonymous", new CredentialsParameterValue("KEY", "other", null)));
    }

    private static void replaceDefaultKey(String key) throws Exception {
        Credentials replaced = StandInExtension.apiKey("doubletick", key);
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .replaceAll(old -> replaced.equals(old) ? replaced : old);
        SystemCredentialsProvider.getInstance().save();
    }

    @Test
    void replacedKeyIsUsedWhileALogoutWithTheOldKeyIsUnderWay() throws Exception {
        assertSecondLogoutSendsOtherKey("doubletick", build -> replaceDefaultKey(OTHER_KEY));
    }

    /** Receives the builds that use a credential. */
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

    @Test
    void usageIsTrackedOnceForEachBuildAndCredential() throws Exception {
        WorkflowJob job =
                pipeline("for (int i = 0; i < 3; i++) { " + logout(MEMBER) + " }\n" + logout(MEMBER, "other"));
        for (int build = 1; build <= 2; build++) {
            Uses.IDS.clear();
            r.buildAndAssertSuccess(job);
            assertEquals("doubletick", Uses.IDS.poll(1, TimeUnit.MINUTES));
            assertEquals("other", Uses.IDS.poll(1, TimeUnit.MINUTES));
            assertEquals(0, Uses.IDS.size());
        }
    }

    /** Jenkins keeps the usage of a replaced key apart, although the credential has the same ID. */
    @Test
    void usageByAJobIsTrackedOnceForEachKey() throws Exception {
        FreeStyleProject job = r.createFreeStyleProject();
        Uses.IDS.clear();
        for (String key : List.of(KEY, KEY, OTHER_KEY)) {
            replaceDefaultKey(key);
            ApiKeyFinder.find(job, "doubletick").get(1, TimeUnit.MINUTES);
        }
        assertEquals("doubletick", Uses.IDS.poll(1, TimeUnit.MINUTES));
        assertEquals("doubletick", Uses.IDS.poll(1, TimeUnit.MINUTES));
        assertEquals(0, Uses.IDS.size());
    }

    /** The vault answers nobody before all logouts have begun. */
    @Test
    void slowVaultIsAskedTwiceForSixtyParallelLogouts() throws Exception {
        WorkflowRun build = start(parallel(60, logout(MEMBER, VAULT)));
        HangingVault.awaitCallers(1);
        r.waitForMessage("All have begun", build);
        HangingVault.release();
        end(Result.SUCCESS, build);
        assertEquals(1, HangingVault.otherCallers());
        assertEquals(60, doubleTick.requests().size());
    }

    @Test
    void abortedLogoutLeavesTheLookupToTheOthers() throws Exception {
        WorkflowRun build = start("parallel aborted: { catchError { timeout(time: 1, unit: 'SECONDS') { "
                + logout(MEMBER, VAULT) + " } }; echo 'One is aborted' }, other: { " + logout(MEMBER, VAULT) + " }");
        r.waitForMessage("One is aborted", build);
        HangingVault.release();
        r.waitForCompletion(build);
        assertLog("+91••••••3210 is logged out of DoubleTick on every device.", build);
        assertEquals(1, doubleTick.requests().size());
    }

    @Test
    void hangingVaultTakesOneThreadAndStopsNoOtherBuild() throws Exception {
        WorkflowRun hanging = start(parallel(40, logout(MEMBER, VAULT + "' + n + '")));
        r.waitForMessage("All have begun", hanging);
        HangingVault.awaitCallers(1);
        build(Result.SUCCESS, logout(SECOND_MEMBER));
        r.buildAndAssertSuccess(freestyle(SECOND_MEMBER, null));
        assertEquals(0, HangingVault.otherCallers());
        hanging.doStop();
        end(Result.ABORTED, hanging);
        assertEquals(2, doubleTick.requests().size());
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

    /** Registers it. */
    @TestExtension
    public static final class Vault extends HangingVault {}
}
