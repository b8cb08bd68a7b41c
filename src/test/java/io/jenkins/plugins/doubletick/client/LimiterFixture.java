package io.jenkins.plugins.doubletick.client;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A limiter with a simulated clock, and what happened to the requests there. */
class LimiterFixture {

    final VirtualTime time = new VirtualTime();
    final RateLimiter limiter = limiter(time);
    /** What happened, with the milliseconds at which it did; a pause is reported once to each request. */
    final List<String> events = new ArrayList<>();

    final List<Throwable> failures = new ArrayList<>();
    final Map<String, CompletableFuture<RateLimiter.Turn>> turns = new HashMap<>();

    RateLimiter limiter(ScheduledExecutorService timer) {
        return new RateLimiter(RateLimit.DEFAULT, timer, time::now);
    }

    static DoubleTickException refusal(Duration retryAfter) {
        return new DoubleTickException(Reason.RATE_LIMITED, "429", 429, retryAfter);
    }

    void event(String what) {
        events.add(what + "@" + TimeUnit.NANOSECONDS.toMillis(time.now()));
    }

    void at(long milliseconds, Runnable action) {
        time.schedule(action, milliseconds, TimeUnit.MILLISECONDS);
    }

    CompletableFuture<RateLimiter.Turn> submit(RateLimiter limiter, String name, boolean first) {
        boolean[] reported = {false};
        CompletableFuture<RateLimiter.Turn> turn = limiter.enqueue(first, wait -> {
            if (!reported[0]) {
                event(name + " waits " + wait.toMillis());
            }
            reported[0] = true;
        });
        turns.put(name, turn);
        turn.whenComplete((granted, failure) -> {
            if (granted != null) {
                event(name);
            } else if (!turn.isCancelled()) {
                event(name + " fails");
                failures.add(failure);
            }
        });
        limiter.sendNext();
        return turn;
    }
}
