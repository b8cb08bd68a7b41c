package io.jenkins.plugins.doubletick.client;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A limiter with a simulated clock, and what happened to the requests there. */
class LimiterFixture {

    final VirtualTime time = new VirtualTime();
    final RateLimiter limiter = limiter(time);
    /** What happened, with the milliseconds at which it did; a pause is told once to each request. */
    final List<String> events = new ArrayList<>();

    final List<Throwable> failures = new ArrayList<>();
    private final Set<CompletableFuture<?>> told = new HashSet<>();

    RateLimiter limiter(ScheduledExecutorService timer) {
        return new RateLimiter(RateLimit.DEFAULT, timer, time::now);
    }

    static long nanos(long milliseconds) {
        return TimeUnit.MILLISECONDS.toNanos(milliseconds);
    }

    static DoubleTickException refusal(Duration retryAfter) {
        return new DoubleTickException(Reason.RATE_LIMITED, "429", 429, retryAfter);
    }

    long milliseconds() {
        return TimeUnit.NANOSECONDS.toMillis(time.now());
    }

    void at(long milliseconds, Runnable action) {
        time.schedule(action, milliseconds, TimeUnit.MILLISECONDS);
    }

    void submit(String... names) {
        for (String name : names) {
            submit(limiter, name, false);
        }
    }

    CompletableFuture<RateLimiter.Turn> submit(RateLimiter limiter, String name, boolean first) {
        CompletableFuture<?> key = new CompletableFuture<>();
        CompletableFuture<RateLimiter.Turn> turn = limiter.enqueue(first, wait -> {
            if (told.add(key)) {
                events.add(name + " waits " + wait.toMillis() + " at " + milliseconds());
            }
        });
        turn.whenComplete((granted, failure) -> {
            if (granted != null) {
                events.add(name + " sent at " + TimeUnit.NANOSECONDS.toMillis(granted.sentAt()));
            } else if (!turn.isCancelled()) {
                events.add(name + " failed at " + milliseconds());
                failures.add(failure);
            }
        });
        limiter.sendNext();
        return turn;
    }
}
