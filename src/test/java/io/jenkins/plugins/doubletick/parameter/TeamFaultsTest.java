package io.jenkins.plugins.doubletick.parameter;

import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.NUMBER;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.offering;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.valueOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleProject;
import hudson.model.Run;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.FinishedBuilds;
import io.jenkins.plugins.doubletick.HangingVault;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.client.RetryPolicy;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Teams that cannot be had or are strange: the field says why, and numbers work as ever. */
@WithJenkins
class TeamFaultsTest {

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private static JenkinsRule r;

    private FinishedBuilds finished;
    private BuildRequests requests;

    @TestExtension
    public static final class Vault extends HangingVault {}

    @BeforeAll
    static void start(JenkinsRule rule) {
        r = rule;
    }

    @BeforeEach
    void setUp() throws Exception {
        r.jenkins.setQuietPeriod(0);
        StandInExtension.onlyDefaultKey();
        finished = FinishedBuilds.watch();
        requests = new BuildRequests(r);
        HangingVault.reset();
    }

    @AfterEach
    void tearDown() {
        HangingVault.release();
    }

    private static ScriptedServer.Reply error(int status) {
        return ScriptedServer.answer(status, "{\"message\":\"No\"}");
    }

    private static String team(String... members) {
        return "{\"data\":[" + String.join(",", members) + "]}";
    }

    private static String member(String name, String phone) {
        return "{\"name\":\"" + name + "\",\"phone\":\"" + phone + "\",\"orgRoleName\":\"Agent\"}";
    }

    private static String members(int count) {
        return team(IntStream.range(0, count)
                .mapToObj(i -> member("Member " + i, "91" + (9_000_000_000L + i)))
                .toArray(String[]::new));
    }

    @Test
    void theFieldSaysWhyAndNumbersWork() throws Exception {
        ScriptedServer.Reply cut = (socket, server) -> {
            socket.getOutputStream().write(ScriptedServer.head(200, "Content-Length: 5000"));
            socket.getOutputStream().write("{\"data\":[{\"name\":\"Asha\"},".getBytes(StandardCharsets.UTF_8));
        };
        Map<String, ScriptedServer.Reply> faults = new LinkedHashMap<>();
        faults.put("DoubleTick answered 401: No. Check the credential 'doubletick': ", error(401));
        faults.put("DoubleTick answered 403: No. Check in DoubleTick, under Settings", error(403));
        faults.put("DoubleTick answered 429", error(429));
        faults.put("DoubleTick answered 503: No (4 tries). Give the login", error(503));
        faults.put("DoubleTick answered 404: No. Check whether a proxy or portal answers", error(404));
        faults.put(
                "DoubleTick answered 200, but without a list of members. Check whether a proxy",
                ScriptedServer.answer(200, "{}"));
        faults.put("The connection was lost before the response was complete (4 tries). Check that", cut);
        faults.put("The list of members is too large", ScriptedServer.answer(200, members(10_001)));
        for (Map.Entry<String, ScriptedServer.Reply> fault : faults.entrySet()) {
            try (ScriptedServer server = new ScriptedServer(fault.getValue())) {
                StandInExtension.use(server.url());
                assertUnavailable(fault.getKey());
            }
        }
        StandInExtension.use("http://127.0.0.1:1");
        assertUnavailable("No connection");
    }

    /** With the waits between tries that builds have. */
    @Test
    void theFieldSaysWhyAlsoAfterAllTries() throws Exception {
        FreeStyleProject job = offering(r.jenkins, "doubletick");
        try (ScriptedServer server = new ScriptedServer(error(503))) {
            StandInExtension.use(server.url(), RetryPolicy.DEFAULT);
            String text = "DoubleTick answered 503: No (4 tries). Give the login number instead";
            String check = new OfferedForm(r, job).check("Asha Rao");
            assertTrue(check.endsWith(text), check);
            // The next letters that somebody types ask for nothing more.
            assertTrue(new OfferedForm(r, job).check("Asha R").endsWith(text));
            assertEquals(4, server.requests().size());
        }
    }

