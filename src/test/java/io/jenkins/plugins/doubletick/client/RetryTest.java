package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.security.Security;
import java.time.Duration;
import java.util.LongSummaryStatistics;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** When a request is sent again: after a failure of one call, and after a 429, which is for all calls with a key. */
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

    @Test
    void limiterGivesUpAfterThreeMinutesOrWhenAskedToWaitForMoreThanAMinute() {
        Duration almost = Duration.ofMinutes(3).minusNanos(1);
        RateLimit limit = RateLimit.DEFAULT;
        assertEquals(LONGEST, limit.waitAfter(failure(Reason.RATE_LIMITED, LONGEST), almost));
        assertNull(limit.waitAfter(failure(Reason.RATE_LIMITED, LONGEST), Duration.ofMinutes(3)));
        assertNull(limit.waitAfter(failure(Reason.RATE_LIMITED, LONGEST.plusMillis(1)), Duration.ZERO));
    }

    /** {@code Date} leaves out the fraction of a second, so that the minute looks longer. */
    @Test
    void aMinuteIsNotTooLongAlthoughDateIsCut() throws Exception {
        Duration asked = RetryAfterTest.read(null, "{\"resetAt\": 1767225660999}");
        assertEquals(Duration.ofMillis(60_999), asked);
        assertEquals(asked, RateLimit.DEFAULT.waitAfter(failure(Reason.RATE_LIMITED, asked), Duration.ZERO));
    }
}
