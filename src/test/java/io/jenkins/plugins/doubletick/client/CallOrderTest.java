package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls with one key wait for each other, and none of them waits for what is not sent any more. */
class CallOrderTest {

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    private DoubleTickClient client(ScriptedServer server) {
        return client(server, ClientFixture.FAST);
    }

    private DoubleTickClient client(ScriptedServer server, RetryPolicy policy) {
        return new DoubleTickClient(new OkHttpClient(), HttpUrl.get(server.url()), "test/1", policy, timer);
    }

    private static RetryPolicy policy(Duration firstWait, int requestsPerSecond) {
        return new RetryPolicy(
                4, firstWait, Duration.ofSeconds(60), Duration.ofMinutes(3), Duration.ofSeconds(30), requestsPerSecond);
    }

    private static CompletableFuture<LogoutResult> logout(DoubleTickClient client) throws DoubleTickException {
        return logout(client, CallListener.NONE);
    }

    private static CompletableFuture<LogoutResult> logout(DoubleTickClient client, CallListener listener)
            throws DoubleTickException {
        return client.logout(ClientFixture.key(), LoginNumber.parse(DoubleTickStandIn.MEMBER), listener);
    }

    private static void assertSuccess(CompletableFuture<LogoutResult> logout) throws Exception {
        assertEquals(201, logout.get(1, TimeUnit.MINUTES).status());
    }

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, StackOverflowError.class})
    void listenerThatThrows(Class<? extends Throwable> type) throws Exception {
        AtomicInteger retries = new AtomicInteger();
        AtomicInteger heldBack = new AtomicInteger();
        CountDownLatch allAreThere = new CountDownLatch(1);
        CallListener listener = new CallListener() {
            @Override
            public void retrying(DoubleTickException failure, int tries, Duration wait) {
                retries.incrementAndGet();
                throwUnchecked(type);
            }

            @Override
            public void heldBack(Duration wait) {
                heldBack.incrementAndGet();
                throwUnchecked(type);
            }
        };
        try (ScriptedServer server = new ScriptedServer(
                (socket, itself) -> {
                    allAreThere.await();
                    ScriptedServer.answer(429, "").to(socket, itself);
                },
                ScriptedServer.answer(503, ""),
                ScriptedServer.success())) {
            DoubleTickClient client = client(server, policy(Duration.ofMillis(200), 1000));
            List<CompletableFuture<LogoutResult>> logouts = List.of(logout(client, listener), logout(client, listener));
            allAreThere.countDown();
            for (CompletableFuture<LogoutResult> logout : logouts) {
                assertSuccess(logout);
            }
            assertEquals(2, retries.get());
            assertEquals(1, heldBack.get());
        }
    }

    private static void throwUnchecked(Class<? extends Throwable> type) {
        if (type == StackOverflowError.class) {
            throw new StackOverflowError("The listener is broken");
        }
        throw new IllegalStateException("The listener is broken");
    }

    @Test
    void keyIsCheckedBeforeLogoutsThatWait() throws Exception {
        CountDownLatch allAreThere = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(
                (socket, itself) -> {
                    allAreThere.await();
                    ScriptedServer.success().to(socket, itself);
                },
                ScriptedServer.answer(200, "[]"),
                ScriptedServer.success())) {
            DoubleTickClient client = client(server, policy(Duration.ofMillis(2), 5));
            List<CompletableFuture<LogoutResult>> logouts = List.of(logout(client), logout(client));
            CompletableFuture<Void> check = client.checkKey(ClientFixture.key());
            allAreThere.countDown();

            check.get(1, TimeUnit.MINUTES);
            for (CompletableFuture<LogoutResult> logout : logouts) {
                assertSuccess(logout);
            }
            assertTrue(server.requests().get(1).startsWith("GET /roles "), server.requests()::toString);
        }
    }

    @Test
    void checkOfAKeySaysAtOnceThatItIsRefused() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(429, ""))) {
            DoubleTickException failure = ClientFixture.failureOf(client(server).checkKey(ClientFixture.key()));
            assertEquals(Reason.RATE_LIMITED, failure.reason());
            assertEquals(1, failure.tries());
        }
    }

    @Test
    void triesAreAsFarApartAsThePolicySays() throws Exception {
        BlockingQueue<Duration> waits = new LinkedBlockingQueue<>();
        ScheduledThreadPoolExecutor recorder = new ScheduledThreadPoolExecutor(1) {
            @Override
            public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
                waits.add(Duration.of(delay, unit.toChronoUnit()));
                return super.schedule(task, delay, unit);
            }
        };
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(503, ""), ScriptedServer.success())) {
            RetryPolicy hours = policy(Duration.ofHours(10), 1000);
            CompletableFuture<LogoutResult> logout = logout(
                    new DoubleTickClient(new OkHttpClient(), HttpUrl.get(server.url()), "test/1", hours, recorder));
            Duration wait = waits.poll(1, TimeUnit.MINUTES);
            while (wait != null && wait.compareTo(Duration.ofHours(1)) < 0) { // The limits of the first request.
                wait = waits.poll(1, TimeUnit.MINUTES);
            }
            assertNotNull(wait, "The second try did not wait");
            logout.cancel(true);
            assertEquals(1, server.requests().size());
        } finally {
            recorder.shutdownNow();
        }
    }

    /** DoubleTick says nothing but 429; what has no answer at all does not count. */
    @Test
    void brokenConnectionsBetweenRefusalsDoNotKeepACallWaiting() throws Exception {
        RetryPolicy policy = new RetryPolicy(
                100,
                Duration.ofMillis(20),
                Duration.ofSeconds(60),
                Duration.ofMillis(300),
                Duration.ofSeconds(30),
                1000);
        AtomicInteger requests = new AtomicInteger();
        try (ScriptedServer server = new ScriptedServer((socket, itself) -> (requests.incrementAndGet() % 2 == 1
                        ? ScriptedServer.answer(429, "{}")
                        : ScriptedServer.reset())
                .to(socket, itself))) {
            assertEquals(
                    Reason.RATE_LIMITED,
                    ClientFixture.failureOf(logout(client(server, policy))).reason());
        }
    }

    /** DoubleTick may limit requests for the team by themselves. */
    @Test
    void refusedRequestForTheTeamKeepsNoLogoutWaiting() throws Exception {
        RetryPolicy policy = new RetryPolicy(
                4, Duration.ofMillis(20), Duration.ofSeconds(60), Duration.ofMillis(500), Duration.ofSeconds(30), 1000);
        CountDownLatch allAreThere = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer((socket, itself) -> {
            allAreThere.await();
            boolean isTeam = itself.requests().get(itself.requests().size() - 1).startsWith("GET /team ");
            (isTeam ? ScriptedServer.answer(429, "{}") : ScriptedServer.success()).to(socket, itself);
        })) {
            DoubleTickClient client = client(server, policy);
            CompletableFuture<Team> team = client.team(ClientFixture.key());
            List<CompletableFuture<LogoutResult>> logouts = List.of(logout(client), logout(client), logout(client));
            allAreThere.countDown();
            for (CompletableFuture<LogoutResult> logout : logouts) {
                assertSuccess(logout);
            }
            assertEquals(Reason.RATE_LIMITED, ClientFixture.failureOf(team).reason());
        }
    }

    @Test
    void cancelledWhileItWaits() throws Exception {
        CountDownLatch cancelled = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(
                (socket, itself) -> {
                    cancelled.await();
                    ScriptedServer.answer(503, "", "Retry-After: 50").to(socket, itself);
                },
                ScriptedServer.success())) {
            DoubleTickClient client = client(server);
            CountDownLatch retrying = new CountDownLatch(1);
            CompletableFuture<LogoutResult> first = logout(client, new CallListener() {
                @Override
                public void retrying(DoubleTickException failure, int tries, Duration wait) {
                    retrying.countDown();
                }

                @Override
                public void heldBack(Duration wait) {}
            });
            server.awaitRequest();
            CompletableFuture<LogoutResult> second = logout(client);
            CompletableFuture<LogoutResult> third = logout(client);
            second.cancel(true);
            cancelled.countDown();
            assertTrue(retrying.await(1, TimeUnit.MINUTES));
            first.cancel(true);
            assertSuccess(third);
            assertEquals(2, server.requests().size());
            timer.shutdown();
            assertTrue(timer.awaitTermination(10, TimeUnit.SECONDS), "Something is left for the timer to do");
        }
    }

    @Test
    void noMoreThan32RequestsAtATime() throws Exception {
        int many = DoubleTickClient.MAX_REQUESTS + 10;
        AtomicInteger inFlight = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch sent = new CountDownLatch(DoubleTickClient.MAX_REQUESTS);
        CountDownLatch answer = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer((socket, itself) -> {
            most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
            sent.countDown();
            answer.await();
            inFlight.decrementAndGet();
            ScriptedServer.success().to(socket, itself);
        })) {
            DoubleTickClient client = client(server);
            List<CompletableFuture<LogoutResult>> logouts = new ArrayList<>();
            // Each with a key of its own, since one key begins with one request at a time.
            for (int i = 0; i < many; i++) {
                logouts.add(client.logout(
                        ApiKey.parse("key_" + i), LoginNumber.parse(DoubleTickStandIn.MEMBER), CallListener.NONE));
            }
            assertTrue(sent.await(1, TimeUnit.MINUTES));
            assertEquals(
                    List.of(),
                    Thread.getAllStackTraces().keySet().stream()
                            .filter(thread -> thread.getName().startsWith("DoubleTick request") && !thread.isDaemon())
                            .toList(),
                    "Threads that keep Jenkins from ending");
            answer.countDown();
            for (CompletableFuture<LogoutResult> logout : logouts) {
                assertSuccess(logout);
            }
            assertEquals(many, server.requests().size());
            assertEquals(32, most.get());
        }
    }
}
