package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

/** Many requests at once against each documented limit and those of common frameworks; service and clock are simulated. */
class RateLimiterTest extends LimiterFixture {

    private static final double SECOND = 1e9;

    /** How a 429 says when the next request will be accepted. */
    private enum WaitIn {
        /** {@code Retry-After}, in whole seconds. */
        HEADER,
        /** {@code extraData}, exactly. */
        BODY,
        NOWHERE
    }

    private record Limit(String name, int count, int seconds, Supplier<SimulatedLimit> service) {
        @Override
        public String toString() {
            return name;
        }
    }

    private final Random random = new Random(1);
    private final List<Long> arrivals = new ArrayList<>();
    private int confirmed;
    private int refused;
    private long lastConfirmed;

    /** Each with the number of requests, and the least seconds in which they can pass. */
    static Stream<Arguments> limits() {
        return Stream.of(
                        new Limit("25 per second", 200, 8, () -> SimulatedLimit.sliding(25, 1)),
                        new Limit("25 per fixed second", 200, 8, () -> SimulatedLimit.fixed(25, 1, 300)),
                        new Limit("10 per second", 200, 19, () -> SimulatedLimit.sliding(10, 1)),
                        new Limit("2 per second", 40, 19, () -> SimulatedLimit.sliding(2, 1)),
                        new Limit("1 per second", 60, 59, () -> SimulatedLimit.sliding(1, 1)),
                        new Limit("1 per fixed second", 60, 59, () -> SimulatedLimit.fixed(1, 1, 400)),
                        new Limit("60 per minute", 150, 121, () -> SimulatedLimit.sliding(60, 60)),
                        new Limit("60 per fixed minute", 150, 121, () -> SimulatedLimit.fixed(60, 60, 0)),
                        new Limit("60 per minute that ends soon", 150, 121, () -> SimulatedLimit.fixed(60, 60, 1000)),
                        new Limit("60 per minute that has begun", 150, 81, () -> SimulatedLimit.fixed(60, 60, 20_000)))
                .flatMap(limit -> Stream.of(WaitIn.values()).map(waitIn -> Arguments.of(limit, waitIn)));
    }

    /** The NestJS throttler, whose window begins with the first request, and nginx's limit_req. */
    static Stream<Arguments> frameworks() {
        Duration second = Duration.ofSeconds(1);
        Duration minute = Duration.ofMinutes(1);
        Duration block = Duration.ofSeconds(20);
        return Stream.concat(
                Stream.of(
                                new Limit("NestJS, 25/s", 60, 3, () -> SimulatedLimit.throttler(25, second, second)),
                                new Limit("NestJS, 1/s", 30, 29, () -> SimulatedLimit.throttler(1, second, second)),
                                new Limit(
                                        "NestJS, 60/min", 150, 121, () -> SimulatedLimit.throttler(60, minute, minute)),
                                new Limit(
                                        "NestJS, 10/s, block",
                                        60,
                                        50,
                                        () -> SimulatedLimit.throttler(10, second, block)))
                        .map(limit -> Arguments.of(limit, WaitIn.HEADER)),
                Stream.of(
                                new Limit("nginx, 10/s", 60, 47, () -> SimulatedLimit.leaky(10, 0)),
                                new Limit("nginx, 2/s, burst", 40, 19, () -> SimulatedLimit.leaky(2, 5)))
                        .map(limit -> Arguments.of(limit, WaitIn.NOWHERE)));
    }

    @ParameterizedTest(name = "{0}, wait in: {1}")
    @MethodSource({"limits", "frameworks"})
    void logoutsTakeLittleMoreThanTheLeastPossibleTime(Limit limit, WaitIn waitIn) {
        for (int latency : new int[] {5, 50, 300}) {
            RateLimiterTest run = new RateLimiterTest();
            run.simulate(limit.count(), limit.service().get(), waitIn, latency);
            run.assertAllPassed(limit);
        }
    }

    private void assertAllPassed(Limit limit) {
        assertEquals(List.of(), failures);
        assertEquals(limit.count(), confirmed);
        double took = lastConfirmed / SECOND;
        assertTrue(took <= 1.3 * limit.seconds() + 5, () -> "took " + took + " s");
        assertTrue(refused * 3 < confirmed, () -> "refused " + refused);
        for (int i = 25; i < arrivals.size(); i++) {
            assertTrue(arrivals.get(i) - arrivals.get(i - 25) >= SECOND, "More than 25 requests in a second");
        }
    }

    private void simulate(int count, SimulatedLimit service, WaitIn waitIn, int latency) {
        for (int i = 0; i < count; i++) {
            send(service, waitIn, latency, false);
        }
        time.runAll();
    }

    /** Sends a request when it is its turn, and again after a 429, as a call does. */
    private void send(SimulatedLimit service, WaitIn waitIn, int latency, boolean first) {
        submit(limiter, "a", first).thenAccept(turn -> {
            arrivals.add(turn.sentAt());
            after(latency, () -> {
                long wait = service.admit(time.now());
                after(latency, () -> {
                    if (wait == 0) {
                        confirmed++;
                        lastConfirmed = time.now();
                        turn.end(null);
                    } else if (turn.end(refusal(asked(waitIn, wait))) != null) {
                        send(service, waitIn, latency, true);
                    }
                    refused += wait == 0 ? 0 : 1;
                });
            });
        });
    }

    /** One way through the network, not always as long. */
    private void after(int latency, Runnable action) {
        time.schedule(action, (long) (latency * 5e5 * (0.9 + random.nextDouble() / 5)), TimeUnit.NANOSECONDS);
    }

    private static Duration asked(WaitIn waitIn, long wait) {
        return switch (waitIn) {
            case HEADER -> Duration.ofSeconds((long) Math.ceil(wait / SECOND));
            case BODY -> Duration.ofNanos(wait);
            case NOWHERE -> null;
        };
    }

    @Test
    void failsAfterThreeMinutesOf429() {
        simulate(100, now -> (long) SECOND, WaitIn.NOWHERE, 50);
        assertEquals(99, failures.size()); // The hundredth is the one that was refused last, which knows.
        assertTrue(time.now() >= 180 * SECOND && time.now() < 200 * SECOND, () -> "after " + time.now() / SECOND);
        assertTrue(refused < 40, () -> "refused " + refused);
        assertTrue(events.stream().filter(event -> event.contains("waits")).count() >= 99);
    }

    @Test
    void tooLongAWaitFailsAllWaitingCalls() {
        simulate(10, now -> (long) (63 * SECOND), WaitIn.BODY, 50);
        assertEquals(9, failures.size());
        assertEquals(1, refused);
    }

    @Test
    void anotherResponseRestartsTheThreeMinutes() {
        simulate(4, SimulatedLimit.sliding(1, 120), WaitIn.NOWHERE, 50);
        assertEquals(List.of(), failures);
        assertEquals(4, confirmed);
    }
}
