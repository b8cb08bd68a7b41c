package io.jenkins.plugins.doubletick.client;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.Call;
import okhttp3.Request;
import okhttp3.Response;

/**
 * One request and its response, on a thread of the client. It ends once, and always, even where OkHttp does not: a name or a
 * proxy selector may hang, a thread may not start, an answer may break OkHttp.
 */
final class HttpExchange<T> {

    /** Reads and closes a response. */
    @FunctionalInterface
    interface Reader<T> {
        T read(Response response) throws IOException, DoubleTickException;
    }

    /** Hears of the end, once. */
    interface Listener<T> {
        void succeeded(T result);

        /** @param failure is without the key and the clear number */
        void failed(DoubleTickException failure);
    }

    private final DoubleTickClient client;
    private final Request request;
    private final ApiKey key;
    private final LoginNumber number;
    private final Reader<T> reader;
    private final Listener<T> listener;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile Call call;
    private volatile Future<?> limit;

    /** @param number null where none is sent */
    HttpExchange(
            DoubleTickClient client,
            Request request,
            ApiKey key,
            LoginNumber number,
            Reader<T> reader,
            Listener<T> listener) {
        this.client = client;
        this.request = request;
        this.key = key;
        this.number = number;
        this.reader = reader;
        this.listener = listener;
    }

    /** Sends the request when there is a thread for it. */
    void start() {
        try {
            Call sent = client.http.newCall(request);
            call = sent;
            endAfter(client.policy.patience());
            client.threads.execute(() -> send(sent));
        } catch (RuntimeException | Error e) { // No thread can be started, for example.
            fail(NetworkFailure.internal(e));
        }
    }

    /** Ends it with a failure at once. */
    void cancel() {
        Call sent = call;
        if (sent != null) {
            sent.cancel();
        }
    }

    private void send(Call sent) {
        if (over.get()) {
            return;
        }
        try {
            // Gives OkHttp's own limit a second to come first, because its failure says more.
            endAfter(client.policy.callTimeout().plusSeconds(1));
            T result = reader.read(sent.execute());
            if (isFirstEnd()) {
                listener.succeeded(result);
            }
        } catch (DoubleTickException e) {
            end(e);
        } catch (IOException | RuntimeException | Error e) {
            fail(NetworkFailure.of(e, client.http, request.url()));
        }
    }

    private void endAfter(Duration time) {
        Future<?> earlier = limit;
        limit = client.timer.schedule(
                () -> {
                    cancel();
                    end(NetworkFailure.hanging(time));
                },
                time.toNanos(),
                TimeUnit.NANOSECONDS);
        if (earlier != null) {
            earlier.cancel(false);
        }
    }

    private void fail(DoubleTickException failure) {
        end(failure.without(key, number));
    }

    private void end(DoubleTickException failure) {
        if (isFirstEnd()) {
            listener.failed(failure);
        }
    }

    private boolean isFirstEnd() {
        if (limit != null) {
            limit.cancel(false);
        }
        return over.compareAndSet(false, true);
    }
}
