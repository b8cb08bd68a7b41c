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
            case "fixed" -> periods(limit, seconds, TimeUnit.MILLISECONDS.toNanos(Long.parseLong(words[3])), 0);
            case "throttler" -> periods(limit, seconds, 0, TimeUnit.SECONDS.toNanos(Long.parseLong(words[3])));
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

    /**
     * Counts in periods. Each begins with its first request.
     *
     * @param firstEnd the end of a period that has begun before
     * @param blocked if not 0, how long all are refused after the first request beyond the limit
     */
    private static SimulatedLimit periods(int limit, long seconds, long firstEnd, long blocked) {
        long[] current = {firstEnd, 0}; // The period's end, and how many requests came in it.
        return now -> {
            if (now >= current[0]) {
                current[0] = now + TimeUnit.SECONDS.toNanos(seconds);
                current[1] = 0;
            }
            if (++current[1] <= limit) {
                return 0;
            }
            if (blocked > 0 && current[1] == limit + 1) {
                current[0] = now + blocked;
            }
            return current[0] - now;
        };
    }
}
