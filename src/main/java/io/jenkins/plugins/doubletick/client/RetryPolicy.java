package io.jenkins.plugins.doubletick.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Which failures are sent again, how often, and how long apart. Sending again is harmless: a member who is logged out
 * stays logged out.
 *
 * @param maxTries how many requests a logout sends at most
 * @param firstWait the wait after the first try; it doubles with every further one
 * @param maxRetryAfter the longest wait that DoubleTick may ask for with {@code Retry-After}; a longer one ends the
 *     logout at once, since an executor or a person is waiting for it
 */
public record RetryPolicy(int maxTries, Duration firstWait, Duration maxRetryAfter) {

    /** Four tries, 1 s, 2 s and 4 s apart, or as long as DoubleTick asks for, up to 60 s. */
    public static final RetryPolicy DEFAULT = new RetryPolicy(4, Duration.ofSeconds(1), Duration.ofSeconds(60));

    /** Whether a logout that failed so at its {@code tries}th try is sent again. */
    boolean allows(DoubleTickException failure, int tries) {
        return failure.reason().isTemporary() && tries < maxTries && !asksTooLong(failure);
    }

    /** Whether DoubleTick asked for a longer wait than this policy gives it. */
    boolean asksTooLong(DoubleTickException failure) {
        return failure.retryAfter() != null && failure.retryAfter().compareTo(maxRetryAfter) > 0;
    }

    /**
     * How long to wait after the {@code tries}th try (1 is the first): what DoubleTick asked for, else the doubled
     * wait, up to a quarter shorter or longer so that logouts which failed together do not come back together.
     */
    Duration waitAfter(DoubleTickException failure, int tries) {
        if (failure.retryAfter() != null && !failure.retryAfter().isZero()) {
            return failure.retryAfter();
        }
        double jitter = 0.75 + ThreadLocalRandom.current().nextDouble() / 2;
        return Duration.ofNanos((long) (firstWait.toNanos() * Math.pow(2, tries - 1.0) * jitter));
    }
}
