package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.security.Security;
import java.time.Duration;
import java.time.Instant;
import java.util.LongSummaryStatistics;
import java.util.stream.LongStream;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a request is sent again: after a failure of one call, after a 429, and what DoubleTick asks for. */
class RetryTest {

    private static final Duration LONGEST = Duration.ofSeconds(62);

    private static DoubleTickException failure(Reason reason, Duration asked) {
        return new DoubleTickException(reason, "", 503, asked);
    }

    private static LongSummaryStatistics waits(Duration asked, int failures) {
        DoubleTickException failure = failure(Reason.SERVER_ERROR, asked);
        return LongStream.range(0, 200)
                .map(i -> Retry.DEFAULT.waitAfter(failure, failures).toMillis())
                .summaryStatistics();
    }

    @Test
    void waitsDoubleWithJitter() {
        for (Duration asked : new Duration[] {null, Duration.ZERO}) {
            for (int failures = 1; failures <= 3; failures++) {
                LongSummaryStatistics waits = waits(asked, failures);
                long doubled = 2000L << (failures - 1);
                assertTrue(waits.getMin() >= doubled * 0.75 && waits.getMin() < doubled * 0.85, waits::toString);
                assertTrue(waits.getMax() <= doubled * 1.25 && waits.getMax() > doubled * 1.15, waits::toString);
            }
        }
    }

    @Test
    void waitsTogetherOutlastJavasCacheOfUnknownHosts() {
        int cached = Integer.parseInt(Security.getProperty("networkaddress.cache.negative.ttl"));
        long least = (long) (0.75 * (2000 + 4000 + 8000));
        assertTrue(least > cached * 1000L, "Least " + least + " ms, cached " + cached + " s");
        assertEquals(4, Retry.DEFAULT.maxTries());
    }

    @Test
    void waitsAsLongAsDoubleTickAsksForAMinuteAtMost() {
        Retry retry = Retry.DEFAULT;
        assertEquals(Duration.ofSeconds(7), retry.waitAfter(failure(Reason.SERVER_ERROR, Duration.ofSeconds(7)), 3));
        assertEquals(LONGEST, retry.waitAfter(failure(Reason.SERVER_ERROR, LONGEST), 1));
        assertNull(retry.waitAfter(failure(Reason.SERVER_ERROR, LONGEST.plusMillis(1)), 1));
    }

    @Test
    void isNotSentAgainAfterTheLastTryOrALastingFailure() {
        assertNull(Retry.DEFAULT.waitAfter(failure(Reason.SERVER_ERROR, null), 4));
        assertNull(Retry.DEFAULT.waitAfter(failure(Reason.API_KEY_REJECTED, null), 1));
        assertNull(Retry.NEVER.waitAfter(failure(Reason.SERVER_ERROR, null), 1));
    }

    private static Duration read(Headers headers, String extraData) throws Exception {
        return RetryAfter.of(headers, JsonMapper.builder().build().readTree(extraData));
    }

    /** The server's date is 1 January 2026, which is 1767225600 s in Unix time; the clock here differs. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            5    | {"retryAfter": 9, "resetAt": 1767225620}             | 5000
            Thu, 01 Jan 2026 00:00:07 GMT | {}                          | 7000
            0    | {"retryAfter": 9}                                    | 9000
            Wed, 31 Dec 2025 00:00:00 GMT | {"retryAfter": 9}           | 9000
            soon | {"retryAfter": 9}                                    | 9000
            ''   | {"retryAfter": 9}                                    | 9000
            9999999999999999999999999999999999999999 | {}               | 999999999000
            -    | {"retryAfter": 0.25}                                 | 250
            -    | {"resetAt": 1767225620}                              | 20000
            # Date has no fractions, so a wait of a minute looks longer, but is not too long.
            -    | {"resetAt": 1767225660999}                           | 60999
            -    | {"retryAfter": 20, "resetAt": 1767225620}            | 20000
            -    | {"retryAfter": 20000, "resetAt": 1767225620}         | 20000
            -    | {"retryAfter": 20000, "resetAt": 1767225620500}      | 20000
            -    | {"retryAfter": 1200, "resetAt": 1767225601200}       | 1200
            -    | {"retryAfter": 5, "resetAt": 1}                      | 5
            -    | {"retryAfter": 5, "resetAt": "soon"}                 | 5000
            -    | {"retryAfter": -5, "resetAt": 1767225620}            | 20000
            -    | {"retryAfter": 1e300}                                | 999999999000
            -    | {"resetAt": 1e300}                                   | 998232774400000
            -    | {}                                                   |
            soon | {"retryAfter": "soon", "resetAt": null}              |
            -5   | {"retryAfter": -1, "resetAt": -1}                    |
            0.5  | {"retryAfter": [5]}                                  |
            """)
    void askedWaitInMilliseconds(String header, String extraData, Long expected) throws Exception {
        Headers.Builder headers = new Headers.Builder().add("Date", "Thu, 01 Jan 2026 00:00:00 GMT");
        if (!header.equals("-")) {
            headers.add(RetryAfter.HIDDEN, header);
        }
        Duration asked = read(headers.build(), extraData);
        assertEquals(expected, asked == null ? null : asked.toMillis());
    }

    @Test
    void withoutADateTheControllersClockCounts() throws Exception {
        long resetAt = Instant.now().plusSeconds(1000).toEpochMilli();
        assertEquals(1000, read(Headers.of(), "{\"resetAt\":" + resetAt + "}").toSeconds(), 10);
    }
}