    private void assertUnavailable(String reason) throws Exception {
        FreeStyleProject job = offering(r.jenkins, "doubletick");
        OfferedForm form = new OfferedForm(r, job);
        String text = "The members of the team cannot be offered: " + reason;
        for (String value : List.of("Asha Rao", NUMBER)) {
            String check = new OfferedForm(r, job).post("checkValue", value).body();
            assertTrue(check.replace("&#039;", "'").contains("class=\"warning\">" + text), check);
            assertTrue(check.contains(" Give the login number instead<"), check);
        }
        assertEquals(List.of(), form.suggestions("Asha"));
        String told = requests.rest(job, "LOGIN_NUMBER", "Asha Rao");
        assertTrue(told.contains("Parameter LOGIN_NUMBER: " + text), told);
        assertNull(requests.rest(job, "LOGIN_NUMBER", NUMBER));
        assertNull(valueOf(finished.await(job)).memberName());
    }

    @Test
    void nobodyWaitsForeverForDoubleTick() throws Exception {
        try (ScriptedServer silent = new ScriptedServer(ScriptedServer.silence())) {
            StandInExtension.use(silent.url(), Duration.ofMinutes(5));
            assertLate("doubletick");
            assertEquals(1, silent.requests().size());
        }
    }

    @Test
    void nobodyWaitsForeverForAVault() throws Exception {
        assertLate(HangingVault.PREFIX);
        HangingVault.awaitCallers(1);
        assertEquals(0, HangingVault.otherCallers());
        doubleTick.assertNothingSent();
    }

    private void assertLate(String credentialsId) throws Exception {
        FreeStyleProject job = offering(r.jenkins, credentialsId);
        HtmlPage page = r.createWebClient()
                .withThrowExceptionOnFailingStatusCode(false)
                .withJavaScriptEnabled(false)
                .getPage(job, "build?delay=0sec");
        assertTrue(page.asXml().contains("auto-complete"));
        assertEquals(
                "warning: DoubleTick did not name the members of the team within 10 s. Try again in a moment, or give the"
                        + " login number",
                new OfferedForm(r, job).check("Asha Rao"));
        String told = requests.rest(job, "LOGIN_NUMBER", "Asha Rao");
        assertTrue(told.contains("DoubleTick did not name the members of the team within 10 s"), told);
        assertNull(requests.rest(job, "LOGIN_NUMBER", NUMBER));
        assertNull(valueOf(finished.await(job)).memberName());
        // Whoever triggers builds waits for nothing at all.
        r.assertBuildStatusSuccess(job.scheduleBuild2(0, LoginNumberJobs.number(NUMBER)));
    }

    @Test
    void memberWhoIsGoneSinceIsNotBuilt() throws Exception {
        FreeStyleProject job = offering(r.jenkins, "doubletick");
        String suggestion = new OfferedForm(r, job).suggestions("Asha").get(0);
        try (ScriptedServer left = new ScriptedServer(
                ScriptedServer.answer(200, team(member("Asha Rao", "919876543299"), member("Ravi", "919876543220"))))) {
            StandInExtension.use(left.url());
            for (Map.Entry<String, BuildRequests.Way> way : requests.ways().entrySet()) {
                String told = way.getValue().ask(job, suggestion);
                assertTrue(
                        told.contains(
                                "Parameter LOGIN_NUMBER: Nobody in the team fits this text; check the spelling, or give"
                                        + " the login number."),
                        way.getKey() + ": " + told);
            }
        }
        assertEquals(1, job.getNextBuildNumber());
    }

