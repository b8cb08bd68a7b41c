package io.jenkins.plugins.doubletick.client;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Assertions;

/** A client for a test, with waits of some milliseconds, and a listener that remembers. */
final class ClientFixture implements CallListener, AutoCloseable {

    static final RetryPolicy FAST = policy(Duration.ofSeconds(30));

    final DoubleTickClient client;
    final List<String> told = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    ClientFixture(String url) {
        this(url, new OkHttpClient(), FAST);
    }

    ClientFixture(String url, OkHttpClient http, RetryPolicy policy) {
        client = new DoubleTickClient(http, HttpUrl.get(url), "test/1", policy, timer);
    }

    /** Waits of some milliseconds, and no rate. */
    static RetryPolicy policy(Duration callTimeout) {
        return new RetryPolicy(
                4, Duration.ofMillis(2), Duration.ofSeconds(60), Duration.ofSeconds(2), callTimeout, 100_000);
    }

    static ApiKey key() throws DoubleTickException {
        return ApiKey.parse(DoubleTickStandIn.KEY);
    }

    CompletableFuture<LogoutResult> send(String number) throws DoubleTickException {
        return client.logout(key(), LoginNumber.parse(number), this);
    }

    LogoutResult logout(String number) throws Exception {
        return send(number).get(1, TimeUnit.MINUTES);
    }

    DoubleTickException failure(String number, Reason reason) throws Exception {
        DoubleTickException failure = failureOf(send(number));
        Assertions.assertEquals(reason, failure.reason(), failure.getMessage());
        return failure;
    }

    static DoubleTickException failureOf(CompletableFuture<?> future) {
        return Assertions.assertInstanceOf(
                DoubleTickException.class,
                Assertions.assertThrows(ExecutionException.class, () -> future.get(1, TimeUnit.MINUTES))
                        .getCause());
    }

    @Override
    public void retrying(DoubleTickException failure, int tries, Duration wait) {
        told.add("retrying " + failure.reason() + " " + tries);
    }

    @Override
    public void heldBack(Duration wait) {
        told.add("held back");
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
