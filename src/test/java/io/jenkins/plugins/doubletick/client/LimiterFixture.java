package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A limiter with a simulated clock, and what those hear who wait there. */
class LimiterFixture {

    final VirtualTime time = new VirtualTime();
    final RateLimiter limiter = new RateLimiter(RetryPolicy.DEFAULT, time, time::now);
    /** What happened, with the milliseconds at which it did. */
    final List<String> events = new ArrayList<>();

    final List<Throwable> failures = new ArrayList<>();

    final class Waiter implements RateLimiter.Waiter {

        private final String name;
        private boolean told;

        Waiter(String name) {
            this.name = name;
        }

        @Override
        public void send(long sentAt) {
            assertEquals(time.now(), sentAt);
            events.add(name + " sent at " + milliseconds());
        }

        @Override
        public void heldBack(Duration wait) {
            if (!told) {
                events.add(name + " waits " + wait.toMillis() + " at " + milliseconds());
            }
            told = true;
        }

        @Override
        public void fail(Throwable failure) {
            events.add(name + " failed at " + milliseconds());
            failures.add(failure);
        }
    }

    static long nanos(long milliseconds) {
        return TimeUnit.MILLISECONDS.toNanos(milliseconds);
    }

    static DoubleTickException refusal(Duration retryAfter) {
        return new DoubleTickException(Reason.RATE_LIMITED, "429", 429, retryAfter);
    }

    private long milliseconds() {
        return TimeUnit.NANOSECONDS.toMillis(time.now());
    }

    void at(long milliseconds, Runnable action) {
        time.schedule(action, milliseconds, TimeUnit.MILLISECONDS);
    }

    void enter(String... names) {
        for (String name : names) {
            limiter.enter(new Waiter(name), false);
        }
    }
}
