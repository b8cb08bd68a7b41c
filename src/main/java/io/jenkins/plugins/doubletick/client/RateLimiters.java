package io.jenkins.plugins.doubletick.client;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** The rate limiters of all API keys: one for each key that is in use or was used in the last minute. */
final class RateLimiters {

    private final RateLimit limit;
    private final ScheduledExecutorService timer;
    private final LongSupplier clock;
    private final Map<Object, RateLimiter> limiters = new HashMap<>();

    /** @param clock returns the time in nanoseconds from any origin */
    RateLimiters(RateLimit limit, ScheduledExecutorService timer, LongSupplier clock) {
        this.limit = limit;
        this.timer = timer;
        this.clock = clock;
    }

    /**
     * Queues a request.
     *
     * @param key identifies the API key without containing it
     * @param first whether the request is sent before all that are queued already
     * @param onPause called with the time for which the key is not used, possibly several times
     * @return see {@link RateLimiter#enqueue}
     */
    CompletableFuture<RateLimiter.Turn> submit(Object key, boolean first, Consumer<Duration> onPause) {
        RateLimiter limiter;
        CompletableFuture<RateLimiter.Turn> turn;
        // One lock for both steps, because an idle limiter must not be removed between its lookup and its use.
        synchronized (limiters) {
            limiters.values().removeIf(RateLimiter::isIdle);
            limiter = limiters.computeIfAbsent(key, k -> new RateLimiter(limit, timer, clock));
            turn = limiter.enqueue(first, onPause);
        }
        limiter.sendNext();
        return turn;
    }
}
