package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsScope;
import hudson.model.FreeStyleProject;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.StringParameterDefinition;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import io.jenkins.plugins.doubletick.parameter.DoubleTickLoginNumberParameterDefinition;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutStep;
import java.util.List;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** The default credential, its verification, and the drop-downs and checks that all forms share. */
@WithJenkins
class DoubleTickConfigurationTest {

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private static JenkinsRule r;

    @BeforeAll
    static void start(JenkinsRule rule) {
        r = rule;
    }

    @AfterEach
    void tearDown() {
        StandInExtension.forgetKeys();
    }

    @Test
    void formRoundTrip() throws Exception {
        StandInExtension.addDefaultKey();
        for (String id : new String[] {StandInExtension.CREDENTIALS_ID, "gone-for-the-moment", null}) {
            DoubleTickConfiguration.get().setCredentialsId(id);
            r.configRoundtrip();
            assertEquals(id, DoubleTickConfiguration.get().getCredentialsId());
            assertEquals(id, new DoubleTickConfiguration().getCredentialsId(), "Saved");
        }
    }

    private static void addSecretText(String id, CredentialsScope scope, String secret) throws Exception {
        StandInExtension.addGlobally(new StringCredentialsImpl(scope, id, null, Secret.fromString(secret)));
    }

    private static void assertVerify(String expected, String id) throws Exception {
        assertEquals(expected, Forms.post(r, DoubleTickConfiguration.class, "verifyKey", "credentialsId", id));
    }

