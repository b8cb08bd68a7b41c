package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The team, over HTTP. {@link TeamResponseTest} has the odd responses, {@link TeamCacheTest} the times. */
class TeamTest {

    private static final ScriptedServer.Reply TEAM = ScriptedServer.answer(200, "{\"data\":[{\"name\":\"Asha Rao\"}]}");

    @Test
    void membersOfTheStandIn() throws Exception {
        try (DoubleTickStandIn standIn = new DoubleTickStandIn(0);
                ClientFixture fixture = new ClientFixture(standIn.url())) {
            assertEquals(
                    List.of(
                            "Asha Rao|asha.rao@example.com|Agent|false|+91••••••3210",
                            "Daniel Okafor|daniel.okafor@example.com|Manager|false|+12•••••0123",
                            "Meera Iyer|meera.iyer@example.com|Admin|true|+91••••••3201",
                            "Ravi Kumar|null|Agent|false|+91••••••3220",
                            "O'Neil, Sam (night shift)|sam.oneil@example.com|Agent|false|+91••••••3230",
                            "Zoë Brandt|zoe.brandt@example.com|Agent|false|null",
                            "Priya Nair|priya.nair@example.com|Agent|false|+91••••••3288",
                            "Priya Nair|priya.n@example.com|Agent|false|+91••••••3288",
                            "ليلى حسن|laila.hassan@example.com|Agent|false|+20••••••4567"),
                    get(ask(fixture)).team().members().stream()
                            .map(TeamResponseTest::describe)
                            .toList());
            assertEquals(
                    List.of(new DoubleTickStandIn.Request("GET", "/team", DoubleTickStandIn.KEY, null, "test/1", "")),
                    standIn.requests());
        }
    }

    @Test
    void simultaneousCallersShareOneRequest() throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        ScriptedServer.Reply late = (socket, server) -> {
            answered.await();
            TEAM.to(socket, server);
        };
        try (ScriptedServer server = new ScriptedServer(late);
                ClientFixture fixture = new ClientFixture(server.url())) {
            CompletableFuture<TeamResult> first = ask(fixture);
            CompletableFuture<TeamResult> second = ask(fixture);
            CompletableFuture<TeamResult> cancelled = ask(fixture);
            server.awaitRequest();
            cancelled.cancel(true);
            CompletableFuture<TeamResult> otherKey =
                    fixture.client.team(ApiKey.parse(DoubleTickStandIn.SECOND_KEY), Duration.ZERO);
            assertTrue(server.awaitRequest().contains(DoubleTickStandIn.SECOND_KEY));
            assertFalse(first.isDone());
            answered.countDown();

            Team team = get(first).team();
            assertSame(team, get(second).team());
            assertSame(team, get(ask(fixture)).team());
            assertEquals("Asha Rao", get(otherKey).team().members().get(0).name());
            assertEquals(2, server.requests().size());
        }
    }

    @Test
    void failureHasNoKeyAndIsAskedAgain() throws Exception {
        String body = "{\"message\":\"No " + DoubleTickStandIn.KEY + " here\"}";
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(403, body), TEAM);
                ClientFixture fixture = new ClientFixture(server.url())) {
            DoubleTickException failure = ClientFixture.failureOf(ask(fixture));
            assertEquals(Reason.API_KEY_FORBIDDEN, failure.reason());
            assertEquals("DoubleTick answered 403: No **** here", failure.getMessage());
            assertSame(failure, ClientFixture.failureOf(fixture.client.team(ClientFixture.key(), TeamCache.KEPT)));
            assertFalse(get(ask(fixture)).kept());
            assertTrue(get(ask(fixture)).kept());
        }
    }

    private static CompletableFuture<TeamResult> ask(ClientFixture fixture) throws DoubleTickException {
        return fixture.client.team(ClientFixture.key(), Duration.ZERO);
    }

    private static TeamResult get(CompletableFuture<TeamResult> future) throws Exception {
        return future.get(1, TimeUnit.MINUTES);
    }
}
