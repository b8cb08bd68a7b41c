package io.jenkins.plugins.doubletick.client;

import static io.jenkins.plugins.doubletick.client.ClientFixture.failureOf;
import static io.jenkins.plugins.doubletick.client.ClientFixture.key;
import static io.jenkins.plugins.doubletick.client.ClientFixture.resultOf;
import static io.jenkins.plugins.doubletick.client.ScriptedServer.after;
import static io.jenkins.plugins.doubletick.client.ScriptedServer.answer;
import static io.jenkins.plugins.doubletick.client.ScriptedServer.success;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Which of several calls with one key is sent first, and how they share what a 429 means. */
class CallOrderTest {

    private static void limit(ClientFixture settings, int requestsPerSecond, long patienceMillis) {
        settings.limit = new RateLimit(requestsPerSecond, Duration.ofMillis(20), Duration.ofMillis(patienceMillis));
    }

    private static void assertSuccess(List<CompletableFuture<LogoutResult>> logouts) throws Exception {
        for (CompletableFuture<LogoutResult> logout : logouts) {
            assertEquals(201, resultOf(logout).status());
        }
    }

    @Test
    void keyIsCheckedBeforeLogoutsThatWait() throws Exception {
        CountDownLatch all = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(after(all, success()), answer(200, "[]"), success());
                ClientFixture fixture = new ClientFixture(server.url(), s -> limit(s, 100, 1000))) {
            List<CompletableFuture<LogoutResult>> logouts = List.of(fixture.send(), fixture.send());
            CompletableFuture<Void> check = fixture.client.checkKey(key());
            all.countDown();
            resultOf(check);
            assertSuccess(logouts);
            assertTrue(server.requests().get(1).startsWith("GET /roles "), server.requests()::toString);
        }
    }

    @Test
    void checkOfAKeyFailsAtOnceWith429() throws Exception {
        try (ScriptedServer server = new ScriptedServer(answer(429, ""));
                ClientFixture fixture = new ClientFixture(server.url())) {
            DoubleTickException failure = failureOf(fixture.client.checkKey(key()));
            assertEquals(Reason.RATE_LIMITED, failure.reason());
            assertEquals(1, failure.tries());
        }
    }

    /** DoubleTick may have a limit for the team alone. */
    @Test
    void refusedRequestForTheTeamKeepsNoLogoutWaiting() throws Exception {
        CountDownLatch all = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(after(all, (socket, itself) -> {
                    boolean isTeam = itself.latestRequest().startsWith("GET /team ");
                    (isTeam ? answer(429, "{}") : success()).to(socket, itself);
                }));
                ClientFixture fixture = new ClientFixture(server.url(), s -> limit(s, 1000, 60_000))) {
            CompletableFuture<TeamResult> team = fixture.client.team(key(), Duration.ZERO);
            List<CompletableFuture<LogoutResult>> logouts = List.of(fixture.send(), fixture.send(), fixture.send());
            all.countDown();
            assertSuccess(logouts);
            assertTrue(team.cancel(true));
        }
    }

    /** A request without an answer does not end the time in which nothing but 429 is answered. */
    @Test
    void brokenConnectionsBetweenRefusalsDoNotKeepACallWaiting() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        try (ScriptedServer server = new ScriptedServer((socket, itself) -> (requests.incrementAndGet() % 2 == 1
                                ? answer(429, "{}")
                                : ScriptedServer.reset())
                        .to(socket, itself));
                ClientFixture fixture = new ClientFixture(server.url(), settings -> {
                    settings.retry = new Retry(100, Duration.ofMillis(20));
                    limit(settings, 1000, 300);
                })) {
            assertEquals(Reason.RATE_LIMITED, failureOf(fixture.send()).reason());
        }
    }

    /** The NestJS throttler and nginx answer 429 to some of many logouts at once. */
    @Test
    void allMembersAreLoggedOutDespiteARateLimit() throws Exception {
        RateLimitedReply nestJs = RateLimitedReply.nestJs(10, Duration.ofSeconds(1));
        RateLimitedReply nginx = RateLimitedReply.nginx(10, 5);
        try (ScriptedServer first = new ScriptedServer(nestJs);
                ScriptedServer second = new ScriptedServer(nginx);
                ClientFixture one = new ClientFixture(first.url(), settings -> settings.limit = RateLimit.DEFAULT);
                ClientFixture other = new ClientFixture(second.url(), settings -> settings.limit = RateLimit.DEFAULT)) {
            List<CompletableFuture<LogoutResult>> logouts = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                logouts.add(one.send());
                logouts.add(other.send());
            }
            assertSuccess(logouts);
        }
        for (RateLimitedReply reply : List.of(nestJs, nginx)) {
            assertEquals(20, reply.confirmed());
            assertTrue(reply.refused() > 0 && reply.refused() <= 8, () -> "Refused " + reply.refused());
        }
    }
}
