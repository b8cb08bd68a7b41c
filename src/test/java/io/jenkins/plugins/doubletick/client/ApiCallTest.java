package io.jenkins.plugins.doubletick.client;

import static io.jenkins.plugins.doubletick.client.ClientFixture.assertFailure;
import static io.jenkins.plugins.doubletick.client.ClientFixture.failureOf;
import static io.jenkins.plugins.doubletick.client.ClientFixture.key;
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
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each call ends, whatever fails on this side of the network, and calls with one key go in order. A call that is cancelled, or
 * given up, leaves nothing to the network, the threads and the timer.
 */
class ApiCallTest {

    @RegisterExtension
    private final SystemLog log = SystemLog.quiet();

    private final CountDownLatch event = new CountDownLatch(1);
    private final CompletableFuture<Void> lookup = new CompletableFuture<>();
    private final CompletableFuture<CompletableFuture<LogoutResult>> logout = new CompletableFuture<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AutoClose
    private ClientFixture fixture;

    @AfterEach
    void stop() {
        lookup.complete(null);
        threads.shutdownNow();
    }

    private static void assertSuccess(List<CompletableFuture<LogoutResult>> logouts) throws Exception {
        for (CompletableFuture<LogoutResult> logout : logouts) {
            ClientFixture.assertSuccess(logout);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {201, 429, 503})
    void timerThatIsShutDown(int status) throws Exception {
        fixture = new ClientFixture(after(event, answer(status, "{\"success\":true}")), success());
        CompletableFuture<LogoutResult> logout = fixture.send();
        CompletableFuture<LogoutResult> queued = fixture.send();
        fixture.server.awaitRequest();
        fixture.timer.shutdown();
        event.countDown();
        if (status == 201) {
            ClientFixture.assertSuccess(logout);
        } else {
            assertThrows(ExecutionException.class, () -> resultOf(logout));
        }
        assertThrows(ExecutionException.class, () -> resultOf(queued));
    }

    private static Runnable failing(int times, Error error) {
        AtomicInteger count = new AtomicInteger();
        return () -> {
            if (count.incrementAndGet() <= times) {
                throw error;
            }
        };
    }

    @Test
    void errorFailsOneCallAndNoOther() throws Exception {
        Runnable noThread = failing(4, new OutOfMemoryError("unable to create native thread"));
        Runnable sending = failing(4, new StackOverflowError("deep"));
        fixture = new ClientFixture(
                settings -> {
                    Executor pool = settings.threads;
                    settings.threads = task -> {
                        noThread.run();
                        pool.execute(task);
                    };
                    settings.http = new OkHttpClient.Builder()
                            .addInterceptor(chain -> {
                                sending.run();
                                return chain.proceed(chain.request());
                            })
                            .build();
                },
                success());
        for (String error : List.of(
                "java.lang.OutOfMemoryError: unable to create native thread", "java.lang.StackOverflowError: deep")) {
            DoubleTickException failure = failureOf(fixture.send());
            assertFailure(
                    "INTERNAL: Jenkins could not send the request or read the response: " + error + " (4 tries)",
                    failure);
            assertEquals(4, failure.tries());
            assertEquals(error, failure.getCause().getMessage());
            assertEquals(
                    getClass().getName(), failure.getCause().getStackTrace()[0].getClassName());
        }
        ClientFixture.assertSuccess(fixture.send());
    }

    @Test
    void atMost32RequestsAreInFlight() throws Exception {
        AtomicInteger inFlight = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch sent = new CountDownLatch(32);
        fixture = new ClientFixture((socket, itself) -> {
            most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
            sent.countDown();
            event.await();
            inFlight.decrementAndGet();
            success().to(socket, itself);
        });
        List<CompletableFuture<LogoutResult>> logouts = new ArrayList<>();
        for (int i = 0; i < 42; i++) { // Each with a key of its own, so that none waits for another.
            logouts.add(fixture.send(ApiKey.parse("key_" + i), DoubleTickStandIn.MEMBER));
        }
        assertTrue(sent.await(1, TimeUnit.MINUTES));
        assertTrue(
                Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().startsWith("DoubleTick request"))
                        .allMatch(Thread::isDaemon),
                "Threads that keep Jenkins from ending");
        event.countDown();
        assertSuccess(logouts);
        assertEquals(32, most.get());
    }

    @Test
    void listenerThatThrows() throws Exception {
        fixture = new ClientFixture(
                settings -> settings.limit = new RateLimit(1000, Duration.ofMillis(200), Duration.ofMinutes(3)),
                after(event, answer(429, "")),
                answer(503, ""),
                success());
        fixture.onRetry = failing(10, new StackOverflowError("The listener is broken"));
        fixture.onPause = failing(10, new StackOverflowError("The listener is broken"));
        CompletableFuture<LogoutResult> first = fixture.send();
        CompletableFuture<LogoutResult> second = fixture.send();
        event.countDown();
        ClientFixture.assertSuccess(first);
        ClientFixture.assertSuccess(second);
        assertEquals(List.of("rate limited", "retrying RATE_LIMITED 1", "retrying SERVER_ERROR 2"), fixture.reports);
        assertTrue(log.ours().contains("Cannot report the progress of a call"));
    }

