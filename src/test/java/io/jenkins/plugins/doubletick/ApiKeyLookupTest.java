package io.jenkins.plugins.doubletick;

import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsParameterDefinition;
import com.cloudbees.plugins.credentials.CredentialsParameterValue;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.CredentialsUseListener;
import com.cloudbees.plugins.credentials.domains.Domain;
import com.cloudbees.plugins.credentials.domains.HostnameSpecification;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.ExtensionList;
import hudson.XmlFile;
import hudson.model.Fingerprint;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.Node;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.Saveable;
import hudson.model.TopLevelItem;
import hudson.model.TopLevelItemDescriptor;
import hudson.model.listeners.SaveableListener;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import jenkins.model.Jenkins;
import jenkins.model.ModifiableTopLevelItemGroup;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Every way to the key, and every way to miss it, in a Pipeline and in a freestyle build. */
@WithJenkins
class ApiKeyLookupTest {

    private static final String NUMBER = "+919876543210";

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    /** One for all: starting a Jenkins for each number would take most of the time. */
    private static JenkinsRule r;

    @BeforeAll
    static void start(JenkinsRule rule) {
        r = rule;
    }

    @BeforeEach
    void setUp() {
        StandInExtension.forgetKeys();
    }

    private void assertFails(String credentialsId, String line) throws Exception {
        for (Run<?, ?> build : List.of(pipeline(r.jenkins, credentialsId), freestyle(r.jenkins, credentialsId))) {
            r.assertBuildStatus(Result.FAILURE, build);
            StandInExtension.assertLog(line, build);
        }
        doubleTick.assertNothingSent();
    }

    private void assertSucceeds(ModifiableTopLevelItemGroup parent, String credentialsId, String key) throws Exception {
        for (Run<?, ?> build : List.of(pipeline(parent, credentialsId), freestyle(parent, credentialsId))) {
            r.assertBuildStatus(Result.SUCCESS, build);
        }
        assertEquals(
                List.of(key, key),
                doubleTick.requests().stream()
                        .map(DoubleTickStandIn.Request::authorization)
                        .toList());
    }

    private Run<?, ?> pipeline(ModifiableTopLevelItemGroup parent, String credentialsId) throws Exception {
        WorkflowJob job = create(WorkflowJob.class, parent);
        String argument = credentialsId == null ? "" : ", credentialsId: '" + credentialsId + "'";
        job.setDefinition(new CpsFlowDefinition("doubletickLogout loginNumber: '" + NUMBER + "'" + argument, true));
        return job.scheduleBuild2(0).get();
    }

    private Run<?, ?> freestyle(ModifiableTopLevelItemGroup parent, String credentialsId) throws Exception {
        FreeStyleProject job = create(FreeStyleProject.class, parent);
        DoubleTickLogoutBuilder builder = new DoubleTickLogoutBuilder(NUMBER);
        builder.setCredentialsId(credentialsId);
        job.getBuildersList().add(builder);
        return job.scheduleBuild2(0).get();
    }

    private static int jobs;

    private static <T extends TopLevelItem> T create(Class<T> type, ModifiableTopLevelItemGroup parent)
            throws Exception {
        TopLevelItemDescriptor descriptor =
                (TopLevelItemDescriptor) Jenkins.get().getDescriptorOrDie(type);
        return type.cast(parent.createProject(descriptor, type.getSimpleName() + ++jobs, true));
    }

    @Test
    void globalDefault() throws Exception {
        StandInExtension.addDefaultKey();
        assertSucceeds(r.jenkins, null, DoubleTickStandIn.KEY);
    }

    @Test
    void noneAtAll() throws Exception {
        assertFails(
                null,
                "ERROR: No API key: name the credential in this step (credentialsId), or set the default credential under Manage Jenkins → System → DoubleTick.");
    }

    @Test
    void ownIdBeforeDefault() throws Exception {
        StandInExtension.addDefaultKey();
        StandInExtension.addGlobally(StandInExtension.apiKey("own", DoubleTickStandIn.SECOND_KEY));
        assertSucceeds(r.jenkins, "own", DoubleTickStandIn.SECOND_KEY);
    }

    @Test
    void ofTheFolder() throws Exception {
        StandInExtension.addDefaultKey();
        Folder folder = r.createProject(Folder.class);
        StandInExtension.add(
                folder,
                Domain.global(),
                StandInExtension.apiKey(StandInExtension.CREDENTIALS_ID, DoubleTickStandIn.SECOND_KEY));
        assertSucceeds(folder, null, DoubleTickStandIn.SECOND_KEY);
    }

    @Test
    void ofAnotherFolder() throws Exception {
        Folder folder = r.createProject(Folder.class);
        StandInExtension.add(folder, Domain.global(), StandInExtension.apiKey("theirs", DoubleTickStandIn.KEY));
        assertFails(
                "theirs", "may still be logged in. There is no credential with the ID 'theirs' that this build could use.");
    }

    @Test
    void secretText() throws Exception {
        StandInExtension.addGlobally(new StringCredentialsImpl(
                CredentialsScope.GLOBAL, "text", null, Secret.fromString(DoubleTickStandIn.KEY + "\n")));
        assertSucceeds(r.jenkins, "text", DoubleTickStandIn.KEY);
    }

