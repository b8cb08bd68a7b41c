package io.jenkins.plugins.doubletick.client;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import io.jenkins.plugins.doubletick.client.RateLimiter.Turn;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import okhttp3.Call;
import okhttp3.Request;
import okhttp3.Response;

/**
 * One call of the API, from its first request to its last. Each request has one future, which the first of these completes: the
 * response, a failure, the time limit, or the end of the call. For the rate limiter, the request ends when its future completes.
 * A call holds a thread only while a request is in flight.
 */
final class ApiCall<T> {

    interface Reader<T> {
        T read(Response response, int tries) throws IOException, DoubleTickException;
    }

    private static final Logger LOGGER = Logger.getLogger(ApiCall.class.getName());

    private final DoubleTickClient client;
    private final Request request;
    private final ApiKey key;
    private final LoginNumber number;
    private final Retry retry;
    private final CallListener listener;
    private final Reader<T> reader;

    private final CompletableFuture<T> result = new CompletableFuture<>();
    /** What the call waits for: its turn, the end of its request, or the next try. */
    private volatile Future<?> current = CompletableFuture.completedFuture(null);

    // One thread at a time changes these two; a future, the pool or the timer hands them over to the next thread.
    private int tries;
    private int failures;

    private final AtomicBoolean knowsOfPause = new AtomicBoolean();

    /** @param number null if the request contains none */
    ApiCall(
            DoubleTickClient client,
            Request request,
            ApiKey key,
            LoginNumber number,
            Retry retry,
            CallListener listener,
            Reader<T> reader) {
        this.client = client;
        this.request = request;
        this.key = key;
        this.number = number;
        this.retry = retry;
        this.listener = listener;
        this.reader = reader;
    }

    /** Starts the call. Cancelling the future ends the request, or the wait for the next one, at once. */
    CompletableFuture<T> start() {
        result.whenComplete((value, failure) -> current.cancel(false));
        submit(retry.equals(Retry.NEVER));
        return result;
    }

    private void waitFor(Future<?> next) {
        current = next;
        if (result.isDone()) { // Cancelled before "current" was set.
            next.cancel(false);
        }
    }

    private void submit(boolean first) {
        failOnError(() -> {
            CompletableFuture<Turn> turn = client.submit(key, first, this::pause);
            waitFor(turn);
            turn.whenComplete((granted, failure) -> {
                if (granted != null) {
                    send(granted);
                } else {
                    fail(failure);
                }
            });
        });
    }

    private void send(Turn turn) {
        tries++;
        CompletableFuture<T> end = new CompletableFuture<>();
        end.whenComplete((value, failure) -> failOnError(() -> ended(turn, value, failure)));
        try {
            waitFor(end);
            Call call = client.http.newCall(request);
            end.whenComplete((value, failure) -> call.cancel()); // Does nothing after a success.
            Future<?> limit = endAfter(client.timeouts.thread(), end);
            client.threads.execute(() -> {
                limit.cancel(false);
                execute(call, end);
            });
        } catch (RuntimeException | Error e) { // No thread can be started, for example.
            end.completeExceptionally(NetworkFailure.internal(e).without(key, number));
        }
    }

    private void execute(Call call, CompletableFuture<T> end) {
        if (end.isDone()) {
            return;
        }
        try {
            // OkHttp's own limit ends the call a second earlier, because its failure has more details.
            endAfter(client.timeouts.response().plusSeconds(1), end);
            end.complete(reader.read(call.execute(), tries));
        } catch (DoubleTickException e) {
            end.completeExceptionally(e);
        } catch (IOException | RuntimeException | Error e) {
            end.completeExceptionally(
                    NetworkFailure.of(e, client.http, request.url()).without(key, number));
        }
    }

    /** Ends a request that OkHttp cannot end: a lookup of a host name, for example, is not interruptible. */
    private Future<?> endAfter(Duration time, CompletableFuture<T> end) {
        Future<?> limit = client.timer.schedule(
                () -> end.completeExceptionally(NetworkFailure.hanging(time)), time.toNanos(), TimeUnit.NANOSECONDS);
        end.whenComplete((value, failure) -> limit.cancel(false));
        return limit;
    }

    private void ended(Turn turn, T value, Throwable thrown) {
        Duration pause = null;
        try {
            pause = turn.end(thrown);
        } finally {
            if (thrown == null) {
                result.complete(value);
            }
        }
        if (thrown instanceof DoubleTickException failure) {
            LOGGER.log(Level.FINE, failure, () -> "Request " + tries + " to " + request.url() + " failed");
            if (failure.reason() == Reason.RATE_LIMITED) {
                // Sends a logout before the queued requests, and GET /team after them, because it may have a lower
                // limit.
                retryOrFail(failure, retry.maxTries() == 1 ? null : pause, wait -> submit(number != null));
            } else {
                retryOrFail(failure, retry.waitAfter(failure, ++failures), this::submitAfter);
            }
        } // Otherwise the call was cancelled or has succeeded.
    }

    private void retryOrFail(DoubleTickException failure, Duration wait, Consumer<Duration> again) {
        if (wait == null) {
            fail(failure);
        } else if (!result.isDone()) {
            knowsOfPause.set(true);
            report(() -> listener.retrying(failure, tries, wait));
            again.accept(wait);
        }
    }

    private void submitAfter(Duration wait) {
        waitFor(client.timer.schedule(() -> submit(true), wait.toNanos(), TimeUnit.NANOSECONDS));
    }

    private void pause(Duration wait) {
        if (!knowsOfPause.getAndSet(true)) {
            report(() -> listener.rateLimited(wait));
        }
    }

    private void fail(Throwable failure) {
        result.completeExceptionally(failure instanceof DoubleTickException e ? e.after(tries) : failure);
    }

    private void failOnError(Runnable stage) {
        try {
            stage.run();
        } catch (RuntimeException | Error e) { // A timer that is shut down rejects tasks.
            result.completeExceptionally(e);
        }
    }

    /** Ignores an exception of the listener, because the call does not depend on the listener. */
    private static void report(Runnable message) {
        try {
            message.run();
        } catch (RuntimeException | Error e) {
            LOGGER.log(Level.WARNING, "Cannot report the progress of a call", e);
        }
    }
}
