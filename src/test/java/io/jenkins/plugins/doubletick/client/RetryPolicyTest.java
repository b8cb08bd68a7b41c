package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {

    private static final RetryPolicy POLICY = RetryPolicy.DEFAULT;

    private static DoubleTickException failure(Reason reason, Duration retryAfter) {
        return new DoubleTickException(reason, "", 503, retryAfter);
    }

    @Test
    void whatIsTriedAgain() {
        assertTrue(POLICY.allows(failure(Reason.SERVER_ERROR, null)));
        assertFalse(POLICY.allows(failure(Reason.API_KEY_REJECTED, null)));
        assertTrue(POLICY.allows(failure(Reason.SERVER_ERROR, Duration.ofSeconds(60))));
        assertFalse(POLICY.allows(failure(Reason.SERVER_ERROR, Duration.ofMillis(60_001))));
    }

    @Test
    void waitsAsLongAsDoubleTickAsksFor() {
        assertEquals(Duration.ofSeconds(7), POLICY.waitAfter(failure(Reason.SERVER_ERROR, Duration.ofSeconds(7)), 3));
    }

    @Test
    void waitsDoubleAndAreNotAllTheSame() {
        for (Duration asked : new Duration[] {null, Duration.ZERO}) {
            DoubleTickException failure = failure(Reason.SERVER_ERROR, asked);
            for (int failures = 1; failures <= 3; failures++) {
                long least = Long.MAX_VALUE;
                long most = 0;
                for (int i = 0; i < 1000; i++) {
                    long wait = POLICY.waitAfter(failure, failures).toMillis();
                    least = Math.min(least, wait);
                    most = Math.max(most, wait);
                }
                long doubled = 1000L << (failures - 1);
                assertTrue(least >= doubled * 0.75 && least < doubled * 0.8, least + " ms");
                assertTrue(most > doubled * 1.2 && most <= doubled * 1.25, most + " ms");
                assertNotEquals(least, most);
            }
        }
    }

    @Test
    void givesUpAfterThreeMinutesOf429OrWhenAskedToWaitForMoreThanAMinute() {
        Duration almost = Duration.ofMinutes(3).minusNanos(1);
        DoubleTickException minute = failure(Reason.RATE_LIMITED, Duration.ofMinutes(1));
        assertEquals(Duration.ofMinutes(1), POLICY.waitAfterRefusal(minute, almost));
        assertNull(POLICY.waitAfterRefusal(minute, Duration.ofMinutes(3)));
        assertNull(POLICY.waitAfterRefusal(failure(Reason.RATE_LIMITED, Duration.ofMillis(60_001)), Duration.ZERO));
    }
}
