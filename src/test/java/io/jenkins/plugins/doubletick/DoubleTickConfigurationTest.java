package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsScope;
import hudson.model.FreeStyleProject;
import hudson.security.AuthorizationStrategy;
import hudson.security.SecurityRealm;
import hudson.util.ListBoxModel;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import io.jenkins.plugins.doubletick.parameter.DoubleTickLoginNumberParameterDefinition;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutStep;
import java.util.List;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/** The default credential, its verification, and the drop-down of all forms. */
class DoubleTickConfigurationTest extends OneJenkins {

    private static void addSecretText(String id, CredentialsScope scope, String secret) throws Exception {
        add(new StringCredentialsImpl(scope, id, null, Secret.fromString(secret)));
    }

    private static String verify(String id) throws Exception {
        return Forms.post(r, DoubleTickConfiguration.class, "verifyKey", "credentialsId", id);
    }

    @Test
    void formRoundTrip() throws Exception {
        for (String id : new String[] {"doubletick", "gone-for-the-moment", null}) {
            DoubleTickConfiguration.get().setCredentialsId(id);
            r.configRoundtrip();
            assertEquals(id, DoubleTickConfiguration.get().getCredentialsId());
            assertEquals(id, new DoubleTickConfiguration().getCredentialsId(), "Saved");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            doubletick | DoubleTick accepts the key of 'doubletick'.
            " vault "  | DoubleTick accepts the key of 'vault'.
            " "        | Choose a credential first.
            gone       | There is no credential with the ID 'gone' that this job can use.
            system     | There is no credential with the ID 'system' that this job can use.
            two words  | The credential 'two words' holds no usable key. The API key has a space
            """)
    void verifyKeyNamesTheCredential(String id, String expected) throws Exception {
        addSecretText("vault", CredentialsScope.GLOBAL, KEY + "\n");
        addSecretText("system", CredentialsScope.SYSTEM, KEY);
        addSecretText("two words", CredentialsScope.GLOBAL, "two words");
        String shown = verify(id);
        assertTrue(shown.startsWith(expected), shown);
        List<String> sent = doubleTick.requests().stream()
                .map(request -> request.method() + " " + request.path())
                .toList();
        assertEquals(expected.contains("accepts") ? List.of("GET /roles") : List.of(), sent);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            200 | <!doctype html>                    | 200, but without a list of roles. Check whether a proxy or portal answers
            401 | {"message":"Invalid public api key"} | 401: Invalid public api key. Copy the key from DoubleTick (Settings
            401 | {"message":"Insufficient permissions"} | 401: Insufficient permissions. Give the API key of the credential
            403 | {"reason":"FORBIDDEN"}             | 403: FORBIDDEN. Check the key of the credential 'doubletick'
            503 | {}                                 | 503
            """)
    void verifyKeyExplainsTheAnswerToOneTry(int status, String body, String expected) throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(status, body))) {
            StandInExtension.use(server.url());
            String shown = verify("doubletick");
            assertTrue(shown.startsWith("DoubleTick answered " + expected), shown);
            assertEquals(1, server.requests().size());
        }
    }

    @Test
    void verifyKeyWaitsForALimitedTime() throws Exception {
        System.setProperty("io.jenkins.plugins.doubletick.webLimitSeconds", "0");
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.silence())) {
            StandInExtension.use(server.url());
            assertEquals("No answer within 0 s. Try again later.", verify("doubletick"));
            server.awaitRequest();
        } finally {
            System.clearProperty("io.jenkins.plugins.doubletick.webLimitSeconds");
        }
    }

    @Test
    void onlyAdministratorsSeeTheButton() throws Exception {
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
            r.jenkins.setAuthorizationStrategy(AuthorizationStrategy.UNSECURED);
            r.jenkins.setSecurityRealm(SecurityRealm.NO_AUTHENTICATION);
        }
    }

    /** With an empty value, Jenkins's script would put the saved credential back. */
    @Test
    void choosingNoCredentialIsAnEntryWithAValue() throws Exception {
        addSecretText("system", CredentialsScope.SYSTEM, KEY);
        String none = CredentialsDropDown.NONE;
        assertFalse(none.isEmpty());
        for (ListBoxModel entries : dropDowns()) {
            assertEquals(
                    List.of(none, "doubletick", "hidden", "other"),
                    entries.stream().map(entry -> entry.value).sorted().toList());
        }
        String text = "- default (doubletick) -";
        assertEquals(
                List.of(text, text, "- none (choose a credential in each step) -"),
                dropDowns().stream()
                        .map(DoubleTickConfigurationTest::textOfNone)
                        .toList());

        DoubleTickConfiguration.get().setCredentialsId(none);
        assertNull(DoubleTickConfiguration.get().getCredentialsId());
        assertEquals("- default (none is set) -", textOfNone(dropDowns().get(0)));
        FreeStyleProject job = freestyle(MEMBER, none);
        assertNull(job.getBuildersList().get(DoubleTickLogoutBuilder.class).getCredentialsId());
        DoubleTickLogoutStep step = new DoubleTickLogoutStep(MEMBER);
        step.setCredentialsId(none);
        assertNull(step.getCredentialsId());
        DoubleTickLoginNumberParameterDefinition parameter = new DoubleTickLoginNumberParameterDefinition("WHO");
        parameter.setCredentialsId(none);
        assertNull(parameter.getCredentialsId());
    }

    private static String textOfNone(ListBoxModel entries) {
        return entries.stream()
                .filter(entry -> entry.value.equals(CredentialsDropDown.NONE))
                .findFirst()
                .orElseThrow()
                .name;
    }

    /** Those of both steps and of Jenkins, with a saved credential that the user cannot see. */
    private static List<ListBoxModel> dropDowns() {
        Jenkins jenkins = r.jenkins;
        return List.of(
                jenkins.getDescriptorByType(DoubleTickLogoutStep.DescriptorImpl.class)
                        .doFillCredentialsIdItems(null, "hidden"),
                jenkins.getDescriptorByType(DoubleTickLogoutBuilder.DescriptorImpl.class)
                        .doFillCredentialsIdItems(null, "hidden"),
                DoubleTickConfiguration.get().doFillCredentialsIdItems("hidden"));
    }
}
