package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Many requests at once against each documented limit and those of common frameworks; service and clock are simulated. */
class RateLimiterTest extends LimiterFixture {

    private static final double SECOND = 1e9;

    /** How a 429 says when the next request will be accepted. */
    private enum Told {
        /** {@code Retry-After}, in whole seconds. */
        IN_HEADER,
        /** {@code extraData}, exactly. */
        IN_BODY,
        NOT
    }

    private final List<Long> arrivals = new ArrayList<>();
    private int confirmed;
    private int refused;
    private long lastConfirmed;

    static Stream<Arguments> limits() {
        return Stream.of(
                        limit("25 per second", 200, 8, () -> SimulatedLimit.sliding(25, 1)),
                        limit("25 per fixed second", 200, 8, () -> SimulatedLimit.fixed(25, 1, 300)),
                        limit("10 per second", 200, 19, () -> SimulatedLimit.sliding(10, 1)),
                        limit("2 per second", 40, 19, () -> SimulatedLimit.sliding(2, 1)),
                        limit("1 per second", 60, 59, () -> SimulatedLimit.sliding(1, 1)),
                        limit("1 per fixed second", 60, 59, () -> SimulatedLimit.fixed(1, 1, 400)),
                        limit("60 per minute", 150, 121, () -> SimulatedLimit.sliding(60, 60)),
                        limit("60 per fixed minute", 150, 121, () -> SimulatedLimit.fixed(60, 60, 0)),
                        limit("60 per minute that ends soon", 150, 121, () -> SimulatedLimit.fixed(60, 60, 1000)),
                        limit("60 per minute that has begun", 150, 81, () -> SimulatedLimit.fixed(60, 60, 20_000)))
                .flatMap(row -> Stream.of(Told.values()).map(told -> Arguments.of(row, told)));
    }

    /** The NestJS throttler, whose window begins with the first request, and nginx's limit_req. */
    static Stream<Arguments> frameworks() {
        return Stream.of(
                Arguments.of(
                        limit(
                                "NestJS, 25/s",
                                60,
                                3,
                                () -> SimulatedLimit.throttler(25, Duration.ofSeconds(1), Duration.ofSeconds(1))),
                        Told.IN_HEADER),
                Arguments.of(
                        limit(
                                "NestJS, 1/s",
                                30,
                                29,
                                () -> SimulatedLimit.throttler(1, Duration.ofSeconds(1), Duration.ofSeconds(1))),
                        Told.IN_HEADER),
                Arguments.of(
                        limit(
                                "NestJS, 60/min",
                                150,
                                121,
                                () -> SimulatedLimit.throttler(60, Duration.ofSeconds(60), Duration.ofSeconds(60))),
                        Told.IN_HEADER),
                Arguments.of(
                        limit(
                                "NestJS, 10/s, blocks 20 s",
                                60,
                                48,
                                () -> SimulatedLimit.throttler(10, Duration.ofSeconds(1), Duration.ofSeconds(20))),
                        Told.IN_HEADER),
                Arguments.of(limit("nginx, 10/s", 60, 47, () -> SimulatedLimit.leaky(10, 0)), Told.NOT),
                Arguments.of(limit("nginx, 2/s, burst 5", 40, 19, () -> SimulatedLimit.leaky(2, 5)), Told.NOT));
    }

    private record Limit(String name, int count, int seconds, Supplier<SimulatedLimit> limit) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Limit limit(String name, int count, int seconds, Supplier<SimulatedLimit> limit) {
        return new Limit(name, count, seconds, limit);
    }

    @ParameterizedTest(name = "{0}, told {1}")
    @MethodSource({"limits", "frameworks"})
    void allPassInLittleMoreThanTheLeastTime(Limit limit, Told told) {
        for (int latency : new int[] {5, 50, 300}) {
            new RateLimiterTest().simulate(limit, told, latency);
        }
    }

    private void simulate(Limit limit, Told told, int latency) {
        SimulatedLimit service = limit.limit().get();
        Random random = new Random(latency);
        for (int i = 0; i < limit.count(); i++) {
            new Simulated(service, told, latency, random).submit(false);
        }
        time.runAll();

        assertEquals(List.of(), failures);
        assertEquals(limit.count(), confirmed);
        double took = lastConfirmed / SECOND;
        assertTrue(took <= 1.3 * limit.seconds() + 5, () -> "took " + took + " s, latency " + latency);
        assertTrue(refused * 3 < confirmed, () -> "refused " + refused + ", latency " + latency);
        for (int i = 25; i < arrivals.size(); i++) {
            assertTrue(arrivals.get(i) - arrivals.get(i - 25) >= SECOND, "More than 25 requests in a second");
        }
    }

    /** Sends to the service, and again after a 429, as a call does. */
    private final class Simulated {

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

        void submit(boolean first) {
            CompletableFuture<RateLimiter.Turn> turn = RateLimiterTest.this.submit(limiter, "a", first);
            turn.thenAccept(granted -> {
                arrivals.add(granted.sentAt());
                after(() -> {
                    long wait = service.admit(time.now());
                    after(() -> answered(granted.sentAt(), wait));
                });
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
                limiter.requestEnded(true);
                return;
            }
            refused++;
            Duration asked = switch (told) {
                case IN_HEADER -> Duration.ofSeconds((long) Math.ceil(wait / SECOND));
                case IN_BODY -> Duration.ofNanos(wait);
                case NOT -> null;
            };
            if (limiter.requestRefused(sentAt, refusal(asked)) != null) {
                submit(true);
            }
        }
    }

    private void simulate(int count, SimulatedLimit service, Told told) {
        for (int i = 0; i < count; i++) {
            new Simulated(service, told, 50, new Random(i)).submit(false);
        }
        time.runAll();
    }

    @Test
    void givesUpWhenNothingBut429IsAnsweredForThreeMinutes() {
        simulate(100, now -> (long) SECOND, Told.NOT);
        assertEquals(99, failures.size()); // The hundredth is the one that was refused last, which knows.
        assertTrue(time.now() >= 180 * SECOND && time.now() < 200 * SECOND, () -> "after " + time.now() / SECOND);
        assertTrue(refused < 40, () -> "refused " + refused);
        assertTrue(events.stream().filter(event -> event.contains("waits")).count() >= 99);
    }

    @Test
    void aLongerWaitThanAllowedFailsAllThatWait() {
        simulate(10, now -> (long) (63 * SECOND), Told.IN_BODY);
        assertEquals(9, failures.size());
        assertEquals(1, refused);
    }

    @Test
    void anotherAnswerBetweenBeginsTheThreeMinutesAnew() {
        simulate(4, SimulatedLimit.sliding(1, 120), Told.NOT);
        assertEquals(List.of(), failures);
        assertEquals(4, confirmed);
    }
}
