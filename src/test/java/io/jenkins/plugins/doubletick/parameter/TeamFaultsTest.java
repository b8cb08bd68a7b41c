package io.jenkins.plugins.doubletick.parameter;

import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.NUMBER;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.offering;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.valueOf;
import static io.jenkins.plugins.doubletick.parameter.Teams.member;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.domains.Domain;
import hudson.model.FreeStyleProject;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Run;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.FinishedBuilds;
import io.jenkins.plugins.doubletick.OneJenkins;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import io.jenkins.plugins.doubletick.client.Team;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Teams that are unavailable or strange: the field says why, and numbers work. */
class TeamFaultsTest extends OneJenkins {

    private FinishedBuilds finished;
    private BuildRequests requests;
    private FreeStyleProject job;
    private OfferedForm form;

    @BeforeEach
    void setUp() throws Exception {
        r.jenkins.setQuietPeriod(0);
        finished = FinishedBuilds.watch();
        requests = new BuildRequests(r);
        job = offering(r.jenkins, "doubletick");
        form = new OfferedForm(r, job);
    }

    private static ScriptedServer.Reply error(int status) {
        return ScriptedServer.answer(status, "{\"message\":\"No\"}");
    }

    @Test
    void fieldSaysWhyAndNumbersWork() throws Exception {
        ScriptedServer.Reply cut = (socket, server) -> {
            socket.getOutputStream().write(ScriptedServer.head(200, "Content-Length: 5000"));
            socket.getOutputStream().write("{\"data\":[{\"name\":\"Asha\"},".getBytes(StandardCharsets.UTF_8));
        };
        Map<String, ScriptedServer.Reply> faults = new LinkedHashMap<>();
        faults.put("DoubleTick answered 401: No. ", error(401));
        faults.put("DoubleTick answered 403: No. ", error(403));
        faults.put("DoubleTick answered 503: No (4 tries). ", error(503));
        faults.put("DoubleTick answered 404: No. ", error(404));
        faults.put("DoubleTick answered 200, but without a list of members. ", ScriptedServer.answer(200, "{}"));
        faults.put("The connection was lost before the response was complete (4 tries). ", cut);
        faults.put("The list of members is too large", Teams.listing(Teams.of(10_001, i -> "Member " + i)));
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

    /** The blank field says it first, before anybody types. */
    private void assertUnavailable(String reason) throws Exception {
        String text = "The form cannot suggest team members. " + reason;
        for (String value : List.of("", NUMBER, "Asha Rao")) {
            String check = form.check(value);
            assertTrue(check.startsWith((value.equals("Asha Rao") ? "error: " : "warning: ") + text), check);
            assertTrue(check.endsWith(" Enter the login number instead."), check);
        }
        assertTrue(form.check("0123").startsWith("error: A login number has 7 to 15 digits"));
        assertEquals(List.of(), form.suggestions("Asha"));
        String told = requests.rest(job, "Asha Rao");
        assertTrue(told.contains("Parameter LOGIN_NUMBER: " + text), told);
        assertNull(requests.rest(job, NUMBER));
        assertNull(valueOf(finished.await(job)).memberName());
    }

    /** Many users type while DoubleTick is silent: one request, and no web thread waits for long. */
    @Test
    void silentServiceHoldsUpNobody() throws Exception {
        ExecutorService users = Executors.newFixedThreadPool(20);
        try (ScriptedServer silent = new ScriptedServer(ScriptedServer.silence())) {
            StandInExtension.use(silent.url());
            long start = System.nanoTime();
            List<Future<String>> checks =
                    users.invokeAll(Stream.<Callable<String>>generate(() -> () -> form.check("Asha Rao"))
                            .limit(20)
                            .toList());
            Set<String> messages = checks.stream()
                    .map(check -> {
                        try {
                            return check.get();
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    })
                    .collect(Collectors.toSet());
            long seconds = (System.nanoTime() - start) / 1_000_000_000;
            assertTrue(seconds >= 3 && seconds < 8, seconds + " s");
            assertEquals(
                    Set.of("error: DoubleTick did not list the team within 3 s. Try again in a moment,"
                            + " or enter the login number."),
                    messages);
            String told = requests.rest(job, "Asha Rao");
            assertTrue(told.contains("within 10 s"), told);
            assertEquals(1, silent.requests().size());
            // Triggers do not wait at all.
            r.assertBuildStatusSuccess(job.scheduleBuild2(0, LoginNumberJobs.number(NUMBER)));
        } finally {
            users.shutdown();
        }
    }

    @Test
    void credentialThatTheJobCannotUse() throws Exception {
        Folder folder = r.createProject(Folder.class);
        StandInExtension.add(
                folder, Domain.global(), StandInExtension.apiKey("in-folder", DoubleTickStandIn.SECOND_KEY));
        for (String id : List.of("deleted", "in-folder", "${KEY}")) {
            String check = new OfferedForm(r, offering(r.jenkins, id)).check("");
            assertTrue(check.startsWith("warning: The form cannot suggest team members. "), check);
            assertTrue(check.contains("'" + id + "'"), check);
        }
        doubleTick.assertNothingSent();
        assertEquals(
                "ok: This is Asha Rao, Agent", new OfferedForm(r, offering(folder, "in-folder")).check("Asha Rao"));
        assertEquals(DoubleTickStandIn.SECOND_KEY, doubleTick.requests().get(0).authorization());
    }

    @Test
    void anotherCredentialIsAnotherTeam() throws Exception {
        assertEquals("ok: This is Asha Rao, Agent", form.check("Asha Rao"));
        job.removeProperty(ParametersDefinitionProperty.class);
        job.addProperty(offering("gone"));
        assertTrue(form.check("").startsWith("warning: The form cannot suggest team members"));
    }

    @Test
    void memberWhoHasLeftIsNotBuilt() throws Exception {
        String suggestion = form.suggestions("Asha").get(0);
        try (ScriptedServer left =
                new ScriptedServer(Teams.listing(member("Asha Rao", "919876543299", "a@example.com", "Agent")))) {
            StandInExtension.use(left.url());
            for (BuildRequests.Way way : requests.waysOfTheJob().values()) {
                String told = way.ask(job, suggestion);
                assertTrue(told.contains("Nobody in the team matches this text."), told);
            }
        }
        assertNull(job.getLastBuild());
    }

    /** A member can choose the name: it must not be decrypted as a secret of Jenkins, and must not break a page. */
    @Test
    void nameThatIsMarkupOrACiphertext() throws Exception {
        for (String name : List.of(
                "<img src=x onerror=alert(1)> & 'Co'",
                Secret.fromString("TopSecret-1").getEncryptedValue(),
                "{AQ==}",
                "text: Asha")) {
            try (ScriptedServer server =
                    new ScriptedServer(Teams.listing(member(name, NUMBER.substring(1), "a@example.com", "Agent")))) {
                StandInExtension.use(server.url());
                for (BuildRequests.Way way : requests.waysOfTheJob().values()) {
                    for (String text : List.of(NUMBER, name)) {
                        assertNull(way.ask(job, text));
                        Run<?, ?> build = finished.await(job);
                        assertEquals(shortened(name), valueOf(build).memberName());
                        assertShownAsText(build);
                    }
                }
                assertFalse(form.post("checkValue", name).body().contains("<img src=x"));
            }
        }
    }

    private static String shortened(String name) {
        return name.length() > 40 ? name.substring(0, 39) + "…" : name;
    }

    private static void assertShownAsText(Run<?, ?> build) throws Exception {
        for (String page : List.of("api/json", "parameters/")) {
            String shown = r.createWebClient()
                    .withJavaScriptEnabled(false)
                    .goTo(build.getUrl() + page, null)
                    .getWebResponse()
                    .getContentAsString();
            assertFalse(shown.contains("TopSecret-1"), page);
            assertFalse(page.startsWith("parameters") && shown.contains("<img src=x"), page);
        }
    }

    @Test
    void teamOfNone() throws Exception {
        try (ScriptedServer server = new ScriptedServer(Teams.listing())) {
            StandInExtension.use(server.url());
            assertEquals(List.of(), form.suggestions("Asha"));
            assertTrue(form.check("Asha").startsWith("error: Nobody in the team matches this text."));
            assertTrue(form.check(NUMBER).startsWith("warning: Nobody in the team has this login number."));
        }
    }

    @Test
    void teamOfFiveThousand() throws Exception {
        Team team = Teams.of(5_000, i -> "Member " + i);
        try (ScriptedServer server = new ScriptedServer(Teams.listing(team))) {
            StandInExtension.use(server.url());
            assertEquals(10, form.suggestions("member").size());
            assertEquals("warning: 5000 members match this text. Type more of the name.", form.check("Memb"));
            assertNull(requests.rest(job, "Member 4999, Agent, +91••••••4999"));
            assertEquals("+919000004999", valueOf(finished.await(job)).getValue());
            assertEquals(1, server.requests().size());
        }
    }

    /** Without isolation, a browser would draw the number behind this name backwards. */
    @Test
    void pagesIsolateANameFromRightToLeft() throws Exception {
        String name = "محمد علي";
        try (ScriptedServer server =
                new ScriptedServer(Teams.listing(member(name, NUMBER.substring(1), null, "Agent")))) {
            StandInExtension.use(server.url());
            assertNull(requests.rest(job, name));
            String page = r.createWebClient()
                    .getPage(finished.await(job), "parameters/")
                    .getWebResponse()
                    .getContentAsString();
            assertTrue(page.contains("<bdi>" + name + "</bdi>"), page);
            assertTrue(page.contains("<bdi>+12•••••0123</bdi>"), page);
        }
    }
}
