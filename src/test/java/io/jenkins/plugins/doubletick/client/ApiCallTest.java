package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A call without a thread, with a listener that breaks, with answers and connections that break; and what it leaves. */
class ApiCallTest implements CallListener {

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService pool = Executors.newCachedThreadPool();
    private DoubleTickStandIn standIn;

    @BeforeEach
    void start() throws Exception {
        standIn = new DoubleTickStandIn(0);
    }

    @AfterEach
    void stop() {
        standIn.close();
        timer.shutdownNow();
        pool.shutdownNow();
    }

    @Override
    public void retrying(DoubleTickException failure, int tries, Duration wait) {
        throw new AssertionError("A log that breaks");
    }

    @Override
    public void heldBack(Duration wait) {
        throw new AssertionError("A log that breaks");
    }

    private DoubleTickClient client(String url, OkHttpClient http, RetryPolicy policy, Executor threads) {
        return new DoubleTickClient(http, HttpUrl.get(url), "test/1", policy, timer, threads);
    }

    private DoubleTickClient client(Executor threads) {
        return client(standIn.url(), new OkHttpClient(), ClientFixture.FAST, threads);
    }

    private CompletableFuture<LogoutResult> logout(DoubleTickClient client, String number) throws DoubleTickException {
        return client.logout(ClientFixture.key(), LoginNumber.parse(number), this);
    }

    /** The first {@code failures} times, there is no thread. */
    private Executor lackingThreads(int failures) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            if (count.incrementAndGet() <= failures) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            pool.execute(task);
        };
    }

    @Test
    void noThreadForAMoment() throws Exception {
        DoubleTickClient client = client(lackingThreads(2));
        CompletableFuture<LogoutResult> first = logout(client, DoubleTickStandIn.MEMBER);
        CompletableFuture<LogoutResult> second = logout(client, DoubleTickStandIn.SECOND_MEMBER);
        assertEquals(201, first.get(1, TimeUnit.MINUTES).status());
        assertEquals(201, second.get(1, TimeUnit.MINUTES).status());
    }

    @Test
    void noThreadAtAll() throws Exception {
        DoubleTickClient client = client(lackingThreads(4));
        DoubleTickException failure = ClientFixture.failureOf(logout(client, DoubleTickStandIn.MEMBER));
        assertEquals(Reason.INTERNAL, failure.reason());
        assertEquals(
                "Jenkins could not send the request or take its answer: java.lang.OutOfMemoryError: unable to create"
                        + " native thread (4 tries)",
                failure.getMessage());
        assertEquals(
                201,
                logout(client, DoubleTickStandIn.MEMBER)
                        .get(1, TimeUnit.MINUTES)
                        .status());
    }

    @Test
    void threadsThatAreNeverFree() throws Exception {
        RetryPolicy impatient = new RetryPolicy(
                1, Duration.ofMillis(2), Duration.ofSeconds(60), Duration.ofMillis(50), Duration.ofSeconds(30), 1000);
        DoubleTickClient client = client(standIn.url(), new OkHttpClient(), impatient, task -> {});
        DoubleTickException failure = ClientFixture.failureOf(logout(client, DoubleTickStandIn.MEMBER));
        assertEquals(Reason.TIMED_OUT, failure.reason());
    }

    @Test
    void listenerThatBreaks() throws Exception {
        assertEquals(
                2,
                logout(client(pool), DoubleTickStandIn.BUSY)
                        .get(1, TimeUnit.MINUTES)
                        .tries());
    }

    @Test
    void answerThatBreaksOkHttp() throws Exception {
        byte[] odd = "HTTP/1.1 -12 Odd\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        try (ScriptedServer server =
                new ScriptedServer((socket, self) -> socket.getOutputStream().write(odd))) {
            DoubleTickException failure = ClientFixture.failureOf(logout(
                    client(server.url(), new OkHttpClient(), ClientFixture.FAST, pool), DoubleTickStandIn.MEMBER));
            assertEquals(Reason.INTERNAL, failure.reason());
            assertTrue(failure.getMessage().endsWith("(4 tries)"), failure.getMessage());
        }
    }

    @Test
    void connectionThatFellSilentCostsOneTryOfOneCall() throws Exception {
        HeldCertificate certificate = new HeldCertificate.Builder()
                .addSubjectAlternativeName("localhost")
                .build();
        HandshakeCertificates server =
                new HandshakeCertificates.Builder().heldCertificate(certificate).build();
        HandshakeCertificates trusted = new HandshakeCertificates.Builder()
                .addTrustedCertificate(certificate.certificate())
                .build();
        try (MockWebServer service = new MockWebServer()) {
            service.useHttps(server.sslSocketFactory());
            service.setProtocols(List.of(Protocol.HTTP_2, Protocol.HTTP_1_1));
            service.setDispatcher(new Dispatcher() {
                @Override
                public MockResponse dispatch(RecordedRequest request) {
                    return new MockResponse.Builder()
                            .code(201)
                            .body("{\"success\":true}")
                            .build();
                }
            });
            service.start();
            try (SilencingRelay relay = new SilencingRelay(service.getPort())) {
                OkHttpClient http = new OkHttpClient.Builder()
                        .sslSocketFactory(trusted.sslSocketFactory(), trusted.trustManager())
                        .build();
                DoubleTickClient client = client(
                        "https://localhost:" + relay.port(), http, ClientFixture.policy(Duration.ofSeconds(5)), pool);
                assertEquals(1, tries(client));
                relay.silence();
                int tries = tries(client) + tries(client) + tries(client);
                assertTrue(tries <= 4, "tries: " + tries);
            }
        }
    }

    private int tries(DoubleTickClient client) throws Exception {
        return logout(client, DoubleTickStandIn.MEMBER).get(1, TimeUnit.MINUTES).tries();
    }

    @Test
    void nothingOfAKeyIsKept() throws Exception {
        DoubleTickClient client = client(pool);
        WeakReference<ApiKey> key = used(client);
        List<byte[]> ballast = new ArrayList<>();
        for (int i = 0; i < 200 && key.get() != null; i++) {
            System.gc();
            ballast.add(new byte[1024]);
            assertFalse(Thread.interrupted());
        }
        assertNotNull(client);
        assertNull(key.get());
    }

    private static WeakReference<ApiKey> used(DoubleTickClient client) throws Exception {
        ApiKey key = ClientFixture.key();
        client.logout(key, LoginNumber.parse(DoubleTickStandIn.MEMBER), CallListener.NONE)
                .get(1, TimeUnit.MINUTES);
        client.checkKey(key).get(1, TimeUnit.MINUTES);
        client.team(key).get(1, TimeUnit.MINUTES);
        return new WeakReference<>(key);
    }
}
