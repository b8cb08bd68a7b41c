package io.jenkins.plugins.doubletick.client;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import okhttp3.Request;
import okhttp3.Response;

/**
 * One call of the API from its first request to its last. It holds a thread only while a request of it is in flight.
 * Whatever fails, its future completes, and the limiter hears of the end of each request.
 */
final class ApiCall<T> implements RateLimiter.Waiter {

    /** Reads and closes a response. */
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
    private volatile HttpExchange<T> exchange;
    private volatile Future<?> nextTry;
    private final AtomicInteger tries = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();

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
            limiter.over(false);
            return;
        }
        int count = tries.incrementAndGet();
        HttpExchange.Reader<T> read = response -> reader.read(response, count);
        exchange = new HttpExchange<>(client, request, key, number, read, new HttpExchange.Listener<>() {
            @Override
            public void succeeded(T value) {
                try {
                    limiter.over(true);
                } finally {
                    result.complete(value);
                }
            }

            @Override
            public void failed(DoubleTickException failure) {
                try {
                    retryOrFail(failure, sentAt);
                } catch (RuntimeException | Error e) { // The timer may take nothing more, as when Jenkins ends.
                    result.completeExceptionally(e);
                }
            }
        });
        exchange.start();
        if (result.isDone()) {
            cancel(); // Repeats what had no request to cancel yet.
        }
    }

    private void cancel() {
        limiter.withdraw(this);
        if (nextTry != null) {
            nextTry.cancel(false);
        }
        if (exchange != null) {
            exchange.cancel();
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
                failure instanceof DoubleTickException e ? e.after(tries.get(), client.policy) : failure);
    }

    private void retryOrFail(DoubleTickException failure, long sentAt) {
        boolean limited = failure.reason() == Reason.RATE_LIMITED;
        Duration wait;
        boolean again;
        if (limited) {
            wait = limiter.refused(sentAt, failure);
            again = wait != null && maxTries > 1;
        } else {
            limiter.over(failure.status() != 0);
            int count = failures.incrementAndGet();
            wait = client.policy.waitAfter(failure, count);
            again = count < maxTries && client.policy.allows(failure);
        }
        tell(() -> LOGGER.log(Level.FINE, failure, () -> "Request " + tries + " to " + request.url() + " failed"));
        if (!again) {
            fail(failure);
        } else if (!result.isDone()) {
            toldToWait.set(true);
            tell(() -> listener.retrying(failure, tries.get(), wait));
            if (limited) {
                // Lets logouts go before a request for the team, which may have a limit of its own.
                limiter.enter(this, number != null);
            } else {
                nextTry = client.timer.schedule(() -> limiter.enter(this, true), wait.toNanos(), TimeUnit.NANOSECONDS);
            }
            if (result.isDone()) {
                cancel(); // Repeats what came between the lines above.
            }
        }
    }

    /** Runs what tells of the progress, and goes on if that fails, because the logout does not depend on it. */
    private static void tell(Runnable message) {
        try {
            message.run();
        } catch (RuntimeException | Error e) {
            LOGGER.log(Level.WARNING, "The progress of a call could not be told", e);
        }
    }
}
