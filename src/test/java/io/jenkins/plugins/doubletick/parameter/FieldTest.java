package io.jenkins.plugins.doubletick.parameter;

import static io.jenkins.plugins.doubletick.parameter.Teams.member;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.domains.Domain;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Run;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.WebUser;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jenkins.model.Jenkins;
import org.htmlunit.html.HtmlInput;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/** The field in the form of a build: what it shows, suggests and says, to whom, and without a team. */
class FieldTest extends LoginNumberJobs {

    private FreeStyleProject job;
    private OfferedForm form;

    @BeforeEach
    void addJob() throws Exception {
        job = offering(r.jenkins, "doubletick");
        form = new OfferedForm(r, job);
    }

    @Test
    void suggestions() throws Exception {
        assertEquals(List.of("Meera Iyer, Admin, Owner, +91••••••3201"), form.suggestions("meera"));
        assertEquals(
                List.of(
                        "Priya Nair, Agent, priya.n@example.com, +91••••••3288",
                        "Priya Nair, Agent, priya.nair@example.com, +91••••••3288"),
                form.suggestions("priya.n"));
        assertEquals(List.of(), form.suggestions(""));
        assertEquals(1, doubleTick.requests().size());
    }

    /** {@link TeamSuggestionsTest} has the whole messages, and more texts. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ' '                            | ''
            +91 98765-43210                | ok: This is Asha Rao, Agent
            Asha Rao, Agent, +91••••••3210 | ok: This is Asha Rao, Agent
            O'Neil, Sam (night shift)      | ok: This is O'Neil, Sam (night shift), Agent
            Meera Iyer                     | warning: This member owns the organisation: Meera Iyer, Admin, Owner
            +919876543299                  | warning: Nobody in the team has this login number.
            Ash                            | warning: This is only part of a name or number.
            Nadia                          | error: Nobody in the team matches this text.
            5555                           | error: A login number has 7 to 15 digits
            +91••••••3210                  | error: This number is masked
            """)
    void check(String text, String message) throws Exception {
        String check = form.check(text);
        assertTrue(message.isEmpty() ? check.isEmpty() : check.startsWith(message), check);
    }

    /** The server knows the number that its own page shows masked. */
    @Test
    void maskOfTheDefaultAndOfTheBuildToBuildAgain() throws Exception {
        definitionOf(job).setDefaultValue("+919876543201");
        assertEquals(
                "warning: This member owns the organisation: Meera Iyer, Admin, Owner", form.check("+91••••••3201"));
        assertTrue(form.check(MASKED).startsWith("error: This number is masked"));
        Run<?, ?> build = r.assertBuildStatusSuccess(job.scheduleBuild2(0, number(NUMBER)));
        assertEquals(
                "ok: This is Daniel Okafor, Manager",
                new OfferedForm(r, build.getUrl(), "LOGIN_NUMBER", null).check(MASKED));
        definitionOf(job).setDefaultValue("5555");
        assertTrue(form.check("****").startsWith("error: A login number has 7 to 15 digits"));
    }

    @Test
    void checkOfTheDefault() throws Exception {
        definitionOf(job).setDefaultValue(NUMBER);
        for (String right : List.of("", "+1 202 555 0123", MASKED)) {
            assertEquals("", form.message("checkDefaultValue", right));
        }
        assertTrue(form.message("checkDefaultValue", "+91••••••3210").startsWith("error: This number is masked"));
        assertTrue(form.message("checkDefaultValue", "0123").startsWith("error: A login number has 7 to 15 digits"));
    }

    /** Otherwise, users could learn the clear text of a secret whose ciphertext they know. */
    @Test
    void encryptedSecretsAreNotChecked() throws Exception {
        for (String method : List.of("checkValue", "checkDefaultValue")) {
            for (String secret : List.of(NUMBER, "0123", "", "Asha Rao")) {
                assertEquals("", form.message(method, Secret.fromString(secret).getEncryptedValue()));
            }
            assertEquals("", form.message(method, "{bm90IGVuY3J5cHRlZCBhdCBhbGw=}"));
        }
    }

    @Test
    void onlyTheStoredParameterOffersATeam() throws Exception {
        for (OfferedForm other : List.of(
                new OfferedForm(r, offering(r.jenkins, null)),
                form.of("OTHER"),
                form.of("MISSING"),
                form.of(Secret.fromString("LOGIN_NUMBER").getEncryptedValue()),
                new OfferedForm(r, r.createFreeStyleProject()),
                new OfferedForm(r, "", "LOGIN_NUMBER", null))) {
            assertOffersNobody(other);
            assertEquals("", other.check(""));
        }
        doubleTick.assertNothingSent();
    }