    @Test
    void verifyKeyNamesTheCredential() throws Exception {
        StandInExtension.addGlobally(StandInExtension.apiKey("right", DoubleTickStandIn.KEY));
        addSecretText("vault", CredentialsScope.GLOBAL, DoubleTickStandIn.KEY + "\n");
        addSecretText("system", CredentialsScope.SYSTEM, DoubleTickStandIn.KEY);
        addSecretText("unusable", CredentialsScope.GLOBAL, "two words");
        assertVerify("DoubleTick accepts the key of 'right'.", "right");
        assertVerify("DoubleTick accepts the key of 'vault'.", " vault ");
        assertEquals(
                List.of("GET /roles", "GET /roles"),
                doubleTick.requests().stream()
                        .map(request -> request.method() + " " + request.path())
                        .toList());
        assertVerify("Choose a credential first.", CredentialsDropDown.NONE);
        for (String id : List.of("gone", "system")) {
            assertVerify(
                    "There is no credential with the ID '" + id + "' that this job can use. Check the ID, and that the"
                            + " credential is in Jenkins's global store or in a folder of this job, with the scope Global.",
                    id);
        }
        assertVerify(
                "The credential 'unusable' holds no usable key. The API key has a space or a character that is not"
                        + " plain ASCII; copy it again, just the key.",
                "unusable");
        assertEquals(2, doubleTick.requests().size());
        StandInExtension.use("http://doubletick.example");
        assertVerify(
                "The Java system property io.jenkins.plugins.doubletick.apiUrl of the Jenkins controller must be an https"
                        + " URL, or http on a loopback address. Nothing was sent.",
                "right");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            200 | []                                           | DoubleTick accepts the key of 'doubletick'.
            200 | <!doctype html>                              | DoubleTick answered 200, but without a list of roles. Check whether a proxy
            401 | {'message':'Insufficient permissions. Missing: roles'} | Insufficient permissions. Missing: roles. Give the API key of the credential
            401 | {'message':'Invalid public api key'}         | DoubleTick answered 401: Invalid public api key. Check the credential 'doubletick':
            403 | {'reason':'FORBIDDEN'}                       | DoubleTick answered 403: FORBIDDEN. Check in DoubleTick, under Settings
            503 | {}                                           | DoubleTick answered 503
              0 | reset                                        | The connection was lost before the response was complete. Check that the Jenkins controller
            """)
    void verifyKeyExplains(int status, String body, String expected) throws Exception {
        StandInExtension.addDefaultKey();
        try (ScriptedServer server = new ScriptedServer(
                status == 0 ? ScriptedServer.reset() : ScriptedServer.answer(status, body.replace('\'', '"')))) {
            StandInExtension.use(server.url());
            String shown = Forms.post(r, DoubleTickConfiguration.class, "verifyKey", "credentialsId", "doubletick");
            assertTrue(shown.contains(expected), shown);
            assertEquals(1, server.requests().size(), "One try");
        }
    }

    @Test
    void verifyKeyWaitsForABoundedTime() throws Exception {
        StandInExtension.addDefaultKey();
        System.setProperty("io.jenkins.plugins.doubletick.webLimitSeconds", "0");
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.silence())) {
            StandInExtension.use(server.url());
            assertVerify("No answer within 0 s. Try again later.", "doubletick");
            server.awaitRequest();
        } finally {
            System.clearProperty("io.jenkins.plugins.doubletick.webLimitSeconds");
        }
    }

    @Test
    void auditorSeesTheSectionWithoutTheButton() throws Exception {
        StandInExtension.addDefaultKey();
        Jenkins.SYSTEM_READ.setEnabled(true);
        r.jenkins.setSecurityRealm(r.createDummySecurityRealm());
        r.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, Jenkins.SYSTEM_READ)
                .everywhere()
                .to("auditor")
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("admin"));
        try {
            String form = new WebUser("auditor").get(r, "manage/configure").body();
            assertTrue(form.contains("Default credential"), form);
            assertFalse(form.contains("Verify key"), form);
            assertTrue(new WebUser("admin").get(r, "manage/configure").body().contains("Verify key"));
        } finally {
            Jenkins.SYSTEM_READ.setEnabled(false);
            r.jenkins.setAuthorizationStrategy(hudson.security.AuthorizationStrategy.UNSECURED);
            r.jenkins.setSecurityRealm(hudson.security.SecurityRealm.NO_AUTHENTICATION);
        }
    }

    /** Jenkins's script puts the saved credential back if the value of the chosen entry is empty. */
    @Test
    void entryForNoCredentialHasAValue() throws Exception {
        assertEquals(List.of("- default (none is set) -", "- default (none is set) -", "- none (every step names its credential) -"), firstEntries());
        StandInExtension.addDefaultKey();
        addSecretText("vault", CredentialsScope.GLOBAL, "key");
        addSecretText("system", CredentialsScope.SYSTEM, "key");
        assertEquals(List.of("- default (doubletick) -", "- default (doubletick) -", "- none (every step names its credential) -"), firstEntries());
        for (ListBoxModel entries : dropDowns("hidden")) {
            assertEquals(
                    List.of(CredentialsDropDown.NONE, "doubletick", "hidden", "vault"),
                    entries.stream().map(entry -> entry.value).sorted().toList());
        }
        DoubleTickLogoutBuilder builder = new DoubleTickLogoutBuilder(DoubleTickStandIn.MEMBER);
        builder.setCredentialsId(CredentialsDropDown.NONE);
        DoubleTickLogoutStep step = new DoubleTickLogoutStep(DoubleTickStandIn.MEMBER);
        step.setCredentialsId(CredentialsDropDown.NONE);
        DoubleTickLoginNumberParameterDefinition parameter = new DoubleTickLoginNumberParameterDefinition("WHO");
        parameter.setCredentialsId(CredentialsDropDown.NONE);
        DoubleTickConfiguration.get().setCredentialsId(CredentialsDropDown.NONE);
        for (String saved : new String[] {
            builder.getCredentialsId(),
            step.getCredentialsId(),
            parameter.getCredentialsId(),
            DoubleTickConfiguration.get().getCredentialsId()
        }) {
            assertEquals(null, saved);
        }
    }

    private static List<ListBoxModel> dropDowns(String current) {
        return List.of(
                r.jenkins
                        .getDescriptorByType(DoubleTickLogoutStep.DescriptorImpl.class)
                        .doFillCredentialsIdItems(null, current),
                r.jenkins
                        .getDescriptorByType(DoubleTickLogoutBuilder.DescriptorImpl.class)
                        .doFillCredentialsIdItems(null, current),
                DoubleTickConfiguration.get().doFillCredentialsIdItems(current));
    }

    private static List<String> firstEntries() {
        return dropDowns(null).stream()
                .filter(entries -> entries.get(0).value.equals(CredentialsDropDown.NONE))
                .map(entries -> entries.get(0).name)
                .toList();
    }

    @Test
    void checkOfAParameterExpression() throws Exception {
        FreeStyleProject job = r.createFreeStyleProject();
        job.addProperty(new ParametersDefinitionProperty(new StringParameterDefinition("CRED")));
        assertCheck("OK: The build parameter CRED chooses the credential.", job, " ${CRED} ");
        assertCheck("OK: The build parameter OTHER chooses the credential.", null, "${OTHER}");
        assertCheck(
                "WARNING: This job has no parameter OTHER. Add a credentials parameter with this name, or choose a"
                        + " credential.",
                job,
                "${OTHER}");
        assertCheck("ERROR: There is no credential '${CRED' here that a build can use.", job, "${CRED");
    }

    private static void assertCheck(String expected, FreeStyleProject job, String value) {
        FormValidation answer = CredentialsDropDown.check(job, value);
        assertEquals(expected, answer.kind + ": " + answer.getMessage().replace("&#039;", "'"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            +919876543210 | ""
            919876543210  | ""
            98765 43210   | Not a number in use in Iran (+98). Is the country code missing?
            +919876543210x| x
            """)
    void checkOfALoginNumber(String number, String expected) throws Exception {
        String shown = Forms.post(r, DoubleTickLogoutStep.class, "checkLoginNumber", "value", number);
        assertTrue(expected.isEmpty() ? shown.isEmpty() : shown.contains(expected), shown);
    }
}
