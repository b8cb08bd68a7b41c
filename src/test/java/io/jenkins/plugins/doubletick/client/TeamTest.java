package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import okio.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading the team, over HTTP. */
class TeamTest {

    @Test
    void membersOfTheStandIn() throws Exception {
        try (DoubleTickStandIn standIn = new DoubleTickStandIn(0);
                ClientFixture fixture = new ClientFixture(standIn.url())) {
            Team team = ask(fixture).get(1, TimeUnit.MINUTES);

            assertEquals(
                    List.of(
                            "Asha Rao|asha.rao@example.com|Agent|false|+91••••••3210",
                            "Daniel Okafor|daniel.okafor@example.com|Manager|false|+12•••••0123",
                            "Meera Iyer|meera.iyer@example.com|Admin|true|+91••••••3201",
                            "Ravi Kumar|null|Agent|false|+91••••••3220",
                            "O'Neil, Sam (night shift)|sam.oneil@example.com|Agent|false|+91••••••3230",
                            "Zoë Brandt|zoe.brandt@example.com|Agent|false|null",
                            "Priya Nair|priya.nair@example.com|Agent|false|+91••••••3288",
                            "Priya Nair|priya.n@example.com|Agent|false|+91••••••3288"),
                    team.members().stream().map(TeamTest::describe).toList());
            assertEquals(
                    8, team.members().stream().map(TeamMember::id).distinct().count());
            assertEquals(
                    List.of(new DoubleTickStandIn.Request("GET", "/team", DoubleTickStandIn.KEY, null, "test/1", "")),
                    standIn.requests());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"+919876543230", "91 98765-43230"})
    void memberIsFoundByTheDigitsOfANumber(String number) throws Exception {
        try (DoubleTickStandIn standIn = new DoubleTickStandIn(0);
                ClientFixture fixture = new ClientFixture(standIn.url())) {
            Team team = ask(fixture).get(1, TimeUnit.MINUTES);

            assertEquals(
                    "O'Neil, Sam (night shift)",
                    team.find(LoginNumber.parse(number)).name());
            assertNull(team.find(LoginNumber.parse(DoubleTickStandIn.NOT_A_MEMBER)));
        }
    }

    private static String describe(TeamMember member) {
        return member.name() + "|" + member.email() + "|" + member.role() + "|" + member.owner() + "|"
                + member.loginNumber();
    }

    @Test
    void nothingButTheListIsNeeded() throws Exception {
        Team team = read(
                "{\"page\":{\"data\":[1]},\"data\":[{},{\"name\":null,\"phone\":7,\"email\":{}},"
                        + "{\"name\":\"A\",\"phone\":\"call 0800\",\"status\":\"ACTIVE\",\"reportingManager\":[{\"name\":\"B\"}]}]}");

        assertEquals(
                List.of("|null|null|false|null", "|null|null|false|null", "A|null|null|false|null"),
                team.members().stream().map(TeamTest::describe).toList());
        assertEquals(List.of(), read("{\"data\":[]}").members());
    }

    @Test
    void textsAreOneLineEachAndWithoutTheKey() throws Exception {
        String name = "<b>Asha</b>\\u0007\\n\\u001B[31mRao\\u202E " + DoubleTickStandIn.KEY;
        TeamMember member = read("{\"data\":[{\"id\":\"" + name + "\",\"name\":\"" + name + "\",\"email\":\"" + name
                        + "\",\"orgRoleName\":\"" + name + "\"}]}")
                .members()
                .get(0);

        // The markup stays: it is text, and views escape it.
        String cleaned = "<b>Asha</b> Rao ****";
        assertEquals(new TeamMember(cleaned, cleaned, cleaned, cleaned, false, null), member);
        String longest = "n".repeat(100);
        assertEquals(
                longest,
                read("{\"data\":[{\"name\":\"" + longest + "\"}]}")
                        .members()
                        .get(0)
                        .name());
        assertEquals(
                101,
                read("{\"data\":[{\"name\":\"" + "n".repeat(5000) + "\"}]}")
                        .members()
                        .get(0)
                        .name()
                        .length());
    }