    private static void assertOffersNobody(OfferedForm form) throws Exception {
        assertEquals(List.of(), form.suggestions("Asha"));
        assertTrue(form.check("Asha Rao").startsWith("error: A login number cannot contain"));
        assertEquals("", form.check("+919876543210"));
    }

    @Test
    void usersWhoMayNotBuildSeeNobody() throws Exception {
        FreeStyleProject other = r.createFreeStyleProject();
        MockAuthorizationStrategy strategy = new MockAuthorizationStrategy();
        strategy.grant(Jenkins.READ).onRoot().to("reader", "configurer", "builder", "stranger");
        strategy.grant(Item.READ).onItems(job).to("reader", "configurer", "builder");
        strategy.grant(Item.EXTENDED_READ, Item.CONFIGURE, Item.CANCEL)
                .onItems(job)
                .to("configurer");
        strategy.grant(Item.BUILD).onItems(job).to("builder");
        strategy.grant(Item.READ, Item.BUILD).onItems(other).to("reader", "configurer");
        r.jenkins.setSecurityRealm(r.createDummySecurityRealm());
        r.jenkins.setAuthorizationStrategy(strategy);
        for (String user : List.of("reader", "configurer")) {
            assertOffersNobody(form.as(user));
            String page =
                    new WebUser(user).get(r, job.getUrl() + "build?delay=0sec").body();
            assertFalse(page.contains("autoCompleteUrl"), page);
        }
        for (String method : List.of("autoCompleteValue", "checkValue")) {
            String path = form.path(method, "Asha");
            assertEquals(403, form.post(method, "Asha").statusCode());
            assertEquals(404, form.as("stranger").post(method, "Asha").statusCode());
            assertEquals(404, new WebUser("builder").get(r, path).statusCode());
            assertEquals(403, new WebUser("builder").postWithoutCrumb(r, path).statusCode());
        }
        doubleTick.assertNothingSent();
        assertEquals("ok: This is Asha Rao, Agent", form.as("builder").check("Asha Rao"));
        assertOffersNobody(form.as("reader"));
    }

    @Test
    void eachFieldHasAnAccessibleNameAndItsUrls() throws Exception {
        DoubleTickLoginNumberParameterDefinition second = new DoubleTickLoginNumberParameterDefinition("SECOND");
        second.setDefaultValue(NUMBER);
        FreeStyleProject two = r.createFreeStyleProject();
        two.addProperty(new ParametersDefinitionProperty(definition(null, "doubletick"), second));
        HtmlPage page = r.createWebClient()
                .withThrowExceptionOnFailingStatusCode(false)
                .withJavaScriptEnabled(false)
                .getPage(two, "build?delay=0sec");
        List<HtmlInput> fields = page.getFormByName("parameters").getInputsByName("value");
        String url = r.contextPath + "/" + two.getUrl() + "descriptorByName/"
                + DoubleTickLoginNumberParameterDefinition.class.getName();
        String check = url + "/checkValue";
        String complete = url + "/autoCompleteValue";
        String either = "Name, e-mail address or +919876543210";
        assertField(fields.get(0), List.of("LOGIN_NUMBER", "", either, check, complete));
        assertField(fields.get(1), List.of("SECOND", MASKED, "+919876543210", check, ""));
    }

    private static void assertField(HtmlInput field, List<String> attributes) {
        assertEquals(
                attributes,
                List.of("aria-label", "value", "placeholder", "checkurl", "autocompleteurl").stream()
                        .map(field::getAttribute)
                        .toList());
    }

    @Test
    void fieldSaysWhyThereIsNoTeamAndNumbersWork() throws Exception {
        Map<String, ScriptedServer.Reply> faults = Map.of(
                "DoubleTick answered 401: No. ", ScriptedServer.answer(401, "{\"message\":\"No\"}"),
                "DoubleTick answered 503: No (4 tries). Enter ", ScriptedServer.answer(503, "{\"message\":\"No\"}"),
                "DoubleTick answered 200, but without a list of members. ", ScriptedServer.answer(200, "{}"));
        for (Map.Entry<String, ScriptedServer.Reply> fault : faults.entrySet()) {
            try (ScriptedServer server = new ScriptedServer(fault.getValue())) {
                StandInExtension.use(server.url());
                assertUnavailable(fault.getKey());
            }
        }
        StandInExtension.use("http://127.0.0.1:1");
        assertUnavailable("No connection");
        StandInExtension.use("http://example.com");
        assertUnavailable("The Java system property io.jenkins.plugins.doubletick.apiUrl");
    }

