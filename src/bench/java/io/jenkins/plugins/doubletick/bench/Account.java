package io.jenkins.plugins.doubletick.bench;

import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * How {@link BenchServer} answers the requests with one API key. The key itself says it, so that builds with different
 * keys can run at the same time.
 *
 * @param number makes the key a new one, of which nobody has learned anything yet
 * @param quick how many requests are answered after {@code latency}; further ones take {@link #SLOW}
 * @param latency in milliseconds
 * @param limit how many logouts are confirmed in each period
 * @param period a sliding one, in milliseconds
 * @param told how a 429 tells when the next request will be confirmed
 */
record Account(int number, int quick, int latency, int limit, int period, Told told) {

    /** In whole seconds, rounded up. The body is the only form that DoubleTick documents. */
    enum Told {
        IN_HEADER,
        IN_BODY,
        NOT
    }

    /** In milliseconds. */
    static final int SLOW = 60_000;

    private static final int ALL = Integer.MAX_VALUE;
    private static final AtomicInteger COUNT = new AtomicInteger();

    static Account unlimited(int quick, int latency) {
        return new Account(COUNT.incrementAndGet(), quick, latency, ALL, 0, Told.NOT);
    }

    static Account unlimited(int latency) {
        return unlimited(ALL, latency);
    }

    static Account limited(int limit, int period, Told told) {
        return new Account(COUNT.incrementAndGet(), ALL, 50, limit, period, told);
    }

    String key() {
        return number + "." + quick + "." + latency + "." + limit + "." + period + "." + told.ordinal();
    }

    /** Reads the key; that of {@link io.jenkins.plugins.doubletick.SlowVault} is answered at once. */
    static Account of(String key) {
        if (key.equals(DoubleTickStandIn.KEY)) {
            return unlimited(0);
        }
        int[] part = Stream.of(key.split("\\.")).mapToInt(Integer::parseInt).toArray();
        return new Account(part[0], part[1], part[2], part[3], part[4], Told.values()[part[5]]);
    }
}
