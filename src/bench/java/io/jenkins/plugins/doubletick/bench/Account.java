package io.jenkins.plugins.doubletick.bench;

import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * How {@link BenchServer} answers the requests with one API key. The key contains these settings, so builds with different keys
 * can run at the same time.
 *
 * @param number makes the key a new one, without a known rate limit
 * @param quick how many requests are answered after {@code latency}; all others after {@link #SLOW}
 * @param latency in milliseconds
 * @param limit how many logouts are confirmed in each period
 * @param period a sliding period, in milliseconds
 * @param waitIn where a 429 response says how long to wait
 */
record Account(int number, int quick, int latency, int limit, int period, WaitIn waitIn) {

    /** The wait is in whole seconds, rounded up. DoubleTick documents the body only. */
    enum WaitIn {
        HEADER,
        BODY,
        NOWHERE
    }

    /** In milliseconds. */
    static final int SLOW = 60_000;

    private static final int ALL = Integer.MAX_VALUE;
    private static final AtomicInteger COUNT = new AtomicInteger();

    static Account unlimited(int quick, int latency) {
        return new Account(COUNT.incrementAndGet(), quick, latency, ALL, 0, WaitIn.NOWHERE);
    }

    static Account unlimited(int latency) {
        return unlimited(ALL, latency);
    }

    static Account limited(int limit, int period, WaitIn waitIn) {
        return new Account(COUNT.incrementAndGet(), ALL, 50, limit, period, waitIn);
    }

    String key() {
        return number + "." + quick + "." + latency + "." + limit + "." + period + "." + waitIn.ordinal();
    }

    /** Reads the settings from a key. {@link io.jenkins.plugins.doubletick.HangingVault}'s key is answered at once. */
    static Account of(String key) {
        if (key.equals(DoubleTickStandIn.KEY)) {
            return unlimited(0);
        }
        int[] part = Stream.of(key.split("\\.")).mapToInt(Integer::parseInt).toArray();
        return new Account(part[0], part[1], part[2], part[3], part[4], WaitIn.values()[part[5]]);
    }
}