    @Test
    void markupAndControlCharactersAreHarmless() throws Exception {
        String name = "<img src=x onerror=alert(1)>\\u0007\\n\\u001B[31mRao\\u202E & 'Co'";
        try (ScriptedServer server =
                new ScriptedServer(ScriptedServer.answer(200, team(member(name, "919876543210"))))) {
            StandInExtension.use(server.url());
            FreeStyleProject job = offering(r.jenkins, "doubletick");
            OfferedForm form = new OfferedForm(r, job);
            String clean = "<img src=x onerror=alert(1)> Rao & 'Co'";
            assertEquals(List.of(clean + ", Agent, +91••••••3210"), form.suggestions("rao"));
            assertEquals("ok: This is &lt;img src=x onerror=alert(1)&gt; Rao &amp; 'Co', Agent", form.check(clean));
            String told = requests.form(job, "Ra");
            assertTrue(told.contains(clean), told);
            assertNull(requests.form(job, clean + ", Agent, +91••••••3210"));
            FreeStyleProject built = (FreeStyleProject) finished.await(job).getParent();
            assertEquals(clean, valueOf(built.getLastBuild()).memberName());
            String page = r.createWebClient()
                    .getPage(built.getLastBuild(), "parameters/")
                    .getWebResponse()
                    .getContentAsString();
            assertTrue(page.contains("&lt;img src=x onerror=alert(1)> Rao &amp; 'Co', +91••••••3210"), page);
            assertFalse(page.contains("<img src=x"), page);
        }
    }

    /** A member can choose the name: it must not be taken for a secret of Jenkins, nor keep the member from being built. */
    @Test
    void nameThatIsACiphertextIsAName() throws Exception {
        for (String name : List.of(Secret.fromString("TopSecret-1").getEncryptedValue(), "{AQ==}")) {
            try (ScriptedServer server =
                    new ScriptedServer(ScriptedServer.answer(200, team(member(name, NUMBER.substring(1)))))) {
                StandInExtension.use(server.url());
                FreeStyleProject job = offering(r.jenkins, "doubletick");
                TeamProvider.get().ask(job, "doubletick").get(1, TimeUnit.MINUTES);
                for (Map.Entry<String, BuildRequests.Way> way : requests.ways().entrySet()) {
                    for (String text : List.of(NUMBER, name)) {
                        assertNull(way.getValue().ask(job, text), way.getKey());
                        Run<?, ?> build = finished.await(job);
                        assertEquals(name, valueOf(build).memberName());
                        for (String page : List.of("api/json", "parameters/")) {
                            assertFalse(r.createWebClient()
                                    .goTo(build.getUrl() + page, null)
                                    .getWebResponse()
                                    .getContentAsString()
                                    .contains("TopSecret-1"));
                        }
                    }
                }
            }
        }
    }

    @Test
    void teamOfNone() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(200, team()))) {
            StandInExtension.use(server.url());
            OfferedForm form = new OfferedForm(r, offering(r.jenkins, "doubletick"));
            assertEquals(List.of(), form.suggestions("Asha"));
            assertEquals(
                    "error: Nobody in the team fits this text; check the spelling, or give the login number",
                    form.check("Asha"));
            assertEquals(
                    "warning: Nobody in the team has this number; make sure that it begins with the country code",
                    form.check(NUMBER));
        }
    }

    @Test
    void teamOfFiveThousand() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(200, members(5_000)))) {
            StandInExtension.use(server.url());
            FreeStyleProject job = offering(r.jenkins, "doubletick");
            OfferedForm form = new OfferedForm(r, job);
            assertEquals(
                    IntStream.range(0, 10)
                            .mapToObj(i -> "Member " + i + ", Agent, +91••••••000" + i)
                            .collect(Collectors.toList()),
                    form.suggestions("member"));
            assertEquals(List.of("Member 4321, Agent, +91••••••4321"), form.suggestions("mem 4321"));
            assertEquals("ok: This is Member 4321, Agent", form.check("Member 4321"));
            String part = form.check("Memb");
            assertTrue(part.endsWith("Member 4, Agent, +91••••••0004; and 4,995 more"), part);
            assertNull(requests.rest(job, "LOGIN_NUMBER", "Member 4999, Agent, +91••••••4999"));
            assertEquals("+919000004999", valueOf(finished.await(job)).getValue());
            assertEquals(1, server.requests().size());
        }
    }
}