    private void assertUnavailable(String reason) throws Exception {
        String text = "The form cannot suggest team members. " + reason;
        for (String value : List.of("", NUMBER, "Asha Rao")) {
            String check = form.check(value);
            assertTrue(check.startsWith((value.equals("Asha Rao") ? "error: " : "warning: ") + text), check);
            assertTrue(check.endsWith(" Enter the login number instead."), check);
        }
        assertTrue(form.check("0123").startsWith("error: A login number has 7 to 15 digits"));
        assertEquals(List.of(), form.suggestions("Asha"));
        assertRefused(text, rest(job, "Asha Rao"));
        assertNull(rest(job, NUMBER));
        assertNamed(null, finished.await(job));
    }

    /** Many users type while DoubleTick is silent: the plugin sends one request, and each check waits 3 s at most. */
    @Test
    void silentServiceDelaysNobody() throws Exception {
        ExecutorService users = Executors.newFixedThreadPool(21);
        try (ScriptedServer silent = new ScriptedServer(ScriptedServer.silence())) {
            StandInExtension.use(silent.url());
            Future<String> request = users.submit(() -> rest(job, "Asha Rao"));
            List<Future<String>> checks =
                    users.invokeAll(Collections.<Callable<String>>nCopies(20, () -> form.check("Asha Rao")));
            for (Future<String> check : checks) {
                assertEquals(
                        "error: DoubleTick did not list the team within 3 s. Try again in a moment,"
                                + " or enter the login number.",
                        check.get());
            }
            // Triggers do not wait at all.
            r.assertBuildStatusSuccess(job.scheduleBuild2(0, number(NUMBER)));
            assertRefused("DoubleTick did not list the team within 10 s.", request.get());
            assertEquals(1, silent.requests().size());
        } finally {
            users.shutdown();
        }
    }

    @Test
    void credentialThatTheJobCannotUse() throws Exception {
        assertEquals("ok: This is Asha Rao, Agent", form.check("Asha Rao"));
        Folder folder = r.createProject(Folder.class);
        StandInExtension.add(folder, Domain.global(), StandInExtension.apiKey("in-folder", OTHER_KEY));
        for (String id : List.of("deleted", "in-folder", "${KEY}")) {
            definitionOf(job).setCredentialsId(id);
            String check = form.check("");
            assertTrue(check.startsWith("warning: The form cannot suggest team members. "), check);
            assertTrue(check.contains("'" + id + "'"), check);
        }
        assertEquals(1, doubleTick.requests().size());
        assertEquals(
                "ok: This is Asha Rao, Agent", new OfferedForm(r, offering(folder, "in-folder")).check("Asha Rao"));
        assertEquals(OTHER_KEY, doubleTick.requests().get(1).authorization());
    }

    /**
     * A member can choose the name: Jenkins must not decrypt it, and it must not break a page. A name from right to left must not
     * reverse the number beside it.
     */
    @Test
    void pagesShowAnyNameAsText() throws Exception {
        for (String name : List.of(
                "<img src=x onerror=alert(1)> & 'Co'",
                Secret.fromString("TopSecret-1").getEncryptedValue(),
                "text: Asha",
                "محمد علي")) {
            try (ScriptedServer server =
                    new ScriptedServer(Teams.listing(member(name, NUMBER.substring(1), "a@example.com", "Agent")))) {
                StandInExtension.use(server.url());
                assertFalse(form.post("checkValue", name).body().contains("<img src=x"));
                assertNull(rest(job, name));
                Run<?, ?> build = finished.await(job);
                String shown = name.length() > 40 ? name.substring(0, 39) + "…" : name;
                assertNamed(shown, build);
                String page = text(build.getUrl() + "parameters/");
                assertTrue(
                        page.contains("<bdi>" + shown.replace("&", "&amp;").replace("<", "&lt;") + "</bdi>, <bdi>"
                                + MASKED + "</bdi>"),
                        page);
                String json = text(build.getUrl() + "api/json");
                assertTrue(json.contains("\"member\":"), json);
                assertTrue(json.contains("\"value\":\"" + MASKED + "\""), json);
                assertFalse((page + json).contains("TopSecret-1"), json);
            }
        }
    }
}
