package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Whose turn it is, and when. */
class RateLimiterTurnsTest extends LimiterFixture {

    @Test
    void oneFirstThenOneMoreWithEachAnswer() {
        enter("a", "b", "c", "d");
        at(100, () -> limiter.over(true));
        time.runAll();
        assertEquals(List.of("a sent at 0", "b sent at 100", "c sent at 144"), events);
    }

    @Test
    void aRequestWithoutAnAnswerLetsMoreThrough() {
        enter("a", "b", "c");
        at(100, () -> limiter.over(false));
        time.runAll();
        assertEquals(List.of("a sent at 0", "b sent at 100", "c sent at 144"), events);
    }

    @Test
    void neverMoreThan32InFlight() {
        for (int i = 0; i < 100; i++) {
            enter("a");
            limiter.over(true);
        }
        time.runAll();
        events.clear();
        for (int i = 0; i < 100; i++) {
            enter("b");
        }
        time.runAll();
        assertEquals(32, events.size());
    }

    @Test
    void whoCameFirstInLineIsSentFirst() {
        enter("a", "b", "c");
        limiter.enter(new Waiter("now"), true);
        at(100, () -> limiter.over(true));
        time.runAll();
        assertEquals(List.of("a sent at 0", "now sent at 100", "b sent at 144"), events);
    }

    @Test
    void nobodyIsToldOfTheRateThatIsOurOwn() {
        enter("a");
        limiter.over(true);
        enter("b", "c");
        time.runAll();
        assertEquals(List.of("a sent at 0", "b sent at 44", "c sent at 88"), events);
    }

    @Test
    void isIdleWhenNothingIsUnderWayForMoreThanAMinute() {
        enter("a");
        at(10, () -> limiter.over(false));
        for (int early : new int[] {0, 66_043, 66_044}) {
            at(early, () -> assertFalse(limiter.isIdle()));
        }
        at(66_045, () -> {
            assertTrue(limiter.isIdle());
            limiter.enter(new Waiter("b"), false);
        });
        at(200_000, () -> assertFalse(limiter.isIdle(), "A request is in flight"));
        time.runAll();
    }

    @Test
    void allFailWhoseTurnNobodyCanSchedule() {
        RefusingTimer timer = new RefusingTimer();
        timer.refuses = true;
        RateLimiter unscheduled = new RateLimiter(RetryPolicy.DEFAULT, timer, time::now);
        unscheduled.enter(new Waiter("a"), false);
        unscheduled.enter(new Waiter("b"), false);
        unscheduled.over(false);
        assertEquals(List.of("a sent at 0", "b failed at 0"), events);
    }
}
