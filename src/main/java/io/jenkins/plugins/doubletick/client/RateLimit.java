package io.jenkins.plugins.doubletick.client;

import java.time.Duration;

/**
 * The rate of the requests with one API key, and how long the key is not used after a 429.
 *
 * @param requestsPerSecond the most requests in a second
 * @param firstWait the shortest wait after a 429 that does not say how long to wait; the longest is eight times that
 * @param patience how long DoubleTick may answer only 429 before the waiting calls fail
 */
record RateLimit(int requestsPerSecond, Duration firstWait, Duration patience) {

    /** 25 requests per second is the highest limit in DoubleTick's documentation. */
    static final RateLimit DEFAULT = new RateLimit(25, Duration.ofSeconds(1), Duration.ofMinutes(3));

    /**
     * Returns how long the key is not used after a 429: as long as DoubleTick asks, otherwise for the time that it has answered only 429. A
     * request that is too early costs little, but a late one delays all calls with the key.
     *
     * @param limitedFor how long DoubleTick has answered only 429
     * @return null if the waiting calls must fail
     */
    Duration waitAfter(DoubleTickException failure, Duration limitedFor) {
        Duration asked = failure.retryAfter();
        if (RetryAfter.isTooLong(asked) || limitedFor.compareTo(patience) >= 0) {
            return null;
        }
        long nanos = Math.max(firstWait.toNanos(), Math.min(limitedFor.toNanos(), 8 * firstWait.toNanos()));
        return RetryAfter.isWait(asked) ? asked : Duration.ofNanos(nanos);
    }
}
