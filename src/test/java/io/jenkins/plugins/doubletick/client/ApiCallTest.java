package io.jenkins.plugins.doubletick.client;

import static io.jenkins.plugins.doubletick.client.ClientFixture.failureOf;
import static io.jenkins.plugins.doubletick.client.ClientFixture.key;
import static io.jenkins.plugins.doubletick.client.ClientFixture.resultOf;
import static io.jenkins.plugins.doubletick.client.ScriptedServer.after;
import static io.jenkins.plugins.doubletick.client.ScriptedServer.answer;
import static io.jenkins.plugins.doubletick.client.ScriptedServer.success;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever fails on this side of the network, each call ends, and the next one with the same key is sent. */
class ApiCallTest {

    private static final Logger LOGGER = Logger.getLogger(ApiCall.class.getName());
    private static final String INTERNAL = "Jenkins could not send the request or read the response: ";

    private static CompletableFuture<LogoutResult> send(ClientFixture fixture, int key) throws DoubleTickException {
        return fixture.client.logout(
                ApiKey.parse("key_" + key), LoginNumber.parse(DoubleTickStandIn.MEMBER), CallListener.NONE);
    }

    private static void assertSuccess(CompletableFuture<LogoutResult> logout) throws Exception {
        assertEquals(201, resultOf(logout).status());
    }

    private static void assertInternal(String cause, CompletableFuture<LogoutResult> logout) {
        DoubleTickException failure = failureOf(logout);
        assertEquals(Reason.INTERNAL, failure.reason());
        assertEquals(INTERNAL + cause + " (4 tries)", failure.getMessage());
        assertEquals(4, failure.tries());
    }

    @Test
    void timerThatTakesNoRequest() throws Exception {
        try (ScriptedServer server = new ScriptedServer(success());
                ClientFixture fixture = new ClientFixture(server.url())) {
            fixture.timer.refuses = true;
            for (int i = 0; i < 2; i++) {
                CompletableFuture<LogoutResult> logout = fixture.send();
                assertThrows(ExecutionException.class, () -> resultOf(logout));
            }
            fixture.timer.refuses = false;
            assertSuccess(fixture.send());
            assertEquals(1, server.requests().size());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {201, 429, 503})
    void timerThatTakesNoFurtherRequest(int status) throws Exception {
        CountDownLatch refuses = new CountDownLatch(1);
        try (ScriptedServer server =
                        new ScriptedServer(after(refuses, answer(status, "{\"success\":true}")), success());
                ClientFixture fixture = new ClientFixture(server.url())) {
            CompletableFuture<LogoutResult> logout = fixture.send();
            CompletableFuture<LogoutResult> queued = fixture.send();
            server.awaitRequest();
            fixture.timer.refuses = true;
            refuses.countDown();
            if (status == 201) {
                assertSuccess(logout);
            } else {
                assertThrows(ExecutionException.class, () -> resultOf(logout));
            }
            assertThrows(ExecutionException.class, () -> resultOf(queued));
            fixture.timer.refuses = false;
            assertSuccess(fixture.send());
        }
    }

    /** In sending a request, and in making it, which fails on the thread that gives the call its turn. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void errorInOkHttp(boolean inMaking) throws Exception {
        AtomicInteger requests = new AtomicInteger();
        Runnable fail = () -> {
            if (requests.incrementAndGet() <= 4) {
                throw new StackOverflowError("deep");
            }
        };
        OkHttpClient.Builder http = new OkHttpClient.Builder();
        if (inMaking) {
            http.eventListenerFactory(call -> {
                fail.run();
                return EventListener.NONE;
            });
        } else {
            http.addInterceptor(chain -> {
                fail.run();
                return chain.proceed(chain.request());
            });
        }
        try (ScriptedServer server = new ScriptedServer(success());
                ClientFixture fixture = new ClientFixture(server.url(), s -> s.http = http.build())) {
            CompletableFuture<LogoutResult> logout = fixture.send();
            assertInternal("java.lang.StackOverflowError: deep", logout);
            Throwable cause = failureOf(logout).getCause();
            assertEquals("java.lang.StackOverflowError: deep", cause.getMessage());
            assertEquals(getClass().getName(), cause.getStackTrace()[0].getClassName());
            assertSuccess(fixture.send());
        }
    }

    /** There is no thread for the first requests. */
    private static Executor lackingThreads(int failures) {
        AtomicInteger count = new AtomicInteger();
        Executor pool = DoubleTickClient.pool();
        return task -> {
            if (count.incrementAndGet() <= failures) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            pool.execute(task);
        };
    }

    @Test
    void missingThreadFailsOneCallAndNoOther() throws Exception {
        try (ScriptedServer server = new ScriptedServer(success());
                ClientFixture fixture = new ClientFixture(server.url(), s -> s.threads = lackingThreads(4))) {
            assertInternal("java.lang.OutOfMemoryError: unable to create native thread", fixture.send());
            assertSuccess(fixture.send());
        }
    }

    /** OkHttp cannot end what hangs there, and it holds a thread; the last call does not even get one. */
    @Test
    void hostNamesThatAreNotResolved() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        List<CompletableFuture<LogoutResult>> logouts = new ArrayList<>();
        try (ScriptedServer server = new ScriptedServer(success());
                ClientFixture fixture = new ClientFixture("http://localhost:" + server.port(), settings -> {
                    settings.http = ClientFixture.hangingUntil(end, 100);
                    settings.retry = Retry.NEVER;
                    settings.timeouts =
                            new Timeouts(Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofMillis(1));
                })) {
            // Each with a key of its own, so that none waits for another.
            for (int i = 0; i <= DoubleTickClient.MAX_REQUESTS; i++) {
                logouts.add(send(fixture, i));
            }
            for (CompletableFuture<LogoutResult> logout : logouts) {
                assertEquals(Reason.TIMED_OUT, failureOf(logout).reason());
            }
            end.countDown();
        }
    }

