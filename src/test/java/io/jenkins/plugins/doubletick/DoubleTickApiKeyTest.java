package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsMatchers;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.security.ACL;
import hudson.util.Secret;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import jenkins.model.GlobalConfiguration;
import jenkins.model.Jenkins;
import net.sf.json.JSONObject;
import org.htmlunit.HttpMethod;
import org.htmlunit.WebRequest;
import org.htmlunit.WebResponse;
import org.htmlunit.util.NameValuePair;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;
import org.kohsuke.stapler.DataBoundSetter;

class DoubleTickApiKeyTest extends OneJenkins {

    private static final String STORE = "manage/credentials/store/system/domain/_/";

    @BeforeEach
    void forgetKeys() {
        StandInExtension.forgetKeys();
    }

    private static DoubleTickApiKey saved() {
        return CredentialsMatchers.firstOrNull(
                CredentialsProvider.lookupCredentialsInItemGroup(DoubleTickApiKey.class, null, ACL.SYSTEM2),
                CredentialsMatchers.withId("doubletick"));
    }

    @Test
    void formRoundTrip() throws Exception {
        Form form = GlobalConfiguration.all().get(Form.class);
        form.setApiKey(
                new DoubleTickApiKey(CredentialsScope.GLOBAL, "doubletick", "The company's", Secret.fromString(KEY)));
        DoubleTickApiKey before = form.getApiKey();
        r.configRoundtrip();
        assertNotSame(before, form.getApiKey());
        r.assertEqualDataBoundBeans(before, form.getApiKey());
    }

    /** A form with the fields of a key in it. */
    @TestExtension
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
        add(StandInExtension.apiKey("doubletick", " " + KEY + "\n"));
        assertEquals(KEY, saved().getApiKey().getPlainText());
        JenkinsRule.WebClient client = r.createWebClient().withJavaScriptEnabled(false);
        for (String path : List.of("", "credential/doubletick/", "credential/doubletick/updateDialog")) {
            String html = client.getPage(client.createCrumbedUrl(STORE + path))
                    .getWebResponse()
                    .getContentAsString();
            assertTrue(html.contains("doubletick"), html);
            assertFalse(html.contains(KEY), html);
        }
        String file = Files.readString(r.jenkins.getRootDir().toPath().resolve("credentials.xml"));
        assertTrue(file.contains("<apiKey>{"), file);
        assertFalse(file.contains(KEY), file);
    }

    @Test
    void kindSaysWhatItIs() throws Exception {
        String html = r.createWebClient()
                .getPage(r.createWebClient().createCrumbedUrl(STORE + "dialog"))
                .getWebResponse()
                .getContentAsString();
        assertTrue(html.contains("DoubleTick API key"), html);
        assertTrue(html.contains("It gives access to the whole account."), html);
    }

    /** What the live check says while somebody types, and why saving is refused; blank if it is not. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            key_stand-in-7f3a9c        | ""                                            | ""
            ""                         | ""                                            | The API key is blank.
            " \\t "                    | The API key is blank                          | The API key is blank.
            " key_1"                   | White space around the key is not saved. | ""
            300                        | ""                                            | ""
            301                        | This key has 301 characters. DoubleTick's keys have up to 300. Check that the text is just the key. | ""
            key_1\\nkey_2              | The API key has a line break                  | The API key has a line break
            key_€                      | not ASCII                                     | not ASCII
            Bearer key_1               | has a space                                   | has a space
            {'apiKey':'key_1'}         | This is JSON, not an API key                  | This is JSON, not an API key
            DOUBLETICK_KEY=key_1       | has a name before it                          | has a name before it
            'key_1'                    | in quotes                                     | in quotes
            https://a:b@example.com/   | This is a URL                                 | This is a URL
            {AQAAABAAAAAQ0123456789==} | ""                                            | Another Jenkins controller encrypted
            """)
    void unusableKeyIsRefusedBeforeAndWhenSaving(String text, String live, String refusal) throws Exception {
        String key = text.matches("30[01]")
                ? "key_" + "x".repeat(Integer.parseInt(text) - 4)
                : text.replace("\\n", "\n").replace("\\t", "\t").replace("€", "\u20ac");
        String shown = Forms.post(r, DoubleTickApiKey.class, "checkApiKey", "value", key);
        assertTrue(live.isEmpty() ? shown.isEmpty() : shown.contains(live), shown);

        WebResponse response = create(key, "application/json");
        JSONObject data = JSONObject.fromObject(response.getContentAsString()).getJSONObject("data");
        if (refusal.isEmpty()) {
            assertEquals("SUCCESS", data.getString("notificationType"));
            assertEquals(key.strip(), saved().getApiKey().getPlainText());
        } else {
            assertEquals(400, response.getStatusCode());
            assertEquals("ERROR", data.getString("notificationType"));
            assertTrue(data.getString("message").contains(refusal), data.toString());
            response = create(key, "text/html");
            assertEquals(400, response.getStatusCode());
            assertTrue(response.getContentAsString().contains(refusal), response.getContentAsString());
            assertFalse(response.getContentAsString().contains("\tat "), response.getContentAsString());
            assertNull(saved());
        }
    }

    /** As the dialog of the credentials plugin and its REST interface do. */
    private static WebResponse create(String key, String accept) throws Exception {
        JenkinsRule.WebClient client = r.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        client.getOptions().setPrintContentOnFailingStatusCode(false);
        WebRequest request = new WebRequest(client.createCrumbedUrl(STORE + "createCredentials"), HttpMethod.POST);
        request.setCharset(StandardCharsets.UTF_8);
        request.setAdditionalHeader("Accept", accept);
        request.setRequestParameters(List.of(new NameValuePair(
                "json",
                new JSONObject()
                        .element(
                                "credentials",
                                new JSONObject()
                                        .element("$class", DoubleTickApiKey.class.getName())
                                        .element("scope", "GLOBAL")
                                        .element("id", "doubletick")
                                        .element("description", "")
                                        .element("apiKey", key))
                        .toString())));
        return client.getPage(request).getWebResponse();
    }

    /** A key from an older Jenkins, or one that was copied from another Jenkins, can be seen and replaced. */
    @ParameterizedTest
    @CsvSource({"''", "<apiKey/>", "<apiKey>two words</apiKey>", "<apiKey>{AQAAABAAAAAQ0123456789==}</apiKey>"})
    void unusableStoredKeyIsLoaded(String key) throws Exception {
        String xml = "<io.jenkins.plugins.doubletick.DoubleTickApiKey><scope>GLOBAL</scope><id>doubletick</id>" + key
                + "</io.jenkins.plugins.doubletick.DoubleTickApiKey>";
        add((DoubleTickApiKey) Jenkins.XSTREAM2.fromXML(xml));
        DoubleTickApiKey loaded = (DoubleTickApiKey)
                new SystemCredentialsProvider().getCredentials().get(0);
        assertEquals(key.replaceAll("</?apiKey/?>", ""), loaded.getSecret().getPlainText());
        String dialog = new WebUser(null)
                .get(r, STORE + "credential/doubletick/updateDialog")
                .body();
        assertTrue(dialog.contains("_.apiKey"), dialog);
        assertTrue(Forms.post(r, DoubleTickConfiguration.class, "verifyKey", "credentialsId", "doubletick")
                .startsWith("The credential 'doubletick' holds no usable key. "));
    }
}
