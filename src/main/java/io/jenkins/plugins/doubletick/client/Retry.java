package io.jenkins.plugins.doubletick.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * How often a call sends its request again after a temporary failure. Sending it again is harmless: a member who is logged
 * out stays logged out.
 *
 * @param maxTries how many requests a call sends at most, not counting those that were answered with 429
 * @param firstWait the wait after the first failure; it doubles with every further one
 */
@Restricted(NoExternalUse.class)
public record Retry(int maxTries, Duration firstWait) {

    /** The waits together outlast Java's cache of host names that cannot be resolved, which is 10 seconds. */
    public static final Retry DEFAULT = new Retry(4, Duration.ofSeconds(2));

    /** Reports the first failure, even a 429. */
    static final Retry NEVER = new Retry(1, Duration.ZERO);

    /**
     * Returns how long to wait before the next request: as long as DoubleTick asks, otherwise the doubled wait, up to a
     * quarter shorter or longer, so that calls that failed together are not repeated together.
     *
     * @param failures how many requests of the call have failed, at least 1
     * @return null if the request is not sent again
     */
    Duration waitAfter(DoubleTickException failure, int failures) {
        Duration asked = failure.retryAfter();
        if (failures >= maxTries || !failure.reason().isTemporary() || RetryAfter.isTooLong(asked)) {
            return null;
        }
        if (RetryAfter.isWait(asked)) {
            return asked;
        }
        double jitter = 0.75 + ThreadLocalRandom.current().nextDouble() / 2;
        return Duration.ofNanos((long) (firstWait.toNanos() * Math.pow(2, failures - 1.0) * jitter));
    }
}
