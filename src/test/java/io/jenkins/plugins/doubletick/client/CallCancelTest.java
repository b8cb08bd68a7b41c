package io.jenkins.plugins.doubletick.client;

import static io.jenkins.plugins.doubletick.client.ClientFixture.failureOf;
import static io.jenkins.plugins.doubletick.client.ClientFixture.resultOf;
import static io.jenkins.plugins.doubletick.client.ScriptedServer.after;
import static io.jenkins.plugins.doubletick.client.ScriptedServer.answer;
import static io.jenkins.plugins.doubletick.client.ScriptedServer.silence;
import static io.jenkins.plugins.doubletick.client.ScriptedServer.success;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls that are cancelled, or given up, in each state; nothing of them is sent or left for the timer afterwards. */
class CallCancelTest {

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CompletableFuture<CompletableFuture<LogoutResult>> logout = new CompletableFuture<>();
    private final CountDownLatch event = new CountDownLatch(1);

    @AfterEach
    void stop() {
        event.countDown();
        threads.shutdownNow();
    }

    private ClientFixture fixture(String url, OkHttpClient http) {
        return new ClientFixture(url, settings -> {
            settings.http = http;
            settings.threads = threads;
        });
    }

    private void assertNothingIsLeft(ClientFixture fixture) throws InterruptedException {
        threads.shutdown();
        assertTrue(threads.awaitTermination(1, TimeUnit.MINUTES), "A thread is left");
        fixture.timer.shutdown();
        assertTrue(fixture.timer.awaitTermination(10, TimeUnit.SECONDS), "Something is left for the timer");
    }

    @Test
    void whileItsRequestIsInFlight() throws Exception {
        try (ScriptedServer server = new ScriptedServer(silence());
                ClientFixture fixture = fixture(server.url(), new OkHttpClient())) {
            CompletableFuture<LogoutResult> result = fixture.send();
            server.awaitRequest();
            result.cancel(true);
            server.awaitDisconnect();
            assertThrows(CancellationException.class, result::get);
            assertNothingIsLeft(fixture);
            assertEquals(1, server.requests().size());
        }
    }

    @Test
    void whileItIsQueuedOrWaitsForItsNextTry() throws Exception {
        try (ScriptedServer server = new ScriptedServer(after(event, answer(503, "", "Retry-After: 50")), success());
                ClientFixture fixture = fixture(server.url(), new OkHttpClient())) {
            CountDownLatch retrying = new CountDownLatch(1);
            fixture.onRetry = retrying::countDown;
            CompletableFuture<LogoutResult> first = fixture.send();
            CompletableFuture<LogoutResult> second = fixture.send();
            CompletableFuture<LogoutResult> third = fixture.send();
            second.cancel(true);
            event.countDown();
            assertTrue(retrying.await(1, TimeUnit.MINUTES));
            first.cancel(true);
            assertEquals(201, resultOf(third).status());
            assertNothingIsLeft(fixture);
            assertEquals(2, server.requests().size());
        }
    }

    @ParameterizedTest
    @CsvSource({"429, 1", "503, 50"})
    void whileItsListenerIsCalled(int status, int retryAfter) throws Exception {
        try (ScriptedServer server = new ScriptedServer(answer(status, "", "Retry-After: " + retryAfter), success());
                ClientFixture fixture = fixture(server.url(), new OkHttpClient())) {
            fixture.onRetry = () -> logout.join().cancel(true);
            logout.complete(fixture.send());
            assertThrows(CancellationException.class, () -> resultOf(logout.join()));
            assertNothingIsLeft(fixture);
            assertEquals(1, fixture.reports.size());
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
        try (ScriptedServer server = new ScriptedServer(answer(503, ""), silence());
                ClientFixture fixture = fixture(server.url(), http)) {
            logout.complete(fixture.send());
            assertThrows(CancellationException.class, () -> resultOf(logout.join()));
            assertNothingIsLeft(fixture);
            assertEquals(1, server.requests().size());
        }
    }

    @Test
    void abandonedRequestIsNotSentLater() throws Exception {
        try (ScriptedServer server = new ScriptedServer(success());
                ClientFixture fixture = new ClientFixture("http://localhost:" + server.port(), settings -> {
                    settings.http = ClientFixture.hangingUntil(event, 1);
                    settings.threads = threads;
                    settings.retry = Retry.NEVER;
                    settings.answerWithin(Duration.ofMillis(1));
                })) {
            DoubleTickException failure = failureOf(fixture.send());
            assertEquals(Reason.TIMED_OUT, failure.reason());
            event.countDown();
            assertNothingIsLeft(fixture);
            assertEquals(List.of(), server.requests());
        }
    }

    /** Its limit has freed its slot once; its own end must not free another. */
    @Test
    void abandonedRequestEndsOnce() throws Exception {
        CountDownLatch oneHasEnded = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(after(answer, success()));
                ClientFixture fixture = new ClientFixture("http://localhost:" + server.port(), settings -> {
                    settings.http = ClientFixture.hangingUntil(event, 1);
                    settings.threads = task -> threads.execute(() -> {
                        task.run();
                        oneHasEnded.countDown();
                    });
                    settings.answerWithin(Duration.ofSeconds(1));
                })) {
            CompletableFuture<LogoutResult> result = fixture.send();
            server.awaitRequest();
            event.countDown();
            assertTrue(oneHasEnded.await(1, TimeUnit.MINUTES));
            answer.countDown();
            assertEquals(2, resultOf(result).tries());
            assertEquals(List.of("retrying TIMED_OUT 1"), fixture.reports);
            assertEquals(1, server.requests().size());
        }
    }

    @Test
    void requestWithoutAThreadInTimeIsNotSentLater() throws Exception {
        LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
        try (ScriptedServer server = new ScriptedServer(success());
                ClientFixture fixture = new ClientFixture(server.url(), settings -> {
                    settings.threads = tasks::add;
                    settings.retry = Retry.NEVER;
                    settings.timeouts =
                            new Timeouts(Duration.ofMillis(50), Duration.ofSeconds(10), Duration.ofSeconds(30));
                })) {
            assertEquals(Reason.TIMED_OUT, failureOf(fixture.send()).reason());
            tasks.take().run();
            assertEquals(0, server.connections());
        }
    }

    @Test
    void anotherKeyDoesNotWait() throws Exception {
        try (ScriptedServer server = new ScriptedServer(answer(429, "{}", "Retry-After: 50"), success());
                ClientFixture fixture = new ClientFixture(server.url())) {
            CompletableFuture<LogoutResult> limited = fixture.send();
            server.awaitRequest();
            ApiKey other = ApiKey.parse(DoubleTickStandIn.SECOND_KEY);
            resultOf(fixture.client.logout(other, LoginNumber.parse(DoubleTickStandIn.MEMBER), fixture));
            assertFalse(limited.isDone());
            limited.cancel(true);
        }
    }
}
