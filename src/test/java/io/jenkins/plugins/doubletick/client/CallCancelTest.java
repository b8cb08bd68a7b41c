package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls that are cancelled, or given up, at a moment at which there is nothing to cancel yet, or no longer. */
class CallCancelTest implements CallListener {

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CompletableFuture<CompletableFuture<LogoutResult>> logout = new CompletableFuture<>();
    private final AtomicInteger retries = new AtomicInteger();

    @AfterEach
    void stop() {
        timer.shutdownNow();
        threads.shutdownNow();
    }

    @Override
    public void retrying(DoubleTickException failure, int tries, Duration wait) {
        retries.incrementAndGet();
        logout.join().cancel(true);
    }

    @Override
    public void heldBack(Duration wait) {
        throw new AssertionError("There is no other call");
    }

    private DoubleTickClient client(OkHttpClient http, String url, RetryPolicy policy) {
        return new DoubleTickClient(http, HttpUrl.get(url), "test/1", policy, timer, threads);
    }

    private CompletableFuture<LogoutResult> send(DoubleTickClient client, CallListener listener)
            throws DoubleTickException {
        return client.logout(ClientFixture.key(), LoginNumber.parse(DoubleTickStandIn.MEMBER), listener);
    }

    /** Waits until all that the client does on threads and on the timer is over. */
    private void awaitTheEnd() throws InterruptedException {
        threads.shutdown();
        assertTrue(threads.awaitTermination(1, TimeUnit.MINUTES), "A thread is left");
        timer.shutdown();
        assertTrue(timer.awaitTermination(10, TimeUnit.SECONDS), "Something is left for the timer to do");
    }

    @ParameterizedTest
    @CsvSource({"429, 1", "503, 50"})
    void whileItsListenerHearsOfTheNextTry(int status, int retryAfter) throws Exception {
        try (ScriptedServer server = new ScriptedServer(
                ScriptedServer.answer(status, "", "Retry-After: " + retryAfter), ScriptedServer.success())) {
            logout.complete(send(client(new OkHttpClient(), server.url(), ClientFixture.FAST), this));
            assertTrue(logout.join().handle((result, failure) -> true).get(1, TimeUnit.MINUTES));
            awaitTheEnd();
            assertEquals(1, retries.get());
            assertEquals(1, server.requests().size());
        }
    }

    @Test
    void whileItsRequestIsMade() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        OkHttpClient http = new OkHttpClient.Builder()
                .eventListenerFactory(call -> {
                    if (calls.incrementAndGet() == 2) {
                        logout.join().cancel(true);
                    }
                    return EventListener.NONE;
                })
                .build();
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(503, ""), ScriptedServer.silence())) {
            logout.complete(send(client(http, server.url(), ClientFixture.FAST), CallListener.NONE));
            server.awaitRequest();
            assertTrue(logout.join().handle((result, failure) -> true).get(1, TimeUnit.MINUTES));
            awaitTheEnd();
        }
    }

    /** The limiter may have taken it out of those that wait when it is cancelled. */
    @Test
    void whenItsTurnHasJustCome() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.silence())) {
            DoubleTickClient client = client(new OkHttpClient(), server.url(), ClientFixture.FAST);
            send(client, CallListener.NONE);
            send(client, CallListener.NONE);
            server.awaitRequest();
            ApiCall<Void> call = new ApiCall<>(
                    client,
                    new Request.Builder().url(server.url() + "/never").build(),
                    ClientFixture.key(),
                    null,
                    4,
                    this,
                    (response, tries) -> null);
            call.start().cancel(true);
            call.send(0);
            assertTrue(server.awaitRequest().startsWith("POST /team-member/logout "));
            assertEquals(2, server.requests().size());
        }
    }

    @Test
    void requestThatWasGivenUpIsNotSentAfterwards() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        OkHttpClient http = new OkHttpClient.Builder()
                .dns(host -> {
                    await(end);
                    return List.of(InetAddress.getLoopbackAddress());
                })
                .build();
        RetryPolicy once = new RetryPolicy(
                1, Duration.ofMillis(2), Duration.ofSeconds(60), Duration.ofSeconds(20), Duration.ofMillis(50), 1000);
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.success())) {
            DoubleTickException failure = ClientFixture.failureOf(
                    send(client(http, "http://localhost:" + server.port(), once), CallListener.NONE));
            assertEquals(Reason.TIMED_OUT, failure.reason());
            end.countDown();
            awaitTheEnd();
            assertEquals(List.of(), server.requests());
        }
    }

    @Test
    void endOfARequestThatWasGivenUpIsNotHeardOf() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch oneHasEnded = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        AtomicInteger lookups = new AtomicInteger();
        OkHttpClient http = new OkHttpClient.Builder()
                .dns(host -> {
                    if (lookups.incrementAndGet() == 1) {
                        await(end);
                    }
                    return List.of(InetAddress.getLoopbackAddress());
                })
                .build();
        RetryPolicy policy = new RetryPolicy(
                4, Duration.ofMillis(2), Duration.ofSeconds(60), Duration.ofSeconds(20), Duration.ofSeconds(3), 1000);
        try (ScriptedServer server = new ScriptedServer((socket, itself) -> {
            answer.await();
            ScriptedServer.success().to(socket, itself);
        })) {
            DoubleTickClient client = new DoubleTickClient(
                    http,
                    HttpUrl.get("http://localhost:" + server.port()),
                    "test/1",
                    policy,
                    timer,
                    task -> threads.execute(() -> {
                        task.run();
                        oneHasEnded.countDown();
                    }));
            AtomicInteger told = new AtomicInteger();
            CompletableFuture<LogoutResult> second = send(client, new CallListener() {
                @Override
                public void retrying(DoubleTickException failure, int tries, Duration wait) {
                    told.incrementAndGet();
                }

                @Override
                public void heldBack(Duration wait) {}
            });
            server.awaitRequest();
            end.countDown();
            assertTrue(oneHasEnded.await(1, TimeUnit.MINUTES));
            answer.countDown();
            assertEquals(2, second.get(1, TimeUnit.MINUTES).tries());
            assertEquals(1, told.get());
            assertEquals(1, server.requests().size());
        }
    }

    private static void await(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void requestThatGotNoThreadInTimeIsNotSentAfterwards() throws Exception {
        RetryPolicy impatient = new RetryPolicy(
                1, Duration.ofMillis(2), Duration.ofSeconds(60), Duration.ofMillis(50), Duration.ofSeconds(30), 1000);
        LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.success())) {
            DoubleTickClient client = new DoubleTickClient(
                    new OkHttpClient(), HttpUrl.get(server.url()), "test/1", impatient, timer, tasks::add);
            DoubleTickException failure = ClientFixture.failureOf(send(client, CallListener.NONE));
            assertEquals(Reason.TIMED_OUT, failure.reason());
            tasks.take().run();
            assertEquals(0, server.connections());
        }
    }
}