    @Test
    void atMost32RequestsAreInFlight() throws Exception {
        int many = DoubleTickClient.MAX_REQUESTS + 10;
        AtomicInteger inFlight = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch sent = new CountDownLatch(DoubleTickClient.MAX_REQUESTS);
        CountDownLatch end = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer((socket, itself) -> {
                    most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
                    sent.countDown();
                    end.await();
                    inFlight.decrementAndGet();
                    success().to(socket, itself);
                });
                ClientFixture fixture = new ClientFixture(server.url())) {
            List<CompletableFuture<LogoutResult>> logouts = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                logouts.add(send(fixture, i));
            }
            assertTrue(sent.await(1, TimeUnit.MINUTES));
            assertTrue(
                    Thread.getAllStackTraces().keySet().stream()
                            .filter(thread -> thread.getName().startsWith("DoubleTick request"))
                            .allMatch(Thread::isDaemon),
                    "Threads that keep Jenkins from ending");
            end.countDown();
            for (CompletableFuture<LogoutResult> logout : logouts) {
                assertSuccess(logout);
            }
            assertEquals(many, server.requests().size());
            assertEquals(32, most.get());
        }
    }

    @Test
    void listenerThatThrows() throws Exception {
        CountDownLatch both = new CountDownLatch(1);
        LOGGER.setLevel(Level.OFF);
        try (ScriptedServer server = new ScriptedServer(after(both, answer(429, "")), answer(503, ""), success());
                ClientFixture fixture = new ClientFixture(server.url(), ApiCallTest::pauseLonger)) {
            fixture.onRetry = () -> {
                throw new StackOverflowError("The listener is broken");
            };
            fixture.onPause = () -> {
                throw new IllegalStateException("The listener is broken");
            };
            CompletableFuture<LogoutResult> first = fixture.send();
            CompletableFuture<LogoutResult> second = fixture.send();
            both.countDown();
            assertSuccess(first);
            assertSuccess(second);
            assertEquals(
                    List.of("rate limited", "retrying RATE_LIMITED 1", "retrying SERVER_ERROR 2"), fixture.reports);
        } finally {
            LOGGER.setLevel(null);
        }
    }

    private static void pauseLonger(ClientFixture settings) {
        settings.limit = new RateLimit(1000, Duration.ofMillis(200), Duration.ofMinutes(3));
    }

    @Test
    void nothingOfAKeyIsKept() throws Exception {
        try (DoubleTickStandIn standIn = new DoubleTickStandIn(0);
                ClientFixture fixture = new ClientFixture(standIn.url())) {
            WeakReference<ApiKey> key = used(fixture.client);
            for (int i = 0; i < 200 && key.get() != null; i++) {
                System.gc();
            }
            assertNotNull(fixture.client);
            assertNull(key.get());
        }
    }

    private static WeakReference<ApiKey> used(DoubleTickClient client) throws Exception {
        ApiKey key = key();
        resultOf(client.logout(key, LoginNumber.parse(DoubleTickStandIn.MEMBER), CallListener.NONE));
        resultOf(client.checkKey(key));
        resultOf(client.team(key, Duration.ZERO));
        return new WeakReference<>(key);
    }

    private enum Call {
        LOGOUT,
        ROLES,
        TEAM;

        DoubleTickException failure(ClientFixture fixture) throws Exception {
            return failureOf(
                    switch (this) {
                        case LOGOUT -> fixture.send();
                        case ROLES -> fixture.client.checkKey(key());
                        case TEAM -> fixture.client.team(key(), Duration.ZERO);
                    });
        }
    }

    /** OkHttp silently repeats no request: nobody would count it, and it may contain another login. */
    @ParameterizedTest
    @EnumSource
    void requestsThatOkHttpWouldRepeat(Call call) throws Exception {
        try (ScriptedServer server = new ScriptedServer(answer(503, "{}", "Retry-After: 0"));
                ClientFixture fixture = new ClientFixture(server.url())) {
            int tries = call == Call.ROLES ? 1 : 4;
            DoubleTickException failure = call.failure(fixture);
            assertEquals(Reason.SERVER_ERROR, failure.reason());
            assertEquals(tries, failure.tries());
            assertEquals(tries, server.requests().size());
        }
        try (ScriptedServer server = new ScriptedServer(answer(401, "{}", "WWW-Authenticate: Basic realm=x"));
                ClientFixture fixture = new ClientFixture(
                        server.url(),
                        settings -> settings.http = new OkHttpClient.Builder()
                                .authenticator((route, response) -> response.request()
                                        .newBuilder()
                                        .header("Authorization", "another")
                                        .build())
                                .build())) {
            assertEquals(Reason.API_KEY_REJECTED, call.failure(fixture).reason());
            assertEquals(1, server.requests().size());
        }
    }
}
