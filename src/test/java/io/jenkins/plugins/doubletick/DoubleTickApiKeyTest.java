package io.jenkins.plugins.doubletick;

import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsMatchers;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsScope;
import hudson.model.FreeStyleProject;
import hudson.model.Result;
import hudson.security.ACL;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import java.nio.file.Files;
import java.util.List;
import jenkins.model.GlobalConfiguration;
import jenkins.model.Jenkins;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;
import org.kohsuke.stapler.DataBoundSetter;

@WithJenkins
class DoubleTickApiKeyTest {

    private static final String STORE = "manage/credentials/store/system/domain/_/";

    private JenkinsRule r;

    @BeforeEach
    void setUp(JenkinsRule r) {
        this.r = r;
    }

    private static DoubleTickApiKey saved() {
        return CredentialsMatchers.firstOrNull(
                CredentialsProvider.lookupCredentialsInItemGroup(DoubleTickApiKey.class, null, ACL.SYSTEM2),
                CredentialsMatchers.withId("doubletick"));
    }

    @Test
    void formRoundTrip() throws Exception {
        Form form = GlobalConfiguration.all().get(Form.class);
        form.setApiKey(new DoubleTickApiKey(
                CredentialsScope.GLOBAL, "doubletick", "The company's", Secret.fromString(DoubleTickStandIn.KEY)));
        DoubleTickApiKey before = form.getApiKey();
        r.configRoundtrip();
        assertNotSame(before, form.getApiKey());
        r.assertEqualDataBoundBeans(before, form.getApiKey());
    }

    /** A form with the fields of a key in it. */
    @TestExtension("formRoundTrip")
    public static final class Form extends GlobalConfiguration {

        private DoubleTickApiKey apiKey;

        public DoubleTickApiKey getApiKey() {
            return apiKey;
        }

        @DataBoundSetter
        public void setApiKey(DoubleTickApiKey apiKey) {
            this.apiKey = apiKey;
        }
    }

    @Test
    void savedKeyIsNowhereInClear() throws Exception {
        StandInExtension.addGlobally(StandInExtension.apiKey("doubletick", " " + DoubleTickStandIn.KEY + "\n"));
        assertEquals(DoubleTickStandIn.KEY, saved().getApiKey().getPlainText());
        JenkinsRule.WebClient client = r.createWebClient().withJavaScriptEnabled(false);
        for (String path : List.of("", "credential/doubletick/", "credential/doubletick/updateDialog")) {
            String html = client.getPage(client.createCrumbedUrl(STORE + path))
                    .getWebResponse()
                    .getContentAsString();
            assertTrue(html.contains("doubletick"), html);
            assertFalse(html.contains(DoubleTickStandIn.KEY), html);
        }
        String file = Files.readString(r.jenkins.getRootDir().toPath().resolve("credentials.xml"));
        assertTrue(file.contains("<apiKey>{"), file);
        assertFalse(file.contains(DoubleTickStandIn.KEY), file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<apiKey/>"})
    void credentialThatWasStoredWithoutAKeySaysSo(String key) throws Exception {
        StandInExtension.addGlobally((DoubleTickApiKey) Jenkins.XSTREAM2.fromXML(
                "<io.jenkins.plugins.doubletick.DoubleTickApiKey><scope>GLOBAL</scope><id>doubletick</id>" + key
                        + "</io.jenkins.plugins.doubletick.DoubleTickApiKey>"));
        DoubleTickLogoutBuilder builder = new DoubleTickLogoutBuilder(DoubleTickStandIn.MEMBER);
        builder.setCredentialsId("doubletick");
        FreeStyleProject job = r.createFreeStyleProject();
        job.getBuildersList().add(builder);
        StandInExtension.assertLog(
                "The credential 'doubletick' holds no usable key. The API key is blank.",
                r.buildAndAssertStatus(Result.FAILURE, job));
    }

    @Test
    void kindSaysWhatItIs() throws Exception {
        String html = r.createWebClient()
                .getPage(r.createWebClient().createCrumbedUrl(STORE + "dialog"))
                .getWebResponse()
                .getContentAsString();
        assertTrue(html.contains("DoubleTick API key"), html);
        assertTrue(html.contains("It opens the whole account."), html);
    }

    @Test
    void wrongKeyIsToldBeforeSaving() {
        String length300 = "key_" + "x".repeat(296);
        assertAll(
                check(DoubleTickStandIn.KEY, ""),
                check(length300, ""),
                check(Secret.fromString(DoubleTickStandIn.KEY).getEncryptedValue(), ""),
                check("", "The API key is blank"),
                check(" \t", "The API key is blank"),
                check(" " + DoubleTickStandIn.KEY, "White space around the key will not be saved."),
                check("key_1\nkey_2", "The API key has a line break in it; it must be one line"),
                check("key_\u20ac", "The API key has a space or a character that is not plain ASCII"),
                check("Bearer key_1", "The API key has a space or a character that is not plain ASCII"),
                check(
                        length300 + "x",
                        "This key has 301 characters; DoubleTick's have up to 300. Is it just the key?"));
    }

    /** As the form asks while somebody types. */
    private Executable check(String value, String expected) {
        return () -> assertEquals(
                expected,
                Forms.post(r, DoubleTickApiKey.class, "checkApiKey", "value", value)
                        .replaceFirst("; copy it again.*", ""));
    }
}
