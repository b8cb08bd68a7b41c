package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How long nothing is sent after a 429, and who hears of it. */
class RateLimiterRefusalsTest extends LimiterFixture {

    private static long nanos(long milliseconds) {
        return TimeUnit.MILLISECONDS.toNanos(milliseconds);
    }

    private static DoubleTickException refusal(Duration retryAfter) {
        return new DoubleTickException(Reason.RATE_LIMITED, "429", 429, retryAfter);
    }

    @Test
    void thoseWhoWaitHearHowLongAfterA429() {
        enter("a", "b", "c");
        at(100, () -> assertEquals(Duration.ofSeconds(5), limiter.refused(0, refusal(Duration.ofSeconds(5)))));
        at(2100, () -> enter("d"));
        at(5100, () -> enter("e"));
        time.runAll();
        assertEquals(
                List.of(
                        "a sent at 0",
                        "b waits 5000 at 100",
                        "c waits 5000 at 100",
                        "d waits 3000 at 2100",
                        "b sent at 5100"),
                events);
    }

    @Test
    void waitsDoubleUpToEightSecondsUnlessDoubleTickSaysHowLong() {
        List<Long> waits = new ArrayList<>();
        enter("a");
        for (Duration asked : new Duration[] {null, null, null, null, null, Duration.ofSeconds(3), Duration.ZERO}) {
            long now = time.now();
            waits.add(limiter.refused(now, refusal(asked)).toMillis());
            enter("a");
            time.runAll();
        }
        assertEquals(List.of(1000L, 2000L, 4000L, 8000L, 8000L, 3000L, 8000L), waits);
    }

    /** They say the same thing twice. */
    @Test
    void requestsThatWereInFlightTogetherCountOnce() {
        enter("a");
        limiter.accepted(0);
        enter("b", "c");
        time.runAll();
        assertEquals(Duration.ofSeconds(1), limiter.refused(nanos(42), refusal(null)));
        assertEquals(Duration.ofSeconds(1), limiter.refused(nanos(84), refusal(null)));
        enter("d");
        time.runAll();
        assertEquals("d sent at 1084", events.get(4));
        assertEquals(Duration.ofSeconds(2), limiter.refused(nanos(1084), refusal(null)));
    }

    @Test
    void anAnswerToAnEarlierRequestEndsNoWait() {
        enter("a");
        limiter.accepted(0);
        enter("b", "c", "d");
        time.runAll();
        assertEquals(Duration.ofSeconds(5), limiter.refused(nanos(42), refusal(Duration.ofSeconds(5))));
        limiter.accepted(nanos(84));
        enter("e");
        assertTrue(events.contains("e waits 5000 at 84"), events::toString);
        time.runAll();
        assertEquals("d sent at 5084", events.get(5), events::toString);
    }

    @Test
    void tooLongAWaitFailsAllWithTheSameFailure() {
        enter("a", "b", "c");
        DoubleTickException failure = refusal(Duration.ofSeconds(61));
        at(100, () -> assertNull(limiter.refused(0, failure)));
        at(200, () -> enter("d"));
        time.runAll();
        assertEquals(List.of("a sent at 0", "b failed at 100", "c failed at 100", "d sent at 200"), events);
        assertSame(failure, failures.get(0));
        assertSame(failure, failures.get(1));
    }

    @Test
    void givesUpThreeMinutesAfterTheFirstRefusedRequest() {
        enter("a");
        limiter.accepted(0);
        enter("b", "c", "d");
        at(100, () -> limiter.refused(nanos(42), refusal(Duration.ofSeconds(1))));
        at(42 + 179_999, () -> assertNotNull(limiter.refused(nanos(84), refusal(Duration.ofSeconds(1)))));
        at(42 + 180_000, () -> assertNull(limiter.refused(nanos(84), refusal(Duration.ofSeconds(1)))));
        time.runAll();
        assertEquals(1, failures.size(), events::toString);
    }

    @Test
    void thoseWhoWaitAreSentAlthoughTheOneThatWasRefusedGivesUp() {
        enter("a", "b");
        limiter.refused(0, refusal(Duration.ofSeconds(5)));
        time.runAll();
        assertEquals(List.of("a sent at 0", "b waits 5000 at 0", "b sent at 5000"), events);
    }
}