    @Test
    void keyIsCheckedBeforeLogoutsThatWait() throws Exception {
        fixture = new ClientFixture(
                settings -> settings.limit = new RateLimit(4, ClientFixture.INSTANT, Duration.ofSeconds(1)),
                after(event, success()),
                answer(200, "[]"),
                success());
        List<CompletableFuture<LogoutResult>> logouts = List.of(fixture.send(), fixture.send());
        CompletableFuture<Void> check = fixture.client.checkKey(key());
        event.countDown();
        resultOf(check);
        assertSuccess(logouts);
        assertTrue(fixture.server.requests().get(1).startsWith("GET /roles "), fixture.server.requests()::toString);
    }

    @Test
    void checkOfAKeyFailsAtOnceWith429() throws Exception {
        fixture = new ClientFixture(answer(429, ""));
        assertFailure("RATE_LIMITED: DoubleTick answered 429: Status", failureOf(fixture.client.checkKey(key())));
    }

    /** DoubleTick may have a limit for the team alone. */
    @Test
    void refusedRequestForTheTeamKeepsNoLogoutWaiting() throws Exception {
        fixture = new ClientFixture(
                settings -> settings.limit = new RateLimit(1000, Duration.ofMillis(20), Duration.ofMinutes(1)),
                after(event, (socket, itself) -> {
                    boolean isTeam = itself.latestRequest().startsWith("GET /team ");
                    (isTeam ? answer(429, "{}") : success()).to(socket, itself);
                }));
        CompletableFuture<TeamResult> team = fixture.team();
        List<CompletableFuture<LogoutResult>> logouts = List.of(fixture.send(), fixture.send(), fixture.send());
        event.countDown();
        assertSuccess(logouts);
        assertFalse(team.isDone());
    }

    private void assertNothingIsLeft(int requests) throws InterruptedException {
        threads.shutdown();
        assertTrue(threads.awaitTermination(1, TimeUnit.MINUTES), "A thread is left");
        fixture.timer.shutdown();
        assertTrue(fixture.timer.awaitTermination(10, TimeUnit.SECONDS), "Something is left for the timer");
        assertEquals(requests, fixture.server.requests().size());
    }

    @Test
    void cancelledWhileInFlightQueuedOrWaitingForTheNextTry() throws Exception {
        fixture = new ClientFixture(
                settings -> settings.threads = threads, silence(), answer(503, "", "Retry-After: 50"), success());
        CountDownLatch retrying = new CountDownLatch(1);
        fixture.onRetry = retrying::countDown;
        CompletableFuture<LogoutResult> inFlight = fixture.send();
        CompletableFuture<LogoutResult> queued = fixture.send();
        CompletableFuture<LogoutResult> waiting = fixture.send();
        fixture.server.awaitRequest();
        queued.cancel(true);
        inFlight.cancel(true);
        fixture.server.awaitDisconnect();
        assertTrue(retrying.await(1, TimeUnit.MINUTES));
        waiting.cancel(true);
        ClientFixture.assertSuccess(fixture.send());
        assertNothingIsLeft(3);
    }

    @ParameterizedTest
    @CsvSource({"the listener, 429, 1", "the listener, 503, 50", "OkHttp, 503, 0"})
    void cancelledWhileAnotherIsCalled(String called, int status, int retryAfter) throws Exception {
        AtomicInteger requests = new AtomicInteger();
        Runnable cancel = () -> logout.join().cancel(true);
        OkHttpClient http = new OkHttpClient.Builder()
                .eventListenerFactory(call -> {
                    if (requests.incrementAndGet() == 2) {
                        cancel.run();
                    }
                    return EventListener.NONE;
                })
                .build();
        fixture = new ClientFixture(
                settings -> {
                    settings.http = http;
                    settings.threads = threads;
                },
                answer(status, "", "Retry-After: " + retryAfter),
                success());
        if (called.equals("the listener")) {
            fixture.onRetry = cancel;
        }
        logout.complete(fixture.send());
        assertThrows(CancellationException.class, () -> resultOf(logout.join()));
        assertNothingIsLeft(1);
        assertEquals(1, fixture.reports.size());
    }

    /** OkHttp cannot end a lookup of a host name. When the lookup ends at last, its request is not sent. */
    @Test
    void requestThatHangsIsAbandoned() throws Exception {
        AtomicInteger lookups = new AtomicInteger();
        OkHttpClient http = new OkHttpClient.Builder()
                .dns(host -> {
                    if (lookups.incrementAndGet() == 1) {
                        lookup.join();
                    }
                    return List.of(InetAddress.getLoopbackAddress());
                })
                .build();
        fixture = new ClientFixture(
                settings -> {
                    settings.http = http;
                    settings.threads = threads;
                    settings.answerWithin(Duration.ofSeconds(1));
                },
                success());
        assertEquals(2, resultOf(fixture.send()).tries());
        lookup.complete(null);
        assertNothingIsLeft(1);
        assertEquals(List.of("retrying TIMED_OUT 1"), fixture.reports);
    }

    @Test
    void requestWithoutAThreadInTimeIsNotSentLater() throws Exception {
        LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
        fixture = new ClientFixture(
                settings -> {
                    settings.threads = tasks::add;
                    settings.retry = Retry.NEVER;
                    settings.timeouts =
                            new Timeouts(Duration.ofMillis(50), Duration.ofSeconds(10), Duration.ofSeconds(30));
                },
                success());
        assertEquals(Reason.TIMED_OUT, failureOf(fixture.send()).reason());
        tasks.take().run();
        assertEquals(List.of(), fixture.server.requests());
    }
}
