package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How long nothing is sent after a 429, and who hears of it. */
class RateLimiterRefusalsTest extends LimiterFixture {

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
    void waitsAsLongAgainAsNothingElseWasAnsweredUpToEightSeconds() {
        List<Long> waits = new ArrayList<>();
        enter("a");
        for (Duration asked :
                new Duration[] {null, null, null, null, null, null, Duration.ofSeconds(3), Duration.ZERO}) {
            waits.add(limiter.refused(time.now(), refusal(asked)).toMillis());
            enter("a");
            time.runAll();
        }
        assertEquals(List.of(1000L, 1000L, 2000L, 4000L, 8000L, 8000L, 3000L, 8000L), waits);
    }

    @Test
    void anotherAnswerBeginsTheWaitsAnew() {
        enter("a", "b", "c");
        limiter.refused(0, refusal(Duration.ofSeconds(5)));
        time.runAll();
        limiter.over(true);
        time.runAll();
        assertEquals("c sent at 5044", events.get(4));
        assertEquals(Duration.ofSeconds(1), limiter.refused(nanos(5044), refusal(null)));
    }

    @Test
    void silenceDoesNot() {
        enter("a", "b", "c");
        limiter.refused(0, refusal(Duration.ofSeconds(5)));
        time.runAll();
        limiter.over(false);
        time.runAll();
        assertEquals(Duration.ofMillis(5044), limiter.refused(nanos(5044), refusal(null)));
    }

    @Test
    void theLongestOfSeveralWaitsCounts() {
        enter("a");
        limiter.over(true);
        enter("b", "c", "d");
        time.runAll();
        limiter.refused(nanos(44), refusal(Duration.ofSeconds(5)));
        limiter.refused(nanos(88), refusal(Duration.ofSeconds(2)));
        time.runAll();
        assertEquals(
                List.of("a sent at 0", "b sent at 44", "c sent at 88", "d waits 5000 at 132", "d sent at 5132"),
                events);
    }

    @Test
    void oneGoesFirstWhenTheWaitIsOver() {
        enter("a");
        limiter.over(true);
        enter("b", "c", "d", "e");
        time.runAll();
        limiter.refused(nanos(44), refusal(Duration.ofSeconds(5)));
        limiter.refused(nanos(88), refusal(Duration.ofSeconds(5)));
        time.runAll();
        assertEquals("d sent at 5132", events.get(events.size() - 1));
    }

    @Test
    void anAnswerToAnEarlierRequestEndsNoWait() {
        enter("a");
        limiter.over(true);
        enter("b", "c", "d");
        time.runAll();
        assertEquals(Duration.ofSeconds(5), limiter.refused(nanos(44), refusal(Duration.ofSeconds(5))));
        limiter.over(true);
        enter("e");
        assertTrue(events.contains("e waits 5000 at 132"), events::toString);
        time.runAll();
        assertEquals("d sent at 5132", events.get(5), events::toString);
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
        limiter.over(true);
        enter("b", "c", "d");
        at(100, () -> limiter.refused(nanos(44), refusal(Duration.ofSeconds(1))));
        at(44 + 179_999, () -> assertNotNull(limiter.refused(nanos(88), refusal(Duration.ofSeconds(1)))));
        at(44 + 180_000, () -> assertNull(limiter.refused(nanos(88), refusal(Duration.ofSeconds(1)))));
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
