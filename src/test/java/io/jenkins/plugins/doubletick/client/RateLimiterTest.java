package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Many requests at once against each of DoubleTick's documented limits, with a simulated service and clock. */
class RateLimiterTest {

    private static final double SECOND = 1e9;

    /** How a 429 tells when the next request will be answered. */
    private enum Told {
        /** {@code Retry-After}, in whole seconds. */
        IN_HEADER,
        /** {@code extraData}, exactly. */
        IN_BODY,
        NOT
    }

    private final VirtualTime time = new VirtualTime();
    private final RateLimiter limiter = new RateLimiter(RetryPolicy.DEFAULT, time, time::now);
    private final List<Long> arrivals = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private int confirmed;
    private int refused;
    private int held;
    private long lastConfirmed;

    static Stream<Arguments> limits() {
        return Stream.of(
                        limit("25 a second", 200, () -> SimulatedLimit.sliding(25, 1), 5, 50, 300),
                        limit("25 a second, fixed", 200, () -> SimulatedLimit.fixed(25, 1, 300), 5, 50, 300),
                        limit("10 a second", 200, () -> SimulatedLimit.sliding(10, 1), 5, 50, 300),
                        limit("2 a second", 40, () -> SimulatedLimit.sliding(2, 1), 5, 50, 300, 1000),
                        limit("1 a second", 60, () -> SimulatedLimit.sliding(1, 1), 5, 50, 300, 1000),
                        limit("1 a second, fixed", 60, () -> SimulatedLimit.fixed(1, 1, 400), 5, 50, 300, 1000),
                        limit("60 a minute", 150, () -> SimulatedLimit.sliding(60, 60), 5, 50, 300),
                        limit("60 a minute, three times", 180, () -> SimulatedLimit.sliding(60, 60), 5, 50, 300),
                        limit("60 a fixed minute", 150, () -> SimulatedLimit.fixed(60, 60, 0), 5, 50, 300),
                        limit("60 a minute that ends soon", 150, () -> SimulatedLimit.fixed(60, 60, 1000), 5, 50, 300),
                        limit(
                                "60 a minute that has begun",
                                150,
                                () -> SimulatedLimit.fixed(60, 60, 20_000),
                                5,
                                50,
                                300))
                .flatMap(rows -> rows);
    }

    private static Stream<Arguments> limit(
            String name, int count, Supplier<SimulatedLimit> limit, Integer... latencies) {
        return Stream.of(Told.values())
                .flatMap(told -> Stream.of(latencies).map(latency -> Arguments.of(name, count, limit, told, latency)));
    }

    @ParameterizedTest(name = "{0}, told {3}, answers in {4} ms")
    @MethodSource("limits")
    void allPassInLittleMoreThanTheLeastTime(
            String name, int count, Supplier<SimulatedLimit> limit, Told told, int latency) {
        SimulatedLimit service = limit.get();
        Random random = new Random(count + latency);
        for (int i = 0; i < count; i++) {
            limiter.enter(new Simulated(service, told, latency, random), false);
        }
        time.runAll();

        assertEquals(List.of(), failures);
        assertEquals(count, confirmed);
        double least = leastTime(limit.get(), count) / SECOND;
        double took = lastConfirmed / SECOND;
        assertTrue(took <= 1.3 * least + 5, "took " + took + " s, least " + least + " s");
        assertTrue(refused * 3 < confirmed, "refused " + refused);
        for (int i = 25; i < arrivals.size(); i++) {
            assertTrue(arrivals.get(i) - arrivals.get(i - 25) >= SECOND, "More than 25 requests in a second");
        }
    }

    /** Sends a request the moment it is admitted, 25 a second at most. */
    private static long leastTime(SimulatedLimit limit, int count) {
        long now = 0;
        for (int i = 0; i < count; i++) {
            now += i == 0 ? 0 : (long) (SECOND / 25);
            for (long wait = limit.admit(now); wait > 0; wait = limit.admit(now)) {
                now += wait;
            }
        }
        return now;
    }

    /** Sends to the service, and again after a 429, as a call does. */
    private final class Simulated implements RateLimiter.Waiter {

