package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import io.jenkins.plugins.doubletick.client.RateLimiter.Turn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When requests with one key are sent. The clock is simulated, and so are the services. */
class RateLimiterTest {

    private static final double SECOND = 1e9;

    private final VirtualTime time = new VirtualTime();
    private final RateLimiter limiter = new RateLimiter(RateLimit.DEFAULT, time, time::now);
    /** What happened, with the milliseconds at which it did; a pause is reported once to each request. */
    private final List<String> events = new ArrayList<>();

    private final Set<String> reported = new HashSet<>();
    private final List<Throwable> failures = new ArrayList<>();
    private final Map<String, CompletableFuture<Turn>> turns = new HashMap<>();

    private void event(String what) {
        events.add(what + "@" + TimeUnit.NANOSECONDS.toMillis(time.now()));
    }

    private void at(long milliseconds, Runnable action) {
        time.schedule(action, milliseconds, TimeUnit.MILLISECONDS);
    }

    private CompletableFuture<Turn> submit(String name, boolean first) {
        CompletableFuture<Turn> turn = limiter.enqueue(first, wait -> {
            if (reported.add(name)) {
                event(name + " waits " + wait.toMillis());
            }
        });
        turns.put(name, turn);
        turn.whenComplete((granted, failure) -> {
            if (granted != null) {
                event(name);
            } else if (!turn.isCancelled()) {
                event(name + " fails");
                failures.add(failure);
            }
        });
        limiter.sendNext();
        return turn;
    }

    private static DoubleTickException refusal(Duration retryAfter) {
        return new DoubleTickException(Reason.RATE_LIMITED, "429", 429, retryAfter);
    }

    /** Runs a list of what happens at which millisecond. */
    private void run(String script) {
        for (String line : script.split(";")) {
            String[] words = line.strip().split(" ");
            if (words[0].equals("passed")) { // Requests that are answered at once.
                for (int i = 1; i < words.length; i++) {
                    schedule(Long.parseLong(words[i]), "submit", "p");
                    schedule(Long.parseLong(words[i]), "answered");
                }
            } else {
                schedule(Long.parseLong(words[0]), words[1], Arrays.copyOfRange(words, 2, words.length));
            }
        }
        time.runAll();
    }

    private void schedule(long at, String verb, String... arguments) {
        at(at, () -> {
            switch (verb) {
                case "submit" -> List.of(arguments).forEach(name -> submit(name, false));
                case "first" -> submit(arguments[0], true);
                case "cancel" -> turns.get(arguments[0]).cancel(false);
                case "answered" -> end(0, null);
                case "failed" -> end(0, new DoubleTickException(Reason.SERVER_ERROR, "503", 503, null));
                case "lost" -> end(0, new DoubleTickException(Reason.CONNECTION_LOST, "lost"));
                case "refused" -> refuse(Long.parseLong(arguments[0]), arguments[1]);
                default -> throw new AssertionError(verb);
            }
        });
    }

    private Duration end(long sentAt, DoubleTickException failure) {
        return new Turn(limiter, TimeUnit.MILLISECONDS.toNanos(sentAt)).end(failure);
    }

