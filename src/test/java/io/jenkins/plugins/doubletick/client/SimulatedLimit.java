package io.jenkins.plugins.doubletick.client;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/** A limit on the rate of requests, as a service may count them. Times are nanoseconds. */
@FunctionalInterface
interface SimulatedLimit {

    /** Counts a request. Returns 0 if it is within the limit, otherwise how long it is until the next one would be. */
    long admit(long now);

    /** @param text the name of a method and its arguments, such as {@code fixed 25 1 300} */
    static SimulatedLimit of(String text) {
        String[] words = text.split(" ");
        int limit = Integer.parseInt(words[1]);
        long seconds = Long.parseLong(words[2]);
        return switch (words[0]) {
            case "sliding" -> sliding(limit, seconds);
            case "fixed" -> fixed(limit, seconds, Long.parseLong(words[3]));
            case "throttler" -> throttler(limit, seconds, Long.parseLong(words[3]));
            default -> throw new IllegalArgumentException(text);
        };
    }

    /** Counts the requests of the time that has just passed. */
    private static SimulatedLimit sliding(int limit, long seconds) {
        long period = TimeUnit.SECONDS.toNanos(seconds);
        Deque<Long> admitted = new ArrayDeque<>();
        return now -> {
            admitted.removeIf(at -> at <= now - period);
            if (admitted.size() < limit) {
                admitted.add(now);
                return 0;
            }
            return admitted.element() + period - now;
        };
    }

    /** Counts from the beginning of each period; the first whole one begins {@code offset} milliseconds after 0. */
    private static SimulatedLimit fixed(int limit, long seconds, long offset) {
        long period = TimeUnit.SECONDS.toNanos(seconds);
        long[] current = {Long.MIN_VALUE, 0}; // The period's number, and how many were admitted in it.
        return now -> {
            long sinceOffset = now - TimeUnit.MILLISECONDS.toNanos(offset);
            long index = Math.floorDiv(sinceOffset, period);
            if (index != current[0]) {
                current[0] = index;
                current[1] = 0;
            }
            return current[1]++ < limit ? 0 : (index + 1) * period - sinceOffset;
        };
    }

    /** Counts from the first request on; the request beyond the limit begins a time in which all are refused. */
    private static SimulatedLimit throttler(int limit, long seconds, long blockedSeconds) {
        long[] until = {Long.MIN_VALUE, Long.MIN_VALUE}; // The ends of the period and of the block.
        int[] count = {0};
        return now -> {
            if (now < until[1]) {
                return until[1] - now;
            }
            if (now >= until[0]) {
                until[0] = now + TimeUnit.SECONDS.toNanos(seconds);
                count[0] = 0;
            }
            if (++count[0] <= limit) {
                return 0;
            }
            until[0] = Long.MIN_VALUE;
            until[1] = now + TimeUnit.SECONDS.toNanos(blockedSeconds);
            return until[1] - now;
        };
    }
}