        private final SimulatedLimit service;
        private final Told told;
        private final int latency;
        private final Random random;

        Simulated(SimulatedLimit service, Told told, int latency, Random random) {
            this.service = service;
            this.told = told;
            this.latency = latency;
            this.random = random;
        }

        @Override
        public void send(long sentAt) {
            arrivals.add(sentAt);
            after(() -> {
                long wait = service.admit(time.now());
                after(() -> answered(sentAt, wait));
            });
        }

        /** One way through the network, not always as long. */
        private void after(Runnable action) {
            long nanos = (long) (latency * 1e6 / 2 * (0.9 + random.nextDouble() / 5));
            time.schedule(action, nanos, TimeUnit.NANOSECONDS);
        }

        private void answered(long sentAt, long wait) {
            if (wait == 0) {
                confirmed++;
                lastConfirmed = time.now();
                limiter.over(true);
                return;
            }
            refused++;
            Duration asked =
                    switch (told) {
                        case IN_HEADER -> Duration.ofSeconds((long) Math.ceil(wait / SECOND));
                        case IN_BODY -> Duration.ofNanos(wait);
                        case NOT -> null;
                    };
            if (limiter.refused(sentAt, refusal(asked)) != null) {
                limiter.enter(this, true);
            }
        }

        @Override
        public void heldBack(Duration wait) {
            held++;
        }

        @Override
        public void fail(Throwable failure) {
            failures.add(failure);
        }
    }

    private static DoubleTickException refusal(Duration retryAfter) {
        return new DoubleTickException(Reason.RATE_LIMITED, "429", 429, retryAfter);
    }

    @Test
    void givesUpWhenNothingBut429IsAnsweredForThreeMinutes() {
        for (int i = 0; i < 100; i++) {
            limiter.enter(new Simulated(now -> (long) SECOND, Told.NOT, 50, new Random(i)), false);
        }
        time.runAll();

        assertEquals(99, failures.size()); // The hundredth is the one that was refused last, which knows.
        assertTrue(
                time.now() >= 180 * SECOND && time.now() < 200 * SECOND, "gave up after " + time.now() / SECOND + " s");
        assertTrue(refused < 40, "refused " + refused);
        assertTrue(held >= 99, "held back " + held);
    }

    @Test
    void aLongerWaitThanAllowedFailsAllThatWait() {
        for (int i = 0; i < 10; i++) {
            limiter.enter(new Simulated(now -> (long) (61 * SECOND), Told.IN_BODY, 50, new Random(i)), false);
        }
        time.runAll();

        assertEquals(9, failures.size());
        assertEquals(1, refused);
    }

    @Test
    void anotherAnswerBetweenBeginsTheThreeMinutesAnew() {
        SimulatedLimit onceInTwoMinutes = SimulatedLimit.sliding(1, 120);
        for (int i = 0; i < 4; i++) {
            limiter.enter(new Simulated(onceInTwoMinutes, Told.NOT, 50, new Random(i)), false);
        }
        time.runAll();

        assertEquals(List.of(), failures);
        assertEquals(4, confirmed);
    }

    @Test
    void whatDoesNotWaitAnyMoreIsNotSent() {
        Simulated first = new Simulated(SimulatedLimit.sliding(1, 1), Told.NOT, 50, new Random(1));
        Simulated withdrawn = new Simulated(SimulatedLimit.sliding(1, 1), Told.NOT, 50, new Random(2));
        limiter.enter(first, false);
        limiter.enter(withdrawn, false);
        limiter.withdraw(withdrawn);
        time.runAll();

        assertEquals(1, arrivals.size());
    }

    @Test
    void isIdleAMinuteAfterTheLastRequest() {
        limiter.enter(new Simulated(SimulatedLimit.sliding(1, 1), Told.NOT, 50, new Random(1)), false);
        assertFalse(limiter.isIdle());
        time.runAll();
        assertFalse(limiter.isIdle());
        time.schedule(() -> {}, 67, TimeUnit.SECONDS);
        time.runAll();
        assertTrue(limiter.isIdle());
    }
}
