package io.jenkins.plugins.doubletick.bench;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Dispatcher;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** The same request by OkHttp alone: what is left if nothing of this plugin and nothing of Jenkins is there. */
final class BareOkHttp implements AutoCloseable {

    private final ServerControl server;
    private final String key;
    private final ExecutorService threads;
    private final OkHttpClient http;

    /** @param bound how many requests may be in flight together */
    BareOkHttp(ServerControl server, String key, int bound) {
        this.server = server;
        this.key = key;
        threads = Executors.newCachedThreadPool(task -> new Thread(task, threads(bound)));
        Dispatcher dispatcher = new Dispatcher(threads);
        dispatcher.setMaxRequests(bound);
        dispatcher.setMaxRequestsPerHost(bound);
        http = new OkHttpClient.Builder().dispatcher(dispatcher).build();
    }

    /** What the names of its threads begin with. */
    static String threads(int bound) {
        return "Bare OkHttp, " + bound;
    }

    private Call call() {
        return http.newCall(new Request.Builder()
                .url(server.logoutUrl())
                .header("Authorization", key)
                .post(RequestBody.create(Builds.BODY, MediaType.get("application/json")))
                .build());
    }

    /** One call on the caller's thread. */
    void once() throws IOException {
        confirm(call().execute());
    }

    /** So many calls at once; completes when all have ended well. */
    Future<?> many(int count) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        AtomicInteger left = new AtomicInteger(count);
        Callback callback = new Callback() {
            @Override
            public void onResponse(Call call, Response response) throws IOException {
                confirm(response);
                if (left.decrementAndGet() == 0) {
                    done.complete(null);
                }
            }

            @Override
            public void onFailure(Call call, IOException e) {
                done.completeExceptionally(e);
            }
        };
        for (int i = 0; i < count; i++) {
            call().enqueue(callback);
        }
        return done;
    }

    private static void confirm(Response response) throws IOException {
        try (response) {
            if (response.code() != 201 || !response.body().string().contains("true")) {
                throw new IllegalStateException("Unexpected answer: " + response);
            }
        }
    }

    @Override
    public void close() {
        threads.shutdown();
        http.connectionPool().evictAll();
    }
}
