package io.jenkins.plugins.doubletick.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * Says how fast requests are sent, how long an answer may take, and which failures are tried again. Sending a request
 * again is harmless: a member who is logged out stays logged out.
 *
 * @param maxTries how many requests a call sends at most, not counting those that were answered with 429
 * @param firstWait the wait after the first failure; it doubles with every further one
 * @param maxRetryAfter the longest wait that DoubleTick may ask for; a call that is asked to wait longer fails at once,
 *     because a person or an executor is waiting for it
 * @param patience how long DoubleTick may answer nothing but 429 before the calls that wait fail
 * @param callTimeout how long one request may take, from making the connection to the last byte of the answer
 * @param requestsPerSecond how many requests are sent with one API key in a second at most
 */
@Restricted(NoExternalUse.class)
public record RetryPolicy(
        int maxTries,
        Duration firstWait,
        Duration maxRetryAfter,
        Duration patience,
        Duration callTimeout,
        int requestsPerSecond) {

    /** The policy of the plugin. 25 requests a second is the highest limit in DoubleTick's documentation. */
    public static final RetryPolicy DEFAULT = new RetryPolicy(
            4, Duration.ofSeconds(1), Duration.ofSeconds(60), Duration.ofMinutes(3), Duration.ofSeconds(30), 25);

    /** Whether the same request may succeed after a wait that this policy gives it. */
    boolean allows(DoubleTickException failure) {
        return failure.reason().isTemporary() && !asksTooLong(failure);
    }

    /** Whether DoubleTick asked for a longer wait than this policy gives it. */
    boolean asksTooLong(DoubleTickException failure) {
        return failure.retryAfter() != null && failure.retryAfter().compareTo(maxRetryAfter) > 0;
    }

    /**
     * Returns how long to wait after the {@code failures}th failure (1 is the first): what DoubleTick asked for, else
     * the doubled wait, up to a quarter shorter or longer so that calls which failed together do not come back together.
     */
    Duration waitAfter(DoubleTickException failure, int failures) {
        if (asksToWait(failure)) {
            return failure.retryAfter();
        }
        double jitter = 0.75 + ThreadLocalRandom.current().nextDouble() / 2;
        return Duration.ofNanos((long) (firstWait.toNanos() * Math.pow(2, failures - 1.0) * jitter));
    }

    /**
     * Returns how long all calls with a key wait after a 429: what DoubleTick asked for, else as long as it has answered
     * nothing else, from {@link #firstWait} to eight times that, because a request that comes too early costs little, and one
     * that comes too late delays all of them.
     *
     * @param refused how long it has answered nothing else
     * @return null if that is too long
     */
    Duration waitAfterRefusal(DoubleTickException failure, Duration refused) {
        if (asksTooLong(failure) || refused.compareTo(patience) >= 0) {
            return null;
        }
        long nanos = Math.max(firstWait.toNanos(), Math.min(refused.toNanos(), 8 * firstWait.toNanos()));
        return asksToWait(failure) ? failure.retryAfter() : Duration.ofNanos(nanos);
    }

    private static boolean asksToWait(DoubleTickException failure) {
        return failure.retryAfter() != null && !failure.retryAfter().isZero();
    }
}
