package io.jenkins.plugins.doubletick.client;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import okhttp3.Call;
import okhttp3.Request;
import okhttp3.Response;

/**
 * One call of the API from its first request to its last. It holds a thread only while a request of it is in flight.
 * Whatever fails, its future completes, and the limiter hears of the end of each request.
 */
final class ApiCall<T> implements RateLimiter.Waiter {

    /** Reads and closes the answer to a request. */
    @FunctionalInterface
    interface Reader<T> {
        /** @param tries how many requests were sent for it */
        T read(Response response, int tries) throws IOException, DoubleTickException;
    }

    private static final Logger LOGGER = Logger.getLogger(ApiCall.class.getName());

    private final DoubleTickClient client;
    private final RateLimiter limiter;
    private final Request request;
    private final ApiKey key;
    private final LoginNumber number;
    private final int maxTries;
    private final CallListener listener;
    private final Reader<T> reader;

    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final AtomicBoolean toldToWait = new AtomicBoolean();
    private volatile Try current;
    private volatile Future<?> nextTry;
    private volatile int tries;
    private volatile int failures;

    /**
     * @param number null where none is sent
     * @param maxTries 1 for a call that says at once why it failed, even if that was a 429
     */
    ApiCall(
            DoubleTickClient client,
            Request request,
            ApiKey key,
            LoginNumber number,
            int maxTries,
            CallListener listener,
            Reader<T> reader) {
        this.client = client;
        this.limiter = client.limiter(key);
        this.request = request;
        this.key = key;
        this.number = number;
        this.maxTries = maxTries;
        this.listener = listener;
        this.reader = reader;
    }

    /** Starts it. Cancelling the future ends the request, or the wait for the next one, at once. */
    CompletableFuture<T> start() {
        result.whenComplete((done, failure) -> {
            if (result.isCancelled()) {
                cancel();
            }
        });
        limiter.enter(this, maxTries == 1);
        return result;
    }

    @Override
    public void send(long sentAt) {
        if (result.isDone()) {
            limiter.unanswered();
            return;
        }
        tries++;
        current = new Try(sentAt);
        current.start();
        if (result.isDone()) {
            cancel(); // It was cancelled before there was a request to cancel.
        }
    }

    private void cancel() {
        limiter.withdraw(this);
        if (nextTry != null) {
            nextTry.cancel(false);
        }
        if (current != null) {
            current.call.cancel();
        }
    }

    @Override
    public void heldBack(Duration wait) {
        if (!toldToWait.getAndSet(true)) {
            tell(() -> listener.heldBack(wait));
        }
    }

    @Override
    public void fail(Throwable failure) {
        result.completeExceptionally(
                failure instanceof DoubleTickException e ? e.after(tries, client.policy) : failure);
    }

    private void failed(DoubleTickException failure, long sentAt) {
        LOGGER.log(Level.FINE, failure, () -> "Request " + tries + " of " + request.url() + " failed");
        Duration wait;
        boolean again;
        if (failure.reason() == Reason.RATE_LIMITED) {
            wait = limiter.refused(sentAt, failure);
            again = wait != null && maxTries > 1;
        } else {
            failures++;
            wait = client.policy.waitAfter(failure, failures);
            again = failures < maxTries && client.policy.allows(failure);
        }
        if (!again) {
            fail(failure);
        } else if (!result.isDone()) {
            toldToWait.set(true);
            tell(() -> listener.retrying(failure, tries, wait));
            if (failure.reason() == Reason.RATE_LIMITED) {
                limiter.enter(this, true);
            } else {
                nextTry = client.timer.schedule(() -> limiter.enter(this, true), wait.toNanos(), TimeUnit.NANOSECONDS);
            }
            if (result.isDone()) {
                cancel(); // It was cancelled between the lines above.
            }
        }
    }

    /** A log that cannot be written must keep nobody logged in. */
    private static void tell(Runnable message) {
        try {
            message.run();
        } catch (RuntimeException | Error e) {
            LOGGER.log(Level.WARNING, "The progress of a call could not be told", e);
        }
    }

    /** One request. The timer ends it where OkHttp cannot: resolving a name and selecting a proxy may hang. */
    private final class Try implements Runnable {

        private final Call call = client.http.newCall(request);
        private final AtomicBoolean over = new AtomicBoolean();
        private final long sentAt;
        private volatile Future<?> limit;

        Try(long sentAt) {
            this.sentAt = sentAt;
        }

        void start() {
            try {
                endAfter(client.policy.patience());
                client.threads.execute(this);
            } catch (RuntimeException | Error e) { // There may be no thread, or a timer that is shut down.
                end(NetworkFailure.internal(e).without(key, number));
            }
        }

        @Override
        public void run() {
            if (over.get()) {
                return;
            }
            try {
                endAfter(client.policy.callTimeout().plusSeconds(1)); // OkHttp's own limit says more about the failure.
                T value = reader.read(call.execute(), tries);
                if (isFirstEnd()) {
                    try {
                        limiter.accepted(sentAt);
                    } finally {
                        result.complete(value);
                    }
                }
            } catch (DoubleTickException e) {
                end(e);
            } catch (IOException | RuntimeException | Error e) {
                end(NetworkFailure.of(e, client.http, request.url()).without(key, number));
            }
        }

        private void endAfter(Duration time) {
            Future<?> earlier = limit;
            limit = client.timer.schedule(
                    () -> {
                        call.cancel();
                        end(NetworkFailure.hanging(time));
                    },
                    time.toNanos(),
                    TimeUnit.NANOSECONDS);
            if (earlier != null) {
                earlier.cancel(false);
            }
        }

        private boolean isFirstEnd() {
            if (limit != null) {
                limit.cancel(false);
            }
            return over.compareAndSet(false, true);
        }

        private void end(DoubleTickException failure) {
            if (!isFirstEnd()) {
                return;
            }
            try {
                if (failure.status() == 0) {
                    limiter.unanswered();
                } else if (failure.reason() != Reason.RATE_LIMITED) {
                    limiter.accepted(sentAt);
                }
                failed(failure, sentAt);
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        }
    }
}
