package io.jenkins.plugins.doubletick.client;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Authenticator;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okio.ByteString;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * A client of the DoubleTick API, as far as logging out team members needs it. It is asynchronous: no caller's thread
 * waits, and at most {@value #MAX_REQUESTS} requests are in flight at a time, for each of which a thread waits.
 *
 * <p>Keep one instance: it knows which API keys DoubleTick told to wait.
 */
@Restricted(NoExternalUse.class)
public final class DoubleTickClient {

    /** The address of the DoubleTick API. */
    public static final String DEFAULT_URL = "https://public.doubletick.io";

    /** How many requests may be in flight at a time. OkHttp blocks a thread for each. */
    public static final int MAX_REQUESTS = 32;

    /** How long making a connection may take. */
    public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    final OkHttpClient http;
    final RetryPolicy policy;
    final ScheduledExecutorService timer;
    final Executor threads;
    private final HttpUrl url;
    private final String userAgent;
    /** By a digest of the key, so that nothing of a key is kept when nothing of it is under way. */
    private final Map<ByteString, RateLimiter> limiters = new HashMap<>();

    private final TeamCache teams;

    /**
     * @param http where proxy and trusted certificates come from; what makes a call safe is set here
     * @param url where the API is, normally {@link #DEFAULT_URL}
     * @param userAgent how the client introduces itself to DoubleTick
     * @param timer runs what comes later; nothing that blocks is run on it
     */
    public DoubleTickClient(
            OkHttpClient http, HttpUrl url, String userAgent, RetryPolicy policy, ScheduledExecutorService timer) {
        this(http, url, userAgent, policy, timer, threads());
    }

    /** @param threads run requests, each for as long as it takes */
    DoubleTickClient(
            OkHttpClient http,
            HttpUrl url,
            String userAgent,
            RetryPolicy policy,
            ScheduledExecutorService timer,
            Executor threads) {
        this.http = http.newBuilder()
                .connectTimeout(CONNECT_TIMEOUT)
                // Limits the whole request: a limit for each read would let a dripping answer go on for ever.
                .callTimeout(policy.callTimeout())
                .readTimeout(Duration.ZERO)
                .writeTimeout(Duration.ZERO)
                // Shares no connection, as HTTP/2 would: one that fell silent costs one try of one call.
                .connectionPool(new ConnectionPool(0, 1, TimeUnit.SECONDS))
                .protocols(List.of(Protocol.HTTP_1_1))
                // Follows no redirect: a POST can become a GET, and the key must go nowhere else.
                .followRedirects(false)
                .followSslRedirects(false)
                // Leaves it to RetryPolicy to send again, which counts, logs and waits.
                .retryOnConnectionFailure(false)
                // Tries a host's addresses one after the other: racing them takes a second thread for each call.
                .fastFallback(false)
                .authenticator(Authenticator.NONE)
                // Sends the proxy's login with CONNECT only: behind the tunnel, it is the service that asks for it.
                .proxyAuthenticator(
                        (route, response) -> response.request().method().equals("CONNECT")
                                ? http.proxyAuthenticator().authenticate(route, response)
                                : null)
                .proxySelector(new DirectLoopbackProxySelector(http.proxySelector()))
                .addNetworkInterceptor(RetryAfter::hideFromOkHttp)
                .build();
        this.url = url;
        this.userAgent = userAgent;
        this.policy = policy;
        this.timer = timer;
        this.threads = threads;
        this.teams = new TeamCache(timer, TeamCache.USUAL, Duration.ZERO);
    }

    /** Runs requests. OkHttp's own threads have no bound, and an error in starting one leaves other calls without end. */
    private static Executor threads() {
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

    /** Returns the one limiter of a key. */
    RateLimiter limiter(ApiKey key) {
        synchronized (limiters) {
            limiters.values().removeIf(RateLimiter::isIdle);
            return limiters.computeIfAbsent(digest(key), k -> new RateLimiter(policy, timer, System::nanoTime));
        }
    }

    /**
     * Logs a team member out of DoubleTick on every device ({@code POST /team-member/logout}). Never throws.
     *
     * @return completes when DoubleTick confirmed the logout, else exceptionally, as a rule with a {@link
     *     DoubleTickException}; cancelling it ends the request, or the wait for the next one, at once
     */
    public CompletableFuture<LogoutResult> logout(ApiKey key, LoginNumber number, CallListener listener) {
        // Hands over bytes, because OkHttp adds a charset, which JSON does not have, to the type of a text.
        byte[] body = JsonNodeFactory.instance
                .objectNode()
                .put("userPhoneNumber", number.digits())
                .toString()
                .getBytes(StandardCharsets.UTF_8);
        Request request = request(key, "team-member/logout")
                .post(RequestBody.create(body, MediaType.get("application/json")))
                .build();
        return new ApiCall<>(this, request, key, number, policy.maxTries(), listener, (response, tries) -> {
                    ApiResponse answer = ApiResponse.read(response);
                    answer.confirmLogout(key, number);
                    return new LogoutResult(answer.status(), tries);
                })
                .start();
    }

    /**
     * Asks whether DoubleTick accepts a key, without changing anything ({@code GET /roles}), once. Never throws.
     *
     * @return completes if it does, else exceptionally, as a rule with a {@link DoubleTickException}
     */
    public CompletableFuture<Void> checkKey(ApiKey key) {
        Request request = request(key, "roles").get().build();
        return new ApiCall<Void>(this, request, key, null, 1, CallListener.NONE, (response, tries) -> {
                    ApiResponse.read(response).confirmKey(key);
                    return null;
                })
                .start();
    }

    /**
     * Asks for the members of the team ({@code GET /team}), or returns those of the last half minute. Never throws.
     *
     * @return completes with the team, else exceptionally, as a rule with a {@link DoubleTickException}; cancelling it
     *     does not end the request, which others may wait for
     */
    public CompletableFuture<Team> team(ApiKey key) {
        Request request = request(key, "team").get().build();
        return teams.get(
                digest(key),
                () -> new ApiCall<>(
                                this,
                                request,
                                key,
                                null,
                                policy.maxTries(),
                                CallListener.NONE,
                                (response, tries) -> TeamResponse.read(response, key))
                        .start());
    }

    private static ByteString digest(ApiKey key) {
        return ByteString.encodeUtf8(key.value()).sha256();
    }

    private Request.Builder request(ApiKey key, String path) {
        return new Request.Builder()
                .url(url.newBuilder().addPathSegments(path).build())
                .header("Authorization", key.value())
                .header("Accept", "application/json")
                .header("User-Agent", userAgent);
    }
}
