package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever fails on this side of the network, a call ends, and the next one with the same key is sent. */
class CallEndsTest {

    private final RefusingTimer timer = new RefusingTimer();

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    private DoubleTickClient client(ScriptedServer server, OkHttpClient http, RetryPolicy policy) {
        return new DoubleTickClient(http, HttpUrl.get(server.url()), "test/1", policy, timer);
    }

    private DoubleTickClient client(ScriptedServer server) {
        return client(server, new OkHttpClient(), ClientFixture.FAST);
    }

    private static CompletableFuture<LogoutResult> logout(DoubleTickClient client) throws DoubleTickException {
        return client.logout(ClientFixture.key(), LoginNumber.parse(DoubleTickStandIn.MEMBER), CallListener.NONE);
    }

    private static void assertSuccess(CompletableFuture<LogoutResult> logout) throws Exception {
        assertEquals(201, logout.get(1, TimeUnit.MINUTES).status());
    }

    @Test
    void timerThatTakesNoRequest() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.success())) {
            DoubleTickClient client = client(server);
            timer.refuses = true;
            for (int i = 0; i < 2; i++) {
                CompletableFuture<LogoutResult> logout = logout(client);
                assertThrows(ExecutionException.class, () -> logout.get(1, TimeUnit.MINUTES));
            }
            timer.refuses = false;
            assertSuccess(logout(client));
            assertEquals(1, server.requests().size());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void timerThatTakesNoFurtherTry(int status) throws Exception {
        try (ScriptedServer server = new ScriptedServer(
                (socket, itself) -> {
                    timer.refuses = true;
                    ScriptedServer.answer(status, "").to(socket, itself);
                },
                ScriptedServer.success())) {
            DoubleTickClient client = client(server);
            CompletableFuture<LogoutResult> logout = logout(client);
            assertThrows(ExecutionException.class, () -> logout.get(1, TimeUnit.MINUTES));
            timer.refuses = false;
            assertSuccess(logout(client));
        }
    }

    @Test
    void confirmedLogoutIsASuccessAlthoughTheNextOneCannotBeSent() throws Exception {
        CountDownLatch bothAreThere = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer((socket, itself) -> {
            bothAreThere.await();
            timer.refuses = true;
            ScriptedServer.success().to(socket, itself);
        })) {
            DoubleTickClient client = client(server);
            CompletableFuture<LogoutResult> first = logout(client);
            CompletableFuture<LogoutResult> second = logout(client);
            bothAreThere.countDown();
            assertSuccess(first);
            assertThrows(ExecutionException.class, () -> second.get(1, TimeUnit.MINUTES));
        }
    }

    @Test
    void errorInOkHttp() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.success())) {
            OkHttpClient broken = new OkHttpClient.Builder()
                    .addInterceptor(chain -> {
                        throw new StackOverflowError("deep");
                    })
                    .build();
            DoubleTickClient client = client(server, broken, ClientFixture.FAST);
            for (int i = 0; i < 2; i++) {
                DoubleTickException failure = ClientFixture.failureOf(logout(client));
                assertEquals(Reason.INTERNAL, failure.reason());
                assertEquals(
                        "Jenkins could not send the request or take its answer: java.lang.StackOverflowError: deep"
                                + " (4 tries)",
                        failure.getMessage());
                Throwable cause = failure.getCause();
                assertEquals("java.lang.StackOverflowError: deep", cause.getMessage());
                assertEquals(getClass().getName(), cause.getStackTrace()[0].getClassName());
            }
        }
    }

    @Test
    void errorInMakingACall() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.success())) {
            OkHttpClient broken = new OkHttpClient.Builder()
                    .eventListenerFactory(call -> {
                        if (calls.incrementAndGet() <= 4) {
                            throw new StackOverflowError("deep");
                        }
                        return EventListener.NONE;
                    })
                    .build();
            DoubleTickClient client = client(server, broken, ClientFixture.FAST);
            DoubleTickException failure = ClientFixture.failureOf(logout(client));
            assertEquals(Reason.INTERNAL, failure.reason());
            assertEquals(4, failure.tries());
            assertSuccess(logout(client));
        }
    }

    /** OkHttp cannot end what hangs there, and it holds a thread. */
    @Test
    void proxySelectorThatHangs() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        ProxySelector hanging = new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                try {
                    end.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return List.of(Proxy.NO_PROXY);
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
        };
        RetryPolicy once = new RetryPolicy(
                1, Duration.ofMillis(2), Duration.ofSeconds(60), Duration.ofSeconds(2), Duration.ofMillis(50), 100_000);
        OkHttpClient http = new OkHttpClient.Builder().proxySelector(hanging).build();
        DoubleTickClient client =
                new DoubleTickClient(http, HttpUrl.get("https://doubletick.invalid"), "test/1", once, timer);
        List<CompletableFuture<LogoutResult>> logouts = new ArrayList<>();
        // Each with a key of its own, so that none waits for another, and the last one without a thread.
        for (int i = 0; i <= DoubleTickClient.MAX_REQUESTS; i++) {
            logouts.add(client.logout(
                    ApiKey.parse("key_" + i), LoginNumber.parse(DoubleTickStandIn.MEMBER), CallListener.NONE));
        }
        for (CompletableFuture<LogoutResult> logout : logouts) {
            assertEquals(Reason.TIMED_OUT, ClientFixture.failureOf(logout).reason());
        }
        end.countDown();
    }
}
