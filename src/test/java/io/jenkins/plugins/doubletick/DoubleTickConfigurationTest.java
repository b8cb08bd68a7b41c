package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.model.Result;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import io.jenkins.plugins.doubletick.parameter.DoubleTickLoginNumberParameterDefinition;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutStep;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jenkins.model.Jenkins;
import net.sf.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What administrators set up: the credential with the API key, the default credential and its check, every drop-down. */
class DoubleTickConfigurationTest extends OneJenkins {

    private static final String STORE = "manage/credentials/store/system/domain/_/";

    @Test
    void formRoundTrip() throws Exception {
        String id = "gone-for-the-moment";
        DoubleTickConfiguration.get().setCredentialsId(id);
        r.configRoundtrip();
        assertEquals(id, DoubleTickConfiguration.get().getCredentialsId());
        assertEquals(id, new DoubleTickConfiguration().getCredentialsId(), "Saved");
    }

    private static DoubleTickApiKey keyIn(SystemCredentialsProvider store) {
        return (DoubleTickApiKey) store.getCredentials().stream().findFirst().orElse(null);
    }

    /** What the live check says while somebody types, and why saving is refused; blank if it is not. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            key_stand-in-7f3a9c        | ""                                       | ""
            " key_1"                   | White space around the key is not saved. | ""
            300                        | ""                                       | ""
            301                        | This key has 301 characters. DoubleTick's keys have up to 300. Check that the text is just the key. | ""
            ""                         | ""                                       | The API key is blank.
            " "                        | The API key is blank                     | The API key is blank.
            two words                  | The API key has a space                  | The API key has a space
            {AQAAABAAAAAQ0123456789==} | ""                                       | Another Jenkins controller encrypted
            """)
    void unusableKeyIsRefusedBeforeAndWhenSaving(String text, String live, String refusal) throws Exception {
        StandInExtension.forgetKeys();
        String key = text.matches("30[01]") ? "x".repeat(Integer.parseInt(text)) : text;
        String shown = WebUser.ask(r, "", DoubleTickApiKey.class, "checkApiKey", "value", key);
        assertTrue(live.isEmpty() ? shown.isEmpty() : shown.contains(live), shown);

        HttpResponse<String> response = create(key, "application/json");
        JSONObject data = JSONObject.fromObject(response.body()).getJSONObject("data");
        if (refusal.isEmpty()) {
            assertEquals("SUCCESS", data.getString("notificationType"));
            assertEquals(
                    key.strip(),
                    keyIn(SystemCredentialsProvider.getInstance()).getApiKey().getPlainText());
        } else {
            assertEquals(400, response.statusCode());
            assertEquals("ERROR", data.getString("notificationType"));
            assertTrue(data.getString("message").contains(refusal), data.toString());
            response = create(key, "text/html");
            assertEquals(400, response.statusCode());
            assertTrue(response.body().contains(refusal), response.body());
            assertFalse(response.body().contains("\tat "), response.body());
            assertNull(keyIn(SystemCredentialsProvider.getInstance()));
        }
    }

    /** As the dialog of the credentials plugin and its REST interface do. */
    private static HttpResponse<String> create(String key, String accept) throws Exception {
        JSONObject credentials = new JSONObject()
                .element("$class", DoubleTickApiKey.class.getName())
                .element("scope", "GLOBAL")
                .element("id", "doubletick")
                .element("description", "")
                .element("apiKey", key);
        String json = new JSONObject().element("credentials", credentials).toString();
        String path = STORE + "createCredentials?json=" + WebUser.encode(json);
        return new WebUser(null).post(r, path, "Accept", accept, "Content-Type", "application/x-www-form-urlencoded");
    }

    /** A key from an older Jenkins, or one that was copied from another Jenkins, can be seen and replaced. */
    @ParameterizedTest
    @ValueSource(strings = {"", "<apiKey>two words</apiKey>", "<apiKey>{AQAAABAAAAAQ0123456789==}</apiKey>"})
    void unusableStoredKeyIsLoaded(String key) throws Exception {
        StandInExtension.forgetKeys();
        add((DoubleTickApiKey) Jenkins.XSTREAM2.fromXML(
                "<io.jenkins.plugins.doubletick.DoubleTickApiKey><scope>GLOBAL</scope><id>doubletick</id>" + key
                        + "</io.jenkins.plugins.doubletick.DoubleTickApiKey>"));
        assertEquals(
                key.replaceAll("</?apiKey>", ""),
                keyIn(new SystemCredentialsProvider()).getSecret().getPlainText());
        String dialog = new WebUser(null)
                .get(r, STORE + "credential/doubletick/updateDialog")
                .body();
        assertTrue(dialog.contains("_.apiKey"), dialog);
        String shown = verify("doubletick");
        assertTrue(shown.startsWith("The credential 'doubletick' holds no usable key. "), shown);
    }

