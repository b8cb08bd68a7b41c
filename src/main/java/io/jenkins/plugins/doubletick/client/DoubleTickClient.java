package io.jenkins.plugins.doubletick.client;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Dispatcher;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;

/**
 * The DoubleTick API, as far as logging out team members needs it. Asynchronous: no caller's thread waits, and at most
 * {@value #MAX_REQUESTS} requests are in flight at a time, each of them on a thread; all others wait without one.
 *
 * <p>Keep one instance, which shares connections and knows which API keys DoubleTick told to wait.
 */
public final class DoubleTickClient {

    /** The address of the DoubleTick API. */
    public static final String DEFAULT_URL = "https://public.doubletick.io";

    /** Requests in flight at a time. OkHttp blocks a thread for each, and DoubleTick is not to be flooded. */
    public static final int MAX_REQUESTS = 32;

    /** How long making a connection may take. */
    public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    /** How long one try may take from sending, connection included, to the last byte of its answer. */
    public static final Duration CALL_TIMEOUT = Duration.ofSeconds(30);

    private final OkHttpClient http;
    private final HttpUrl url;
    private final String userAgent;
    private final RetryPolicy policy;
    private final ScheduledExecutorService timer;
    /** Never emptied: an account has one key, and a gate is small. */
    private final Map<ApiKey, RateLimiter> gates = new ConcurrentHashMap<>();

    /**
     * @param http where proxy and trusted certificates come from; what makes a logout safe is set here
     * @param url where the API is, normally {@link #DEFAULT_URL}
     * @param userAgent how the client introduces itself to DoubleTick
     * @param timer runs what comes later; nothing that blocks is run on it
     */
    public DoubleTickClient(
            OkHttpClient http, HttpUrl url, String userAgent, RetryPolicy policy, ScheduledExecutorService timer) {
        this(http, url, userAgent, policy, timer, CALL_TIMEOUT);
    }

    /** @param callTimeout instead of {@link #CALL_TIMEOUT}, for tests that do not want to wait for it */
    public DoubleTickClient(
            OkHttpClient http,
            HttpUrl url,
            String userAgent,
            RetryPolicy policy,
            ScheduledExecutorService timer,
            Duration callTimeout) {
        this.http = http.newBuilder()
                .dispatcher(dispatcher())
                .connectTimeout(CONNECT_TIMEOUT)
                // One limit for the whole try: OkHttp's own for each read would end a slow answer early and let a
                // dripping one go on for ever.
                .callTimeout(callTimeout)
                .readTimeout(Duration.ZERO)
                .writeTimeout(Duration.ZERO)
                // A redirected POST can turn into a GET whose 200 means nothing, and the key must go nowhere else.
                .followRedirects(false)
                .followSslRedirects(false)
                // Every request sent again is counted, told and waited for, by RetryPolicy alone.
                .retryOnConnectionFailure(false)
                // Racing a host's addresses takes a second thread for each call.
                .fastFallback(false)
                .addNetworkInterceptor(ApiResponse::boundRetryAfter)
                .build();
        this.url = url;
        this.userAgent = userAgent;
        this.policy = policy;
        this.timer = timer;
    }

    private static Dispatcher dispatcher() {
        AtomicInteger count = new AtomicInteger();
        // OkHttp's own pool has no bound, and for a moment a finishing call and its successor have a thread each.
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                MAX_REQUESTS, MAX_REQUESTS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "DoubleTick request " + count.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        Dispatcher dispatcher = new Dispatcher(threads);
        dispatcher.setMaxRequests(MAX_REQUESTS);
        dispatcher.setMaxRequestsPerHost(MAX_REQUESTS);
        return dispatcher;
    }

    /**
     * Logs a team member out of DoubleTick on every device ({@code POST /team-member/logout}).
     *
     * @return completes when DoubleTick confirmed the logout, else exceptionally with a {@link DoubleTickException};
     *     cancelling it ends the request, or the wait for the next try, at once
     */
    public CompletableFuture<LogoutResult> logout(ApiKey key, LoginNumber number, CallListener listener) {
        Request request =
                request(key, "team-member/logout").post(new LogoutBody(number)).build();
        RateLimiter gate = gates.computeIfAbsent(key, k -> new RateLimiter(MAX_REQUESTS, policy.maxTries(), timer));
        return new LogoutCall(http, request, key, number, listener, policy, timer, gate).start();
    }

    /**
     * Asks whether DoubleTick accepts a key, without changing anything ({@code GET /roles}), once.
     *
     * @return completes if it does, else exceptionally with a {@link DoubleTickException}
     */
    public CompletableFuture<Void> checkKey(ApiKey key) {
        Request request = request(key, "roles").get().build();
        CompletableFuture<Void> result = new CompletableFuture<>();
        http.newCall(request).enqueue(new Callback() {
            @Override
            public void onResponse(Call call, Response response) {
                try {
                    ApiResponse.read(response).confirmKey(key);
                    result.complete(null);
                } catch (IOException e) {
                    onFailure(call, e);
                } catch (DoubleTickException | RuntimeException e) {
                    result.completeExceptionally(e);
                }
            }

            @Override
            public void onFailure(Call call, IOException e) {
                result.completeExceptionally(
                        NetworkFailure.of(e, http, request.url()).without(key, null));
            }
        });
        return result;
    }

    private Request.Builder request(ApiKey key, String path) {
        return new Request.Builder()
                .url(url.newBuilder().addPathSegments(path).build())
                .header("Authorization", key.value())
                .header("Accept", "application/json")
                .header("User-Agent", userAgent);
    }

    /** One-shot, since OkHttp sends any other body again by itself after {@code 503} with {@code Retry-After: 0}. */
    private static final class LogoutBody extends RequestBody {

        private static final MediaType JSON = MediaType.get("application/json");

        private final byte[] bytes;

        LogoutBody(LoginNumber number) {
            bytes = JsonNodeFactory.instance
                    .objectNode()
                    .put("userPhoneNumber", number.value())
                    .toString()
                    .getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public MediaType contentType() {
            return JSON;
        }

        @Override
        public long contentLength() {
            return bytes.length;
        }

        @Override
        public boolean isOneShot() {
            return true;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            sink.write(bytes);
        }
    }
}
