package io.jenkins.plugins.doubletick.client;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** One logout from its first try to its last. It holds a thread only while a request of it is in flight. */
final class LogoutCall implements Callback {

    private static final Logger LOGGER = Logger.getLogger(LogoutCall.class.getName());

    private final OkHttpClient http;
    private final Request request;
    private final ApiKey key;
    private final LoginNumber number;
    private final CallListener listener;
    private final RetryPolicy policy;
    private final ScheduledExecutorService timer;
    private final RateLimiter gate;

    private final CompletableFuture<LogoutResult> result = new CompletableFuture<>();
    private final AtomicBoolean toldHeldBack = new AtomicBoolean();
    private volatile int era;
    private final AtomicInteger tries = new AtomicInteger();
    private volatile Call call;
    private volatile Future<?> nextTry;

    LogoutCall(
            OkHttpClient http,
            Request request,
            ApiKey key,
            LoginNumber number,
            CallListener listener,
            RetryPolicy policy,
            ScheduledExecutorService timer,
            RateLimiter gate) {
        this.http = http;
        this.request = request;
        this.key = key;
        this.number = number;
        this.listener = listener;
        this.policy = policy;
        this.timer = timer;
        this.gate = gate;
    }

    CompletableFuture<LogoutResult> start() {
        result.whenComplete((done, failure) -> {
            if (result.isCancelled()) {
                cancel();
            }
        });
        gate.enter(this);
        return result;
    }

    int tries() {
        return tries.get();
    }

    /** The gate's era in which the request in flight was let through. */
    int era() {
        return era;
    }

    void admitted(int era) {
        this.era = era;
    }

    /** Called by the gate only, which is told the end of every request that it let through. */
    void send() {
        if (result.isDone()) {
            gate.leave(false);
            return;
        }
        tries.incrementAndGet();
        call = http.newCall(request);
        call.enqueue(this);
        if (result.isCancelled()) {
            call.cancel(); // Cancelled between the two lines above.
        }
    }

    private void cancel() {
        gate.withdraw(this);
        if (nextTry != null) {
            nextTry.cancel(false);
        }
        if (call != null) {
            call.cancel();
        }
    }

    @Override
    public void onResponse(Call done, Response response) {
        try {
            ApiResponse answer = ApiResponse.read(response);
            LOGGER.log(Level.FINE, "{0}: HTTP status {1} at try {2}", new Object[] {number, answer.status(), tries()});
            answer.confirmLogout(key, number);
            gate.leave(true);
            result.complete(new LogoutResult(answer.status(), tries()));
        } catch (IOException e) {
            onFailure(done, e);
        } catch (DoubleTickException e) {
            failed(e);
        } catch (RuntimeException | Error e) { // A logout must have an end.
            gate.leave(false);
            result.completeExceptionally(e);
        }
    }

    @Override
    public void onFailure(Call done, IOException e) {
        DoubleTickException failure = NetworkFailure.of(e, http, request.url()).without(key, number);
        LOGGER.log(Level.FINE, failure, () -> number + ": no answer at try " + tries());
        failed(failure);
    }

    private void failed(DoubleTickException failure) {
        try {
            retryOrFail(failure);
        } catch (RuntimeException | Error e) { // Also when the timer takes nothing more.
            result.completeExceptionally(e);
        }
    }

    private void retryOrFail(DoubleTickException failure) {
        Duration wait = policy.waitAfter(failure, tries());
        boolean again = policy.allows(failure, tries());
        boolean limited = failure.reason() == Reason.RATE_LIMITED;
        if (limited && policy.asksTooLong(failure)) {
            gate.leave(false);
            gate.failAll(failure);
        } else if (limited) {
            again &= gate.close(this, failure, wait);
        } else {
            gate.leave(failure.status() > 0);
        }
        if (!again) {
            fail(failure);
        } else if (!result.isDone()) {
            toldHeldBack.set(true);
            tell(() -> listener.retrying(failure, tries(), wait));
            if (limited) {
                gate.enter(this);
            } else {
                nextTry = timer.schedule(() -> gate.enter(this), wait.toNanos(), TimeUnit.NANOSECONDS);
            }
            if (result.isDone()) {
                cancel(); // Cancelled between the lines above.
            }
        }
    }

    /** The end, for a reason of this logout or of all that wait with it. */
    void fail(DoubleTickException failure) {
        DoubleTickException last = failure;
        if (policy.asksTooLong(failure)) {
            last = failure.saying(Messages.DoubleTickException_asksTooLong(
                    failure.getMessage(),
                    failure.retryAfter().toSeconds(),
                    policy.maxRetryAfter().toSeconds()));
        }
        result.completeExceptionally(last.afterTries(tries()));
    }

    /** Told once: in a long queue the gate closes often. */
    void heldBack(Duration wait) {
        if (!toldHeldBack.getAndSet(true)) {
            tell(() -> listener.heldBack(wait));
        }
    }

    private void tell(Runnable message) {
        try {
            message.run();
        } catch (RuntimeException e) { // A log that cannot be written must not keep anybody logged in.
            LOGGER.log(Level.WARNING, "The progress of a logout could not be told", e);
        }
    }
}
