package io.jenkins.plugins.doubletick;

import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutStep;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.domains.DomainRequirement;
import hudson.model.ItemGroup;
import hudson.util.ListBoxModel;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.time.Duration;
import java.util.List;
import jenkins.model.Jenkins;
import org.htmlunit.HttpMethod;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;
import org.springframework.security.core.Authentication;

@WithJenkins
class DoubleTickConfigurationTest {

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private JenkinsRule r;

    @BeforeEach
    void setUp(JenkinsRule r) {
        this.r = r;
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

    @Test
    void verifyKey() throws Exception {
        StandInExtension.addGlobally(StandInExtension.apiKey("right", DoubleTickStandIn.KEY));
        StandInExtension.addGlobally(StandInExtension.apiKey("wrong", "key_wrong"));
        StandInExtension.addGlobally(StandInExtension.apiKey("unusable", "two words"));
        StandInExtension.addGlobally(secretText("vault", CredentialsScope.GLOBAL));
        StandInExtension.addGlobally(secretText("system", CredentialsScope.SYSTEM));
        assertVerify("right", "Key accepted");
        assertVerify("vault", "Key accepted");
        assertVerify(
                "wrong",
                "DoubleTick rejects this key (DoubleTick answered 401: Invalid public api key). Check the credential"
                        + " 'wrong': DoubleTick shows the account's key under Settings → Developer's API.");
        assertEquals(List.of("GET /roles", "GET /roles", "GET /roles"), calls());
        assertVerify("", "Choose a credential first.");
        assertVerify("gone", "There is no credential 'gone' here that a build could use.");
        assertVerify("system", "There is no credential 'system' here that a build could use.");
        assertVerify(
                "unusable",
                "The credential 'unusable' holds no usable key. The API key has a space or a character that is not"
                        + " plain ASCII; copy it again, just the key.");
        assertEquals(3, doubleTick.requests().size());
    }

    @Test
    void verifyKeyWithoutTheRightAnswer() throws Exception {
        StandInExtension.addDefaultKey();
        assertVerify(
                ScriptedServer.answer(200, "<!doctype html>"),
                "DoubleTick did not say whether it accepts this key:"
                        + " DoubleTick answered 200, but without a list of roles.");
        assertVerify(
                ScriptedServer.answer(503, ""),
                "DoubleTick did not say whether it accepts this key: DoubleTick answered 503: Status.");
        assertVerify(
                ScriptedServer.reset(),
                "Cannot reach DoubleTick: The connection broke before DoubleTick's answer was there.");
        int port = closedPort();
        StandInExtension.use("http://127.0.0.1:" + port);
        assertVerify(
                StandInExtension.CREDENTIALS_ID,
                "Cannot reach DoubleTick: No connection to 127.0.0.1 on port " + port
                        + ": it is refused or there is no way there.");
        StandInExtension.use("http://doubletick.example");
        assertVerify(
                StandInExtension.CREDENTIALS_ID,
                "The Java system property io.jenkins.plugins.doubletick.apiUrl of the Jenkins controller must be"
                        + " an https URL, or http on a loopback address. Nothing was sent.");
        doubleTick.assertNothingSent();
    }

    @Test
    void verifyKeySaysWhatToDoAboutARejectedKey() throws Exception {
        StandInExtension.addDefaultKey();
        assertVerify(
                ScriptedServer.answer(401, "{\"message\":\"Insufficient permissions. Missing: roles\"}"),
                "DoubleTick rejects this key (DoubleTick answered 401: Insufficient permissions. Missing: roles). Give"
                        + " the API key of the credential 'doubletick' this permission in DoubleTick, or use another key.");
        assertVerify(
                ScriptedServer.answer(403, "{\"reason\":\"FORBIDDEN\"}"),
                "DoubleTick rejects this key (DoubleTick answered 403: FORBIDDEN). Check in DoubleTick, under Settings →"
                        + " Developer's API, that the key of the credential 'doubletick' is not revoked, that its"
                        + " whitelist has the address of the Jenkins controller, and that browser access is not disabled"
                        + " for it.");
    }

    @Test
    void verifyKeyWaitsForABoundedTime() throws Exception {
        StandInExtension.addDefaultKey();
        DoubleTickConfiguration.get().verifyLimit = Duration.ofSeconds(5);
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.silence())) {
            StandInExtension.use(server.url());
            assertVerify(StandInExtension.CREDENTIALS_ID, "No answer within 5 s. Try again later.");
            server.awaitDisconnect();
        }
        HangingVault.reset();
        Vault.hangs = true;
        DoubleTickConfiguration.get().verifyLimit = Duration.ofMillis(1);
        assertVerify("vault", "No answer within 0 s. Try again later.");
        HangingVault.release();
    }

    /** Hangs when it is asked for all of its credentials, as Verify key does. */
    @TestExtension("verifyKeyWaitsForABoundedTime")
    public static final class Vault extends HangingVault {

        private static volatile boolean hangs;

        @Override
        public <C extends Credentials> List<C> getCredentialsInItemGroup(
                Class<C> type,
                ItemGroup itemGroup,
                Authentication authentication,
                List<DomainRequirement> domainRequirements) {
            if (hangs) {
                arriveAndHang();
            }
            return List.of();
        }
    }

    private static StringCredentialsImpl secretText(String id, CredentialsScope scope) {
        return new StringCredentialsImpl(scope, id, null, Secret.fromString(DoubleTickStandIn.KEY));
    }

    private List<String> calls() {
        return doubleTick.requests().stream()
                .map(request -> request.method() + " " + request.path())
                .toList();
    }

    private static int closedPort() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.reset())) {
            return server.port();
        }
    }

    private void assertVerify(String id, String expected) throws Exception {
        assertEquals(expected, Forms.post(r, DoubleTickConfiguration.class, "verifyKey", "credentialsId", id));
    }

    private void assertVerify(ScriptedServer.Reply reply, String expected) throws Exception {
        try (ScriptedServer server = new ScriptedServer(reply)) {
            StandInExtension.use(server.url());
            assertVerify(StandInExtension.CREDENTIALS_ID, expected);
        }
    }

    @Test
    void verifyKeyIsForAdministratorsAndNoLink() throws Exception {
        StandInExtension.addDefaultKey();
        r.jenkins.setSecurityRealm(r.createDummySecurityRealm());
        r.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("admin")
                .grant(Jenkins.READ)
                .everywhere()
                .to("user"));
        assertEquals(403, statusOfVerify("user", HttpMethod.POST));
        assertEquals(404, statusOfVerify("admin", HttpMethod.GET));
        doubleTick.assertNothingSent();
        assertEquals(200, statusOfVerify("admin", HttpMethod.POST));
        assertEquals(List.of("GET /roles"), calls());
    }

    private int statusOfVerify(String user, HttpMethod verb) throws Exception {
        JenkinsRule.WebClient client = r.createWebClient().login(user).withThrowExceptionOnFailingStatusCode(false);
        return Forms.send(
                        client,
                        verb,
                        DoubleTickConfiguration.class,
                        "verifyKey",
                        "credentialsId",
                        StandInExtension.CREDENTIALS_ID)
                .getWebResponse()
                .getStatusCode();
    }

    @Test
    void stepsShowTheDefaultFirst() throws Exception {
        assertEquals("- default: none is set -", firstEntry(stepEntries()));
        assertEquals("- default: none is set -", firstEntry(builderEntries()));
        assertEquals("- none: every step names its own -", firstEntry(defaultEntries()));
        StandInExtension.addDefaultKey();
        StandInExtension.addGlobally(secretText("vault", CredentialsScope.GLOBAL));
        StandInExtension.addGlobally(secretText("system", CredentialsScope.SYSTEM));
        assertEquals("- default: doubletick -", firstEntry(stepEntries()));
        assertEquals("- default: doubletick -", firstEntry(builderEntries()));
        for (ListBoxModel entries : List.of(stepEntries(), builderEntries(), defaultEntries())) {
            assertEquals(
                    List.of("", "doubletick", "vault"),
                    entries.stream().map(entry -> entry.value).sorted().toList());
        }
    }

    private static String firstEntry(ListBoxModel entries) {
        assertEquals("", entries.get(0).value);
        return entries.get(0).name;
    }

    private ListBoxModel stepEntries() {
        return r.jenkins
                .getDescriptorByType(DoubleTickLogoutStep.DescriptorImpl.class)
                .doFillCredentialsIdItems(null, null);
    }

    private ListBoxModel builderEntries() {
        return r.jenkins
                .getDescriptorByType(DoubleTickLogoutBuilder.DescriptorImpl.class)
                .doFillCredentialsIdItems(null, null);
    }

    private static ListBoxModel defaultEntries() {
        return DoubleTickConfiguration.get().doFillCredentialsIdItems(null);
    }
}
