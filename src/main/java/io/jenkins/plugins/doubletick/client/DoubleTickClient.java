package io.jenkins.plugins.doubletick.client;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * A client of the DoubleTick API for the calls that logouts need. It is asynchronous: no caller's thread waits, and at most
 * {@value #MAX_REQUESTS} requests are in flight at a time, each on a thread of the client's pool.
 *
 * <p>Use one instance, because it keeps the rate limit of each API key.
 *
 * <p>Futures complete on a thread of the pool, on the timer or on the thread that cancels a call. Dependent stages must only hand
 * over to another thread.
 */
@Restricted(NoExternalUse.class)
public final class DoubleTickClient {

    public static final String DEFAULT_URL = "https://public.doubletick.io";

    /** How many requests may be in flight at a time. OkHttp blocks a thread for each. */
    public static final int MAX_REQUESTS = 32;

    final OkHttpClient http;
    final Timeouts timeouts;
    final ScheduledExecutorService timer;
    final Executor threads;
    private final HttpUrl url;
    private final String userAgent;
    private final Retry retry;
    private final RateLimit limit;
    private final LongSupplier clock;
    /** By the digest of the key. */
    private final Map<String, RateLimiter> limiters = new HashMap<>();

    private final TeamCache teams;

    /**
     * @param http has the proxy, its login and the trusted certificates; everything else is set here
     * @param url the address of the API, normally {@link #DEFAULT_URL}
     * @param userAgent the {@code User-Agent} of all requests
     * @param timer runs delayed tasks, which never block
     */
    public DoubleTickClient(
            OkHttpClient http, HttpUrl url, String userAgent, Retry retry, ScheduledExecutorService timer) {
        this(http, url, userAgent, retry, RateLimit.DEFAULT, Timeouts.DEFAULT, timer, System::nanoTime, pool());
    }

    DoubleTickClient(
            OkHttpClient http,
            HttpUrl url,
            String userAgent,
            Retry retry,
            RateLimit limit,
            Timeouts timeouts,
            ScheduledExecutorService timer,
            LongSupplier clock,
            Executor threads) {
        this.http = SafeHttp.of(http, timeouts);
        this.url = url;
        this.userAgent = userAgent;
        this.retry = retry;
        this.timeouts = timeouts;
        this.timer = timer;
        this.threads = threads;
        this.limit = limit;
        this.clock = clock;
        this.teams = new TeamCache(timer, clock);
    }

    /** OkHttp's own pool has no limit, and if a thread cannot be started, other calls never end. */
    static Executor pool() {
        AtomicInteger count = new AtomicInteger();
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                MAX_REQUESTS, MAX_REQUESTS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "DoubleTick request " + count.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /**
     * Queues a request.
     *
     * @param first whether the request is sent before all that are queued already
     * @param onPause called with the time for which the key is not used, possibly several times
     * @return see {@link RateLimiter#enqueue}
     */
    CompletableFuture<RateLimiter.Turn> submit(ApiKey key, boolean first, Consumer<Duration> onPause) {
        RateLimiter limiter;
        CompletableFuture<RateLimiter.Turn> turn;
        // One lock for both steps, because an idle limiter must not be removed between its lookup and its use.
        synchronized (limiters) {
            limiters.values().removeIf(RateLimiter::isIdle);
            limiter = limiters.computeIfAbsent(key.digest(), digest -> new RateLimiter(limit, timer, clock));
            turn = limiter.enqueue(first, onPause);
        }
        limiter.sendNext();
        return turn;
    }

    /**
     * Logs a team member out of DoubleTick on every device ({@code POST /team-member/logout}). Never throws.
     *
     * @return completes when DoubleTick has confirmed the logout, otherwise exceptionally, normally with a {@link
     *     DoubleTickException}; cancelling it ends the request, or the wait for the next one, at once
     */
    public CompletableFuture<LogoutResult> logout(ApiKey key, LoginNumber number, CallListener listener) {
        // Bytes, because OkHttp would add a charset, which JSON does not have, to the content type of a string.
        byte[] body = JsonNodeFactory.instance
                .objectNode()
                .put("userPhoneNumber", number.digits())
                .toString()
                .getBytes(StandardCharsets.UTF_8);
        Request request = request(key, "team-member/logout")
                .post(RequestBody.create(body, MediaType.get("application/json")))
                .build();
        return new ApiCall<>(this, request, key, number, retry, listener, (response, tries) -> {
                    ApiResponse answer = ApiResponse.read(response);
                    answer.confirmLogout(key, number);
                    return new LogoutResult(answer.status(), tries);
                })
                .start();
    }

    /**
     * Checks whether DoubleTick accepts a key, with one read-only request ({@code GET /roles}). Never throws.
     *
     * @return completes if DoubleTick accepts the key, otherwise exceptionally, normally with a {@link DoubleTickException}
     */
    public CompletableFuture<Void> checkKey(ApiKey key) {
        Request request = request(key, "roles").get().build();
        return new ApiCall<Void>(this, request, key, null, Retry.NEVER, CallListener.NONE, (response, tries) -> {
                    ApiResponse.read(response).confirmKey(key);
                    return null;
                })
                .start();
    }

    /**
     * Asks for the members of the team ({@code GET /team}), or returns those of the last {@link TeamCache#KEPT}. Never
     * throws.
     *
     * @param maxFailureAge how old a failure may be that is returned without another request, {@link TeamCache#KEPT} at
     *     most; zero asks again after each failure
     * @return completes with the team, otherwise exceptionally, normally with a {@link DoubleTickException}; cancelling it does
     *     not cancel the request, which other callers share
     */
    public CompletableFuture<TeamResult> team(ApiKey key, Duration maxFailureAge) {
        Request request = request(key, "team").get().build();
        return teams.get(
                key.digest(),
                maxFailureAge,
                () -> new ApiCall<>(
                                this,
                                request,
                                key,
                                null,
                                retry,
                                CallListener.NONE,
                                (response, tries) -> TeamResponse.read(response, key))
                        .start());
    }

    private Request.Builder request(ApiKey key, String path) {
        return new Request.Builder()
                .url(url.newBuilder().addPathSegments(path).build())
                .header("Authorization", key.value())
                .header("Accept", "application/json")
                .header("User-Agent", userAgent);
    }
}
