package io.jenkins.plugins.doubletick.client;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Assertions;

/** A client with waits of some milliseconds and its timer, and a listener that remembers. */
final class ClientFixture implements CallListener, AutoCloseable {

    static final Duration INSTANT = Duration.ofMillis(2);

    OkHttpClient http = new OkHttpClient();
    Retry retry = new Retry(4, INSTANT);
    RateLimit limit = new RateLimit(100_000, INSTANT, Duration.ofSeconds(2));
    Timeouts timeouts = Timeouts.DEFAULT;
    Executor threads = DoubleTickClient.pool();
    final RefusingTimer timer = new RefusingTimer();

    final DoubleTickClient client;
    final List<String> reports = new CopyOnWriteArrayList<>();
    volatile Runnable onRetry = () -> {};
    volatile Runnable onPause = () -> {};

    ClientFixture(String url) {
        this(url, defaults -> {});
    }

    /** @param settings sets what is not as usual */
    ClientFixture(String url, Consumer<ClientFixture> settings) {
        settings.accept(this);
        client = new DoubleTickClient(http, HttpUrl.get(url), "test/1", retry, limit, timeouts, timer, threads);
    }

    /** Ends each request after this time. */
    void answerWithin(Duration time) {
        timeouts = new Timeouts(Duration.ofSeconds(20), Duration.ofSeconds(10), time);
    }

    /** A client whose first look-ups of a host name take until the test says so; OkHttp cannot end them. */
    static OkHttpClient hangingUntil(CountDownLatch end, int times) {
        AtomicInteger lookups = new AtomicInteger();
        return new OkHttpClient.Builder()
                .dns(host -> {
                    if (lookups.incrementAndGet() <= times) {
                        try {
                            end.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                    return List.of(InetAddress.getLoopbackAddress());
                })
                .build();
    }

    static ApiKey key() throws DoubleTickException {
        return ApiKey.parse(DoubleTickStandIn.KEY);
    }

    CompletableFuture<LogoutResult> send() throws DoubleTickException {
        return send(DoubleTickStandIn.MEMBER);
    }

    CompletableFuture<LogoutResult> send(String number) throws DoubleTickException {
        return client.logout(key(), LoginNumber.parse(number), this);
    }

    LogoutResult logout(String number) throws Exception {
        return resultOf(send(number));
    }

    DoubleTickException failure(String number, Reason reason) throws Exception {
        DoubleTickException failure = failureOf(send(number));
        Assertions.assertEquals(reason, failure.reason(), failure.getMessage());
        return failure;
    }

    static <T> T resultOf(CompletableFuture<T> future) throws Exception {
        return future.get(1, TimeUnit.MINUTES);
    }

    static DoubleTickException failureOf(CompletableFuture<?> future) {
        return Assertions.assertInstanceOf(
                DoubleTickException.class,
                Assertions.assertThrows(ExecutionException.class, () -> resultOf(future))
                        .getCause());
    }

    @Override
    public void retrying(DoubleTickException failure, int tries, Duration wait) {
        reports.add("retrying " + failure.reason() + " " + tries);
        onRetry.run();
    }

    @Override
    public void rateLimited(Duration wait) {
        reports.add("rate limited");
        onPause.run();
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
