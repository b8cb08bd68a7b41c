package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.jenkins.plugins.doubletick.client.ScriptedServer.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.junit.jupiter.api.function.Executable;

/** A client with waits of some milliseconds, its timer, and a listener that remembers; possibly with its server. */
final class ClientFixture implements CallListener, AutoCloseable {

    static final Duration INSTANT = Duration.ofMillis(2);

    OkHttpClient http = new OkHttpClient();
    Retry retry = new Retry(4, INSTANT);
    RateLimit limit = new RateLimit(100_000, INSTANT, Duration.ofSeconds(2));
    Timeouts timeouts = Timeouts.DEFAULT;
    Executor threads = DoubleTickClient.pool();
    final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    final ScriptedServer server;
    final DoubleTickClient client;
    final List<String> reports = new CopyOnWriteArrayList<>();
    final List<DoubleTickException> failures = new CopyOnWriteArrayList<>();
    volatile Runnable onRetry = () -> {};
    volatile Runnable onPause = () -> {};

    ClientFixture(Reply... replies) throws IOException {
        this(defaults -> {}, replies);
    }

    /** @param settings sets what is not as usual */
    ClientFixture(Consumer<ClientFixture> settings, Reply... replies) throws IOException {
        this("http://localhost:", new ScriptedServer(replies), settings);
    }

    ClientFixture(String url, Consumer<ClientFixture> settings) {
        this(url, null, settings);
    }

    private ClientFixture(String url, ScriptedServer server, Consumer<ClientFixture> settings) {
        settings.accept(this);
        this.server = server;
        String address = server == null ? url : url + server.port();
        client = new DoubleTickClient(
                http, HttpUrl.get(address), "test/1", retry, limit, timeouts, timer, System::nanoTime, threads);
    }

    /** Ends each request after this time. */
    void answerWithin(Duration time) {
        timeouts = new Timeouts(Duration.ofSeconds(20), Duration.ofSeconds(10), time);
    }

    static ApiKey key() throws DoubleTickException {
        return ApiKey.parse(DoubleTickStandIn.KEY);
    }

    CompletableFuture<LogoutResult> send() throws DoubleTickException {
        return send(key(), DoubleTickStandIn.MEMBER);
    }

    CompletableFuture<LogoutResult> send(ApiKey key, String number) throws DoubleTickException {
        return client.logout(key, LoginNumber.parse(number), this);
    }

    CompletableFuture<TeamResult> team() throws DoubleTickException {
        return client.team(key(), Duration.ZERO);
    }

    static <T> T resultOf(CompletableFuture<T> future) throws Exception {
        return future.get(1, TimeUnit.MINUTES);
    }

    static void assertSuccess(CompletableFuture<LogoutResult> logout) throws Exception {
        assertEquals(201, resultOf(logout).status());
    }

    static DoubleTickException failureOf(CompletableFuture<?> future) {
        return assertInstanceOf(
                DoubleTickException.class,
                assertThrows(ExecutionException.class, () -> resultOf(future)).getCause());
    }

    /** @param expected reason and message, with a colon between them */
    static DoubleTickException assertFailure(String expected, Executable action) {
        return assertFailure(expected, assertThrows(DoubleTickException.class, action, expected));
    }

    static DoubleTickException assertFailure(String expected, DoubleTickException failure) {
        assertEquals(expected, failure.reason() + ": " + failure.getMessage());
        return failure;
    }

    /** A response that came over no network. */
    static Response response(int status, byte[] body) {
        return new Response.Builder()
                .request(new Request.Builder().url("https://doubletick.invalid").build())
                .protocol(Protocol.HTTP_1_1)
                .code(status)
                .message("Status")
                .body(ResponseBody.create(body, null))
                .build();
    }

    @Override
    public void retrying(DoubleTickException failure, int tries, Duration wait) {
        failures.add(failure);
        reports.add("retrying " + failure.reason() + " " + tries);
        onRetry.run();
    }

    @Override
    public void rateLimited(Duration wait) {
        reports.add("rate limited");
        onPause.run();
    }

    @Override
    public void close() throws IOException {
        timer.shutdownNow();
        if (server != null) {
            server.close();
        }
    }
}