    private static String verify(String id) throws Exception {
        return WebUser.ask(r, "", DoubleTickConfiguration.class, "verifyKey", "credentialsId", id);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            doubletick | DoubleTick accepts the key of 'doubletick'.
            " vault "  | DoubleTick accepts the key of 'vault'.
            " "        | Choose a credential first.
            gone       | There is no credential with the ID 'gone' that this job can use.
            system     | There is no credential with the ID 'system' that this job can use.
            """)
    void verifyKeyNamesTheCredential(String id, String expected) throws Exception {
        add(secretText("vault", KEY + "\n"));
        addUnusableKeys("system", "elsewhere");
        String shown = verify(id);
        assertTrue(shown.startsWith(expected), shown);
        List<String> sent = doubleTick.requests().stream()
                .map(request -> request.method() + " " + request.path())
                .toList();
        assertEquals(expected.contains("accepts") ? List.of("GET /roles") : List.of(), sent);
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

    @ParameterizedTest
    @ValueSource(
            strings = {"https://gateway.example.com/api", "http://localhost:8081", "http://127.1.2.3", "http://[::1]/"})
    void propertyTakesHttpsAndLoopbackAddresses(String url) throws Exception {
        StandInExtension.use(url);
        assertTrue(DoubleTickClientProvider.url().toString().startsWith(url));
        StandInExtension.use("");
        assertEquals(
                "https://public.doubletick.io/", DoubleTickClientProvider.url().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://0.0.0.0:PORT", "http://127.0.0.1.example.com", "ftp://localhost", "localhost:PORT"})
    void nothingIsSentToAnotherAddress(String url) throws Exception {
        StandInExtension.use(
                url.replace("PORT", "" + URI.create(doubleTick.standIn().url()).getPort()));
        String line =
                "The Java system property io.jenkins.plugins.doubletick.apiUrl of the Jenkins controller must be an https"
                        + " URL, or http on a loopback address. Nothing was sent.";
        assertTrue(verify("doubletick").startsWith(line), verify("doubletick"));
        assertLog(line, build(Result.FAILURE, logout(MEMBER)));
        doubleTick.assertNothingSent();
    }

    /** With an empty value, Jenkins's script would put the saved credential back. */
    @Test
    void noneEntryHasANonEmptyValue() throws Exception {
        addUnusableKeys("system", "elsewhere");
        String none = CredentialsDropDown.NONE;
        assertFalse(none.isEmpty());
        assertEntries("- default (doubletick) -", step().doFillCredentialsIdItems(null, "hidden"));
        assertEntries(
                "- none (choose a credential in each step) -",
                DoubleTickConfiguration.get().doFillCredentialsIdItems("hidden"));

        DoubleTickConfiguration.get().setCredentialsId(none);
        assertNull(DoubleTickConfiguration.get().getCredentialsId());
        assertEntries("- default (none is set) -", step().doFillCredentialsIdItems(null, "hidden"));
        assertNull(builder(MEMBER, none).getCredentialsId());
        DoubleTickLogoutStep step = new DoubleTickLogoutStep(MEMBER);
        step.setCredentialsId(none);
        assertNull(step.getCredentialsId());
        DoubleTickLoginNumberParameterDefinition parameter = new DoubleTickLoginNumberParameterDefinition("WHO");
        parameter.setCredentialsId(none);
        assertNull(parameter.getCredentialsId());
    }

    private static DoubleTickLogoutBuilder.DescriptorImpl step() {
        return r.jenkins.getDescriptorByType(DoubleTickLogoutBuilder.DescriptorImpl.class);
    }

    /** The entries of a drop-down with a saved credential that the user cannot see. */
    private static void assertEntries(String textOfNone, ListBoxModel entries) {
        Map<String, String> found = new TreeMap<>();
        entries.forEach(entry -> found.put(entry.value, entry.name));
        assertEquals(textOfNone, found.remove(CredentialsDropDown.NONE));
        assertEquals("[doubletick, hidden, other]", found.keySet().toString());
    }
}
