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
        at(100, () -> limiter.accepted(0));
        time.runAll();
        assertEquals(List.of("a sent at 0", "b sent at 100", "c sent at 142"), events);
    }

    @Test
    void aRequestWithoutAnAnswerLetsMoreThrough() {
        enter("a", "b", "c");
        at(100, limiter::unanswered);
        time.runAll();
        assertEquals(List.of("a sent at 0", "b sent at 100", "c sent at 142"), events);
    }

    @Test
    void neverMoreThan32InFlight() {
        for (int i = 0; i < 100; i++) {
            enter("a");
            limiter.accepted(0);
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
        at(100, () -> limiter.accepted(0));
        time.runAll();
        assertEquals(List.of("a sent at 0", "now sent at 100", "b sent at 142"), events);
    }

    @Test
    void nobodyIsToldOfTheRateThatIsOurOwn() {
        enter("a");
        limiter.accepted(0);
        enter("b", "c");
        time.runAll();
        assertEquals(List.of("a sent at 0", "b sent at 42", "c sent at 84"), events);
    }

    @Test
    void isIdleWhenNothingIsUnderWayForMoreThanAMinute() {
        enter("a");
        at(10, limiter::unanswered);
        for (int early : new int[] {0, 60_041, 60_042}) {
            at(early, () -> assertFalse(limiter.isIdle()));
        }
        at(60_043, () -> {
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
        unscheduled.unanswered();
        assertEquals(List.of("a sent at 0", "b failed at 0"), events);
    }
}