    @Test
    void tenThousandMembersFit() throws Exception {
        assertEquals(10_000, read(teamOf(10_000)).members().size());

        DoubleTickException failure = failure(200, teamOf(10_001));
        assertEquals(Reason.TEAM_TOO_LARGE, failure.reason());
        assertEquals(
                "The list of members is too large: it has more than 10000, or more of each than is read",
                failure.getMessage());
    }

    private static String teamOf(int size) {
        return IntStream.range(0, size)
                .mapToObj(i -> "{\"id\":\"" + i + "\",\"name\":\"Member " + i + "\",\"phone\":\"91"
                        + (9_000_000_000L + i) + "\"}")
                .collect(Collectors.joining(",", "{\"data\":[", "]}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html>",
                "null",
                "[]",
                "{}",
                "{\"data\":{}}",
                "{\"data\":[",
                "{\"data\":[{\"name\":\"A",
                "{\"data\":[]",
                "{\"data\":[{}}"
            })
    void anythingButAListIsNoTeam(String body) throws Exception {
        DoubleTickException failure = failure(200, body);
        assertEquals(Reason.NOT_CONFIRMED, failure.reason());
        assertEquals("DoubleTick answered 200, but without a list of members", failure.getMessage());
    }

    @Test
    void aCutAnswerIsAskedForAgain() throws Exception {
        ScriptedServer.Reply cut = (socket, server) -> {
            socket.getOutputStream().write(ScriptedServer.head(200, "Content-Length: 5000"));
            socket.getOutputStream().write("{\"data\":[{\"name\":\"A\"},".getBytes(StandardCharsets.UTF_8));
        };
        try (ScriptedServer server = new ScriptedServer(cut, ScriptedServer.answer(200, teamOf(2)));
                ClientFixture fixture = new ClientFixture(server.url())) {
            assertEquals(2, ask(fixture).get(1, TimeUnit.MINUTES).members().size());
        }
        try (ScriptedServer server = new ScriptedServer(cut);
                ClientFixture fixture = new ClientFixture(server.url())) {
            assertEquals(
                    Reason.CONNECTION_LOST,
                    ClientFixture.failureOf(ask(fixture)).reason());
            assertEquals(4, server.requests().size());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "401, API_KEY_REJECTED, 1, DoubleTick answered 401: No **** here",
        "403, API_KEY_FORBIDDEN, 1, DoubleTick answered 403: No **** here",
        "302, REDIRECTED, 1, 'DoubleTick answered 302, a redirect to ?, which is not followed: No **** here'",
        "503, SERVER_ERROR, 4, DoubleTick answered 503: No **** here (4 tries)",
        "404, UNEXPECTED_STATUS, 1, DoubleTick answered 404: No **** here"
    })
    void errors(int status, Reason reason, int tries, String message) throws Exception {
        DoubleTickException failure = failure(status, "{\"message\":\"No " + DoubleTickStandIn.KEY + " here\"}");
        assertEquals(reason, failure.reason());
        assertEquals(tries, failure.tries());
        assertEquals(message, failure.getMessage());
    }

    @Test
    void rateLimitIsWaitedFor() throws Exception {
        try (ScriptedServer server =
                        new ScriptedServer(ScriptedServer.answer(429, "{}"), ScriptedServer.answer(200, teamOf(1)));
                ClientFixture fixture = new ClientFixture(server.url())) {
            assertEquals(1, ask(fixture).get(1, TimeUnit.MINUTES).members().size());
        }
    }

    @Test
    void noConnection() throws Exception {
        ScriptedServer closed = new ScriptedServer(ScriptedServer.success());
        closed.close();
        try (ClientFixture fixture = new ClientFixture(closed.url())) {
            assertEquals(
                    Reason.CONNECTION_FAILED,
                    ClientFixture.failureOf(ask(fixture)).reason());
        }
    }

    @Test
    void oneRequestForAllWhoAskAtOnce() throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        ScriptedServer.Reply late = (socket, server) -> {
            answered.await();
            ScriptedServer.answer(200, teamOf(3)).to(socket, server);
        };
        try (ScriptedServer server = new ScriptedServer(late);
                ClientFixture fixture = new ClientFixture(server.url())) {
            List<CompletableFuture<Team>> askers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                askers.add(ask(fixture));
            }
            server.awaitRequest();
            askers.get(0).cancel(true);
            CompletableFuture<Team> otherKey = fixture.client.team(ApiKey.parse(DoubleTickStandIn.SECOND_KEY));
            assertTrue(server.awaitRequest().contains(DoubleTickStandIn.SECOND_KEY));
            assertFalse(askers.get(1).isDone());
            answered.countDown();

            Team team = askers.get(1).get(1, TimeUnit.MINUTES);
            for (CompletableFuture<Team> asker : askers.subList(1, 100)) {
                assertSame(team, asker.get(1, TimeUnit.MINUTES));
            }
            assertTrue(askers.get(0).isCancelled());
            assertNotSame(team, otherKey.get(1, TimeUnit.MINUTES));
            assertEquals(2, server.requests().size());
        }
    }

    /** {@code String.hashCode} is the same for both. */
    @Test
    void keysWithTheSameHashHaveTeamsOfTheirOwn() throws Exception {
        try (ScriptedServer server = new ScriptedServer(
                        ScriptedServer.answer(200, teamOf(1)), ScriptedServer.answer(200, teamOf(2)));
                ClientFixture fixture = new ClientFixture(server.url())) {
            for (String key : List.of("key_Aa", "key_BB")) {
                fixture.client.team(ApiKey.parse(key)).get(1, TimeUnit.MINUTES);
                assertTrue(server.awaitRequest().contains(key));
            }
        }
    }

    @Test
    void aFailureIsNotKept() throws Exception {
        try (ScriptedServer server =
                        new ScriptedServer(ScriptedServer.answer(401, "{}"), ScriptedServer.answer(200, teamOf(1)));
                ClientFixture fixture = new ClientFixture(server.url())) {
            assertEquals(
                    Reason.API_KEY_REJECTED,
                    ClientFixture.failureOf(ask(fixture)).reason());
            assertEquals(1, ask(fixture).get(1, TimeUnit.MINUTES).members().size());
        }
    }

    @Test
    void aTeamIsKeptForHalfAMinute() {
        VirtualTime time = new VirtualTime();
        TeamCache cache = new TeamCache(time, TeamCache.USUAL, Duration.ZERO);
        Team first = new Team(List.of());
        Team second = new Team(List.of());

        CompletableFuture<Team> request = new CompletableFuture<>();
        CompletableFuture<Team> asked = cache.get(ByteString.of(), () -> request);
        Runnable answer = () -> request.complete(first);
        time.schedule(answer, 10, TimeUnit.SECONDS);
        time.schedule(
                () -> assertSame(first, cache.get(ByteString.of(), () -> null).join()), 39, TimeUnit.SECONDS);
        time.runAll();

        assertSame(first, asked.join());
        assertEquals(TimeUnit.SECONDS.toNanos(40), time.now());
        assertSame(
                second,
                cache.get(ByteString.of(), () -> CompletableFuture.completedFuture(second))
                        .join());
    }

    private static CompletableFuture<Team> ask(ClientFixture fixture) throws DoubleTickException {
        return fixture.client.team(ClientFixture.key());
    }

    private static Team read(String body) throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(200, body));
                ClientFixture fixture = new ClientFixture(server.url())) {
            return ask(fixture).get(1, TimeUnit.MINUTES);
        }
    }

    private static DoubleTickException failure(int status, String body) throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(status, body));
                ClientFixture fixture = new ClientFixture(server.url())) {
            return ClientFixture.failureOf(ask(fixture));
        }
    }
}