    @Test
    void credentialsParameter() throws Exception {
        StandInExtension.addGlobally(StandInExtension.apiKey("chosen", DoubleTickStandIn.KEY));
        ParametersDefinitionProperty parameter = new ParametersDefinitionProperty(
                new CredentialsParameterDefinition("KEY", null, null, DoubleTickApiKey.class.getName(), true));
        ParametersAction value = new ParametersAction(new CredentialsParameterValue("KEY", "chosen", null));

        FreeStyleProject freestyle = r.createFreeStyleProject();
        freestyle.addProperty(parameter);
        DoubleTickLogoutBuilder builder = new DoubleTickLogoutBuilder(NUMBER);
        builder.setCredentialsId("${KEY}");
        freestyle.getBuildersList().add(builder);
        r.assertBuildStatusSuccess(freestyle.scheduleBuild2(0, value));

        WorkflowJob pipeline = r.createProject(WorkflowJob.class);
        pipeline.addProperty(parameter);
        pipeline.setDefinition(new CpsFlowDefinition(
                "doubletickLogout loginNumber: '" + NUMBER + "', credentialsId: params.KEY", true));
        r.assertBuildStatusSuccess(pipeline.scheduleBuild2(0, value));

        assertEquals(2, doubleTick.requests().size());
    }

    @Test
    void unknownId() throws Exception {
        assertFails("nobody", "There is no credential with the ID 'nobody' that this build could use. Check the ID");
    }

    @Test
    void otherKind() throws Exception {
        StandInExtension.addGlobally(new UsernamePasswordCredentialsImpl(
                CredentialsScope.GLOBAL, "login", null, "user", "secret-password-1"));
        assertFails(
                "login",
                "The credential 'login' is of the kind “Username with password”. A “DoubleTick API key” or a “Secret text” is needed.");
    }

    @Test
    void systemScope() throws Exception {
        StandInExtension.addGlobally(new DoubleTickApiKey(
                CredentialsScope.SYSTEM, "system", null, Secret.fromString(DoubleTickStandIn.KEY)));
        assertFails("system", "The credential 'system' has the scope System, which builds cannot use.");
    }

    @Test
    void otherDomain() throws Exception {
        StandInExtension.add(
                Jenkins.get(),
                new Domain("elsewhere", null, List.of(new HostnameSpecification("example.com", null))),
                StandInExtension.apiKey("elsewhere", DoubleTickStandIn.KEY));
        assertFails(
                "elsewhere",
                "The credential 'elsewhere' belongs to a credentials domain that does not cover 127.0.0.1.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"key_\nabc", "key_äöü", "key abc", " "})
    void keyThatAHeaderCannotCarry(String key) throws Exception {
        StandInExtension.addGlobally(
                new StringCredentialsImpl(CredentialsScope.GLOBAL, "text", null, Secret.fromString(key)));
        assertFails("text", "The credential 'text' holds no usable key. The API key ");
    }

    @Test
    void rejectedKey() throws Exception {
        StandInExtension.addGlobally(StandInExtension.apiKey("old", "key_old"));
        Run<?, ?> build = freestyle(r.jenkins, "old");
        r.assertBuildStatus(Result.FAILURE, build);
        StandInExtension.assertLog(
                "ERROR: +91••••••3210 may still be logged in. DoubleTick answered 401: Invalid public api key. Check the credential 'old': DoubleTick shows",
                build);
    }

    /** Hears what Jenkins writes to disk. */
    @TestExtension
    public static final class Saves extends SaveableListener {

        private final List<Fingerprint> fingerprints = new CopyOnWriteArrayList<>();

        @Override
        public void onChange(Saveable saved, XmlFile file) {
            if (saved instanceof Fingerprint fingerprint) {
                fingerprints.add(fingerprint);
            }
        }
    }

    /** Hears which builds use a credential. */
    @TestExtension
    public static final class Uses implements CredentialsUseListener {

        private final BlockingQueue<Run<?, ?>> runs = new LinkedBlockingQueue<>();

        @Override
        public void onUse(Credentials credential, Run run) {
            runs.add(run);
        }

        @Override
        public void onUse(Credentials credential, Node node) {
            // Not of interest.
        }

        @Override
        public void onUse(Credentials credential, Item item) {
            // Not of interest.
        }
    }

    /** The listeners hear of each step, the usage page of the build. */
    @Test
    void usageIsTracked() throws Exception {
        StandInExtension.addDefaultKey();
        WorkflowJob job = r.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(
                "for (int i = 0; i < 3; i++) { doubletickLogout loginNumber: '" + NUMBER + "' }", true));
        BlockingQueue<Run<?, ?>> uses = ExtensionList.lookupSingleton(Uses.class).runs;
        uses.clear();
        assertThreeUses(r.buildAndAssertSuccess(job), uses); // The first build writes the new usage page, too.
        List<Fingerprint> saved = ExtensionList.lookupSingleton(Saves.class).fingerprints;
        saved.clear();
        Run<?, ?> second = r.buildAndAssertSuccess(job);
        assertThreeUses(second, uses);
        assertEquals(1, saved.size());
        assertTrue(saved.get(0).getRangeSet(job).includes(second.getNumber()));
    }

    private static void assertThreeUses(Run<?, ?> build, BlockingQueue<Run<?, ?>> uses) throws Exception {
        for (int i = 0; i < 3; i++) {
            assertEquals(build, uses.poll(1, TimeUnit.MINUTES));
        }
        assertEquals(0, uses.size());
    }

    @Test
    void boundByWithCredentials() throws Exception {
        StandInExtension.addDefaultKey();
        WorkflowJob job = r.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(
                "withCredentials([string(credentialsId: 'doubletick', variable: 'KEY')]) { echo \"${KEY.length()}\"; echo KEY }",
                true));
        Run<?, ?> build = r.buildAndAssertSuccess(job);
        StandInExtension.assertLog(Integer.toString(DoubleTickStandIn.KEY.length()), build);
        StandInExtension.assertLog("****", build);
    }
}
