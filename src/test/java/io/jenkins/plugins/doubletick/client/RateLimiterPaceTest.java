package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How far apart requests are sent after a 429: as many a second, and a tenth less, as passed in the second before it. */
class RateLimiterPaceTest extends LimiterFixture {

    /** Sends one at a time, each at its millisecond, and has it answered at once. */
    private void pass(int... times) {
        for (int at : times) {
            at(at, () -> {
                submit("passed");
                limiter.requestEnded(true);
            });
        }
    }

    private void refuse(int at) {
        at(at, () -> {
            submit("refused");
            limiter.requestRefused(nanos(at), refusal(Duration.ofSeconds(5)));
            submit("a", "b");
        });
        at(at + 5000, () -> limiter.requestEnded(true));
    }

    private void assertPace(int at, int milliseconds) {
        time.runAll();
        assertEquals(
                List.of("a sent at " + (at + 5000), "b sent at " + (at + 5000 + milliseconds)),
                events.stream().filter(event -> event.matches("[ab] sent.*")).toList());
    }

    @Test
    void threeASecond() {
        pass(0, 300, 600);
        refuse(900);
        assertPace(900, 366);
    }

    @Test
    void oneASecond() {
        pass(0);
        refuse(900);
        assertPace(900, 1100);
    }

    @Test
    void threeASecondAlsoMinutesLater() {
        pass(200_000, 200_300, 200_600);
        refuse(200_900);
        assertPace(200_900, 366);
    }

    @Test
    void whatPassedEarlierDoesNotCount() {
        pass(0, 1000, 1001);
        refuse(2100);
        assertPace(2100, 1100);
    }

    @Test
    void whatIsSentLaterDoesNotCount() {
        pass(0);
        at(500, () -> submit("refused"));
        pass(600, 700);
        at(800, () -> {
            limiter.requestRefused(nanos(500), refusal(Duration.ofSeconds(5)));
            submit("a", "b");
        });
        at(5800, () -> limiter.requestEnded(true));
        assertPace(800, 1100);
    }

    @Test
    void whatWasRefusedDoesNotCount() {
        pass(0);
        at(300, () -> {
            submit("refused");
            limiter.requestRefused(nanos(300), refusal(Duration.ofMillis(200)));
            limiter.requestEnded(true);
        });
        at(400, () -> limiter.requestEnded(true));
        refuse(900);
        assertPace(900, 1100);
    }

    @Test
    void nothingIsLearnedIfNothingPassed() {
        refuse(0);
        assertPace(0, 44);
    }

    @Test
    void nothingIsLearnedOfFurtherRefusals() {
        pass(0, 300, 600);
        at(900, () -> {
            submit("refused");
            limiter.requestRefused(nanos(900), refusal(Duration.ofSeconds(1)));
        });
        refuse(2000);
        assertPace(2000, 366);
    }
}