    private void refuse(long sentAt, String asked) {
        DoubleTickException refusal = refusal(asked.equals("-") ? null : Duration.ofMillis(Long.parseLong(asked)));
        Duration pause = end(sentAt, refusal);
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
            0 submit a b c; 0 refused 0 5000; 5100 failed; 5200 refused 5100 -   | 5000 1000
            0 submit a b c; 0 refused 0 5000; 5100 lost; 5200 refused 5100 -     | 5000 5200
            # Three minutes from the first request that was refused.
            passed 0; 0 submit b c d; 100 refused 44 1000; 180043 refused 88 1000; 180044 refused 88 1000 | \
            1000 1000 gives up
            """)
    void pauses(String script, String expected) {
        run(script);
        List<String> pauses = events.stream()
                .filter(event -> event.matches("(pause|gives).*"))
                .map(event -> event.replaceAll("pause |@.*", ""))
                .toList();
        assertEquals(expected, String.join(" ", pauses));
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
    void requestsOfAKeyShareALimiterHoweverLongItWasIdle() throws Exception {
        DoubleTickClient client = new DoubleTickClient(
                new OkHttpClient(),
                HttpUrl.get(DoubleTickClient.DEFAULT_URL),
                "test/1",
                Retry.DEFAULT,
                RateLimit.DEFAULT,
                Timeouts.DEFAULT,
                time,
                time::now,
                Runnable::run);
        ApiKey key = ApiKey.parse("key");
        ApiKey otherKey = ApiKey.parse("other-key");
        client.submit(key, false, wait -> {}).join().limiter().requestEnded(true);
        at(100_000, () -> {
            RateLimiter inUse = client.submit(key, false, wait -> {}).join().limiter();
            assertTrue(client.submit(otherKey, false, wait -> {}).isDone());
            CompletableFuture<Turn> next = client.submit(key, false, wait -> {});
            assertFalse(next.isDone(), "Two requests at once");
            at(100, () -> inUse.requestEnded(true));
            at(100, () -> assertSame(inUse, next.join().limiter()));
        });
        time.runAll();
    }

    @Test
    void isIdleWhenNothingIsUnderWayForMoreThanAMinute() {
        submit("a", false);
        at(10, () -> limiter.requestEnded(false));
        for (int early : new int[] {0, 66_043, 66_044}) {
            at(early, () -> assertFalse(limiter.isIdle()));
        }
        at(66_045, () -> {
            assertTrue(limiter.isIdle());
            submit("b", false);
        });
        at(200_000, () -> assertFalse(limiter.isIdle(), "A request is in flight"));
        time.runAll();
    }

    /** How long a 429 asks to wait: in {@code Retry-After} in whole seconds, in {@code extraData} exactly, or not at all. */
    private static Duration asked(String waitIn, long wait) {
        return switch (waitIn) {
            case "HEADER" -> Duration.ofSeconds((long) Math.ceil(wait / SECOND));
            case "BODY" -> Duration.ofNanos(wait);
            default -> null;
        };
    }

    private final Random random = new Random(1);
    private final List<Long> arrivals = new ArrayList<>();
    private int confirmed;
    private int refused;
    private long lastConfirmed;

    /** The documented limits and NestJS's throttler, with the least seconds in which all requests can pass. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            sliding 25 1       | 200 |   8 | HEADER BODY NOWHERE
            fixed 25 1 300     | 200 |   8 | HEADER BODY NOWHERE
            sliding 1 1        |  60 |  59 | HEADER BODY NOWHERE
            fixed 1 1 400      |  60 |  59 | HEADER BODY NOWHERE
            sliding 60 60      | 150 | 121 | HEADER BODY NOWHERE
            fixed 60 60 0      | 150 | 121 | HEADER BODY NOWHERE
            fixed 60 60 20000  | 150 |  81 | HEADER BODY NOWHERE
            throttler 25 1 1   |  60 |   3 | HEADER
            throttler 1 1 1    |  30 |  29 | HEADER
            throttler 60 60 60 | 150 | 121 | HEADER
            throttler 10 1 20  |  60 |  50 | HEADER
            """)
    void logoutsTakeLittleMoreThanTheLeastPossibleTime(String limit, int count, int seconds, String waitsIn) {
        for (String waitIn : waitsIn.split(" ")) {
            for (int latency : new int[] {5, 50, 300}) {
                RateLimiterTest run = new RateLimiterTest();
                SimulatedLimit service = SimulatedLimit.of(limit);
                for (int i = 0; i < count; i++) {
                    run.send(service, waitIn, latency, false);
                }
                run.time.runAll();
                run.assertAllPassed(count, seconds);
            }
        }
    }

    private void assertAllPassed(int count, int seconds) {
        assertEquals(List.of(), failures);
        assertEquals(count, confirmed);
        double took = lastConfirmed / SECOND;
        assertTrue(took <= 1.3 * seconds + 5, () -> "took " + took + " s");
        assertTrue(refused * 3 < confirmed, () -> "refused " + refused);
        for (int i = 25; i < arrivals.size(); i++) {
            assertTrue(arrivals.get(i) - arrivals.get(i - 25) >= SECOND, "More than 25 requests in a second");
        }
    }

    /** Sends a request when it is its turn, and again after a 429, as a call does. */
    private void send(SimulatedLimit service, String waitIn, int latency, boolean first) {
        submit("a", first).thenAccept(turn -> {
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
}
