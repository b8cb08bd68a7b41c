package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Whose turn it is, and when. */
class RateLimiterTurnsTest extends LimiterFixture {

    @Test
    void oneFirstThenOneMoreWithEachAnswer() {
        submit("a", "b", "c", "d");
        at(100, () -> limiter.requestEnded(true));
        time.runAll();
        assertEquals(List.of("a sent at 0", "b sent at 100", "c sent at 144"), events);
    }

    @Test
    void aRequestWithoutAnAnswerLetsMoreThrough() {
        submit("a", "b", "c");
        at(100, () -> limiter.requestEnded(false));
        time.runAll();
        assertEquals(List.of("a sent at 0", "b sent at 100", "c sent at 144"), events);
    }

    @Test
    void neverMoreThan32InFlight() {
        for (int i = 0; i < 100; i++) {
            submit("a");
            limiter.requestEnded(true);
        }
        time.runAll();
        events.clear();
        for (int i = 0; i < 100; i++) {
            submit("b");
        }
        time.runAll();
        assertEquals(32, events.size());
    }

    @Test
    void whoCameFirstInLineIsSentFirst() {
        submit("a", "b", "c");
        submit(limiter, "now", true);
        at(100, () -> limiter.requestEnded(true));
        time.runAll();
        assertEquals(List.of("a sent at 0", "now sent at 100", "b sent at 144"), events);
    }

    @Test
    void nobodyIsToldOfTheRateThatIsOurOwn() {
        submit("a");
        limiter.requestEnded(true);
        submit("b", "c");
        time.runAll();
        assertEquals(List.of("a sent at 0", "b sent at 44", "c sent at 88"), events);
    }

    @Test
    void cancelledRequestIsNotSent() {
        submit("a");
        CompletableFuture<RateLimiter.Turn> cancelled = submit(limiter, "b", false);
        submit("c");
        cancelled.cancel(false);
        at(100, () -> limiter.requestEnded(true));
        time.runAll();
        assertEquals(List.of("a sent at 0", "c sent at 100"), events);
    }

    @Test
    void requestsOfAKeyShareALimiterHoweverLongItWasIdle() {
        RateLimiters limiters = new RateLimiters(RateLimit.DEFAULT, time, time::now);
        limiters.submit("key", false, wait -> {}).join().limiter().requestEnded(true);
        at(100_000, () -> {
            RateLimiter inUse = limiters.submit("key", false, wait -> {}).join().limiter();
            limiters.submit("other key", false, wait -> {});
            CompletableFuture<RateLimiter.Turn> next = limiters.submit("key", false, wait -> {});
            assertFalse(next.isDone(), "Two requests at once");
            at(100, () -> inUse.requestEnded(true));
            at(100, () -> assertSame(inUse, next.join().limiter()));
        });
        time.runAll();
    }

    @Test
    void isIdleWhenNothingIsUnderWayForMoreThanAMinute() {
        submit("a");
        at(10, () -> limiter.requestEnded(false));
        for (int early : new int[] {0, 66_043, 66_044}) {
            at(early, () -> assertFalse(limiter.isIdle()));
        }
        at(66_045, () -> {
            assertTrue(limiter.isIdle());
            submit("b");
        });
        at(200_000, () -> assertFalse(limiter.isIdle(), "A request is in flight"));
        time.runAll();
    }

    @Test
    void allFailWhoseTurnNobodyCanSchedule() {
        RefusingTimer timer = new RefusingTimer();
        timer.refuses = true;
        RateLimiter unscheduled = limiter(timer);
        submit(unscheduled, "a", false);
        submit(unscheduled, "b", false);
        unscheduled.requestEnded(false);
        assertEquals(List.of("a sent at 0", "b failed at 0"), events);
    }
}
