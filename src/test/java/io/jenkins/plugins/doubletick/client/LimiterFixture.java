package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
            events.add(name + " waits " + wait.toMillis() + " at " + milliseconds());
        }

        @Override
        public void fail(Throwable failure) {
            events.add(name + " failed at " + milliseconds());
            failures.add(failure);
        }
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
