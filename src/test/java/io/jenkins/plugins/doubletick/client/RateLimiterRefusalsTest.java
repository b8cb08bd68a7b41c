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
        submit("a", "b", "c");
        at(100, () -> assertEquals(Duration.ofSeconds(5), limiter.requestRefused(0, refusal(Duration.ofSeconds(5)))));
        at(2100, () -> submit("d"));
        at(5100, () -> submit("e"));
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
        submit("a");
        for (Duration asked :
                new Duration[] {null, null, null, null, null, null, Duration.ofSeconds(3), Duration.ZERO}) {
            waits.add(limiter.requestRefused(time.now(), refusal(asked)).toMillis());
            submit("a");
            time.runAll();
        }
        assertEquals(List.of(1000L, 1000L, 2000L, 4000L, 8000L, 8000L, 3000L, 8000L), waits);
    }

    @Test
    void anotherAnswerBeginsTheWaitsAnew() {
        submit("a", "b", "c");
        limiter.requestRefused(0, refusal(Duration.ofSeconds(5)));
        time.runAll();
        limiter.requestEnded(true);
        time.runAll();
        assertEquals("c sent at 5044", events.get(4));
        assertEquals(Duration.ofSeconds(1), limiter.requestRefused(nanos(5044), refusal(null)));
    }

    @Test
    void silenceDoesNot() {
        submit("a", "b", "c");
        limiter.requestRefused(0, refusal(Duration.ofSeconds(5)));
        time.runAll();
        limiter.requestEnded(false);
        time.runAll();
        assertEquals(Duration.ofMillis(5044), limiter.requestRefused(nanos(5044), refusal(null)));
    }

    @Test
    void theLongestOfSeveralWaitsCounts() {
        submit("a");
        limiter.requestEnded(true);
        submit("b", "c", "d");
        time.runAll();
        limiter.requestRefused(nanos(44), refusal(Duration.ofSeconds(5)));
        limiter.requestRefused(nanos(88), refusal(Duration.ofSeconds(2)));
        time.runAll();
        assertEquals(
                List.of("a sent at 0", "b sent at 44", "c sent at 88", "d waits 5000 at 132", "d sent at 5132"),
                events);
    }

    @Test
    void oneGoesFirstWhenTheWaitIsOver() {
        submit("a");
        limiter.requestEnded(true);
        submit("b", "c", "d", "e");
        time.runAll();
        limiter.requestRefused(nanos(44), refusal(Duration.ofSeconds(5)));
        limiter.requestRefused(nanos(88), refusal(Duration.ofSeconds(5)));
        time.runAll();
        assertEquals("d sent at 5132", events.get(events.size() - 1));
    }

    @Test
    void anAnswerToAnEarlierRequestEndsNoWait() {
        submit("a");
        limiter.requestEnded(true);
        submit("b", "c", "d");
        time.runAll();
        assertEquals(Duration.ofSeconds(5), limiter.requestRefused(nanos(44), refusal(Duration.ofSeconds(5))));
        limiter.requestEnded(true);
        submit("e");
        assertTrue(events.contains("e waits 5000 at 132"), events::toString);
        time.runAll();
        assertEquals("d sent at 5132", events.get(5), events::toString);
    }

    @Test
    void tooLongAWaitFailsAllWithTheSameFailure() {
        submit("a", "b", "c");
        DoubleTickException failure = refusal(Duration.ofSeconds(63));
        at(100, () -> assertNull(limiter.requestRefused(0, failure)));
        at(200, () -> submit("d"));
        time.runAll();
        assertEquals(List.of("a sent at 0", "b failed at 100", "c failed at 100", "d sent at 200"), events);
        assertSame(failure, failures.get(0));
        assertSame(failure, failures.get(1));
    }

    @Test
    void givesUpThreeMinutesAfterTheFirstRefusedRequest() {
        submit("a");
        limiter.requestEnded(true);
        submit("b", "c", "d");
        at(100, () -> limiter.requestRefused(nanos(44), refusal(Duration.ofSeconds(1))));
        at(44 + 179_999, () -> assertNotNull(limiter.requestRefused(nanos(88), refusal(Duration.ofSeconds(1)))));
        at(44 + 180_000, () -> assertNull(limiter.requestRefused(nanos(88), refusal(Duration.ofSeconds(1)))));
        time.runAll();
        assertEquals(1, failures.size(), events::toString);
    }

    @Test
    void thoseWhoWaitAreSentAlthoughTheOneThatWasRefusedGivesUp() {
        submit("a", "b");
        limiter.requestRefused(0, refusal(Duration.ofSeconds(5)));
        time.runAll();
        assertEquals(List.of("a sent at 0", "b waits 5000 at 0", "b sent at 5000"), events);
    }
}
