package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose turn it is, and when. Each script is a list of what happens at which millisecond. */
class RateLimiterTurnsTest extends LimiterFixture {

    private void run(String script) {
        for (String line : script.split(";")) {
            String[] words = line.strip().split(" ");
            if (words[0].equals("passed")) { // Requests that are answered at once.
                for (int i = 1; i < words.length; i++) {
                    schedule(Long.parseLong(words[i]), "submit", "p");
                    schedule(Long.parseLong(words[i]), "answered");
                }
            } else {
                String[] arguments = java.util.Arrays.copyOfRange(words, 2, words.length);
                schedule(Long.parseLong(words[0]), words[1], arguments);
            }
        }
        time.runAll();
    }

    private void schedule(long at, String verb, String... arguments) {
        at(at, () -> {
            switch (verb) {
                case "submit" -> List.of(arguments).forEach(name -> submit(limiter, name, false));
                case "first" -> submit(limiter, arguments[0], true);
                case "cancel" -> turns.get(arguments[0]).cancel(false);
                case "answered" -> limiter.requestEnded(true);
                case "lost" -> limiter.requestEnded(false);
                case "refused" -> refuse(Long.parseLong(arguments[0]), arguments[1]);
                default -> throw new AssertionError(verb);
            }
        });
    }

    private void refuse(long sentAt, String asked) {
        DoubleTickException refusal = refusal(asked.equals("-") ? null : Duration.ofMillis(Long.parseLong(asked)));
        Duration pause = limiter.requestRateLimited(TimeUnit.MILLISECONDS.toNanos(sentAt), refusal);
        failures.forEach(failure -> assertSame(refusal, failure));
        event(pause == null ? "gives up" : "pause " + pause.toMillis());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 submit a b c d; 100 answered             | a@0 b@100 c@144
            0 submit a b c; 100 lost                   | a@0 b@100 c@144
            0 submit a b c; 0 first x; 100 answered    | a@0 x@100 b@144
            0 submit a; 0 answered; 0 submit b c       | a@0 b@44 c@88
            0 submit a b c; 0 cancel b; 100 answered   | a@0 c@100
            # A pause is reported to all waiting requests, and then one is sent alone.
            0 submit a b c; 100 refused 0 5000; 2100 submit d | a@0 b waits 5000@100 c waits 5000@100 pause 5000@100 \
            d waits 3000@2100 b@5100
            passed 0; 0 submit b c d e; 100 refused 44 5000; 100 refused 88 2000 | p@0 b@44 c@88 d waits 5000@100 \
            e waits 5000@100 pause 5000@100 pause 2000@100 d@5100
            # The answer to an earlier request ends no pause.
            passed 0; 0 submit b c d; 100 refused 44 5000; 110 answered | p@0 b@44 c@88 d waits 5000@100 \
            pause 5000@100 d@5100
            # Too long a wait fails all that are queued, and no later one.
            0 submit a b c; 100 refused 0 63000; 200 submit d | a@0 b fails@100 c fails@100 gives up@100 d@200
            """)
    void turns(String script, String expected) {
        run(script);
        assertEquals(expected, String.join(" ", events));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # As long again as nothing else was answered, for one to eight seconds, or as long as DoubleTick asks.
            0 submit a b c d e f g h; 100 refused 0 -; 1200 refused 1100 -; 2500 refused 2400 -; 5100 refused 5000 -; \
            10300 refused 10200 -; 18400 refused 18300 -; 26500 refused 26400 3000; 29600 refused 29500 0 | \
            1000 1200 2500 5100 8000 8000 3000 8000
            # Another answer ends that time, and a lost request does not.
            0 submit a b c; 0 refused 0 5000; 5100 answered; 5200 refused 5100 - | 5000 1000
            0 submit a b c; 0 refused 0 5000; 5100 lost; 5200 refused 5100 -     | 5000 5200
            # Three minutes from the first request that was refused.
            passed 0; 0 submit b c d; 100 refused 44 1000; 180043 refused 88 1000; 180044 refused 88 1000 | \
            1000 1000 gives up
            """)
    void pauses(String script, String expected) {
        run(script);
        assertEquals(
                expected,
                String.join(
                        " ",
                        events.stream()
                                .filter(event -> event.matches("(pause|gives).*"))
                                .map(event -> event.replaceAll("pause |@.*", ""))
                                .toList()));
    }

    /** How far apart requests are sent after a 429: as many a second, and a tenth less, as passed in the second before. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            passed 0 300 600; 900 submit r; 900 refused 900 5000                           | 366
            passed 0; 900 submit r; 900 refused 900 5000                                   | 1100
            passed 200000 200300 200600; 200900 submit r; 200900 refused 200900 5000       | 366
            0 submit r; 0 refused 0 5000                                                   | 44
            # What was sent earlier or later, or was refused, does not count.
            passed 0 1000 1001; 2100 submit r; 2100 refused 2100 5000                      | 1100
            passed 0; 500 submit r; passed 600 700; 800 refused 500 5000                   | 1100
            passed 0; 300 submit r; 300 refused 300 200; 400 answered; 900 submit r; 900 refused 900 5000 | 1100
            # Further refusals do not count, either.
            passed 0 300 600; 900 submit r; 900 refused 900 1000; 2000 submit r; 2000 refused 2000 5000   | 366
            """)
    void pace(String script, int milliseconds) {
        run(script + "; 300000 submit a b c; 300001 answered");
        List<Long> sent = events.stream()
                .filter(event -> event.matches("[ab]@.*"))
                .map(event -> Long.parseLong(event.substring(2)))
                .toList();
        assertEquals(milliseconds, sent.get(1) - sent.get(0));
    }

    @Test
    void atMost32RequestsAreInFlight() {
        for (int i = 0; i < 100; i++) {
            submit(limiter, "a", false);
            limiter.requestEnded(true);
        }
        time.runAll();
        events.clear();
        for (int i = 0; i < 100; i++) {
            submit(limiter, "b", false);
        }
        time.runAll();
        assertEquals(32, events.size());
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
        submit(limiter, "a", false);
        at(10, () -> limiter.requestEnded(false));
        for (int early : new int[] {0, 66_043, 66_044}) {
            at(early, () -> assertFalse(limiter.isIdle()));
        }
        at(66_045, () -> {
            assertTrue(limiter.isIdle());
            submit(limiter, "b", false);
        });
        at(200_000, () -> assertFalse(limiter.isIdle(), "A request is in flight"));
        time.runAll();
    }

    @Test
    void queuedCallsFailIfTheTimerRejectsTasks() {
        RefusingTimer timer = new RefusingTimer();
        timer.refuses = true;
        RateLimiter unscheduled = limiter(timer);
        submit(unscheduled, "a", false);
        submit(unscheduled, "b", false);
        unscheduled.requestEnded(false);
        assertEquals(List.of("a@0", "b fails@0"), events);
    }
}
