package io.jenkins.plugins.doubletick.client;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.time.Duration;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Limits the rate of the requests with one API key: to {@link RateLimit#requestsPerSecond}, and after a 429 to the rate that
 * DoubleTick accepted in the second before it. A 429 applies to the key, so all its requests wait, without a
 * thread, until the wait is over; then one request is sent alone.
 */
final class RateLimiter {

    record Turn(RateLimiter limiter, long sentAt) {

        /**
         * Ends the turn. Call this exactly once, when the request has ended.
         *
         * @param failure null if the request succeeded
         * @return how long no request is sent; null if the limiter has given up, or if the answer was not 429
         */
        Duration end(Throwable failure) {
            if (!(failure instanceof DoubleTickException e)) {
                limiter.requestEnded(failure == null);
            } else if (e.reason() == Reason.RATE_LIMITED) {
                return limiter.requestRateLimited(sentAt, e);
            } else {
                limiter.requestEnded(e.status() != 0);
            }
            return null;
        }
    }

    private record Queued(CompletableFuture<Turn> turn, Consumer<Duration> onPause) {}

    /** One second and a tenth, because the network can deliver requests closer together than they were sent. */
    private static final long SECOND = TimeUnit.MILLISECONDS.toNanos(1100);

    private final RateLimit limit;
    private final ScheduledExecutorService timer;
    private final LongSupplier clock;

    private final ConcurrentLinkedDeque<Queued> queue = new ConcurrentLinkedDeque<>();
    /** The times at which the requests of the last minute were sent, except those answered with 429. */
    private final TreeSet<Long> sent = new TreeSet<>();

    private int inFlight;
    /**
     * How many requests may be in flight. It grows with each answer: otherwise, at 25 requests per second and half a second
     * for each answer, a dozen more requests would be under way when the first 429 arrives.
     */
    private int concurrency = 1;

    private long interval;

    private long notBefore;
    /** When the first request that was answered with 429 was sent; null if another answer arrived since. */
    private Long rateLimitedSince;

    private Future<?> wakeUp = new CompletableFuture<>();

    RateLimiter(RateLimit limit, ScheduledExecutorService timer, LongSupplier clock) {
        this.limit = limit;
        this.timer = timer;
        this.clock = clock;
        interval = SECOND / limit.requestsPerSecond();
        notBefore = clock.getAsLong();
    }

    /**
     * Queues a request; {@link #sendNext} starts it.
     *
     * @return completes when the request may be sent, and fails when the limiter gives up or cannot use its timer; cancelling
     *     it takes the request out of the queue
     */
    CompletableFuture<Turn> enqueue(boolean first, Consumer<Duration> onPause) {
        Queued queued = new Queued(new CompletableFuture<>(), onPause);
        if (first) {
            queue.addFirst(queued);
        } else {
            queue.addLast(queued);
        }
        return queued.turn();
    }

    /** Whether no request of the key is queued or in flight, and what is known about the key is more than a minute old. */
    synchronized boolean isIdle() {
        return queue.isEmpty() && inFlight == 0 && clock.getAsLong() - notBefore > 60 * SECOND;
    }

    /** Counts the end of a request that was not answered with 429. */
    void requestEnded(boolean answered) {
        synchronized (this) {
            inFlight--;
            // Timeouts also raise the limit; otherwise a dead service would hold the queue for hours.
            concurrency = Math.min(concurrency + 1, DoubleTickClient.MAX_REQUESTS);
            rateLimitedSince = answered ? null : rateLimitedSince;
        }
        sendNext();
    }

    /**
     * Counts the end of a request that was answered with 429.
     *
     * @return how long no request is sent; null if DoubleTick asks for too long a wait or has answered nothing but 429 for too
     *     long, and all queued requests have failed
     */
    Duration requestRateLimited(long sentAt, DoubleTickException failure) {
        Duration wait;
        synchronized (this) {
            long now = clock.getAsLong();
            inFlight--;
            concurrency = 1;
            sent.remove(sentAt);
            if (rateLimitedSince == null) {
                rateLimitedSince = sentAt;
                int accepted =
                        sent.subSet(sentAt - SECOND, false, sentAt, false).size();
                interval = accepted == 0 ? interval : SECOND / accepted;
            }
            wait = limit.waitAfter(failure, Duration.ofNanos(now - rateLimitedSince));
            rateLimitedSince = wait == null ? null : rateLimitedSince;
            notBefore = wait == null ? notBefore : Math.max(notBefore, now + wait.toNanos());
        }
        if (wait == null) {
            failAll(failure);
        }
        sendNext();
        return wait;
    }

    private void failAll(Throwable failure) {
        for (Queued queued : queue.toArray(new Queued[0])) { // Leaves out requests that are queued meanwhile.
            queue.remove(queued);
            queued.turn().completeExceptionally(failure);
        }
    }

    /** Sends the first request of the queue if it may be sent now, otherwise later. Never throws. */
    void sendNext() {
        try {
            next().run();
        } catch (RuntimeException | Error e) { // A timer that is shut down rejects tasks.
            failAll(e);
        }
    }

    private void reportPause(Duration wait) {
        queue.stream()
                .filter(queued -> !queued.turn().isDone())
                .forEach(queued -> queued.onPause().accept(wait));
    }

    /** Returns what to do next: the callbacks of other classes must not run under the lock. */
    private synchronized Runnable next() {
        Queued next = queue.peek();
        while (next != null && next.turn().isDone()) { // It was cancelled.
            queue.remove(next);
            next = queue.peek();
        }
        long now = clock.getAsLong();
        long wait = notBefore - now;
        if (next == null || wait <= 0 && inFlight >= concurrency) {
            return () -> {};
        }
        if (wait > 0) {
            wakeUp.cancel(false);
            wakeUp = timer.schedule(this::sendNext, wait, TimeUnit.NANOSECONDS);
            return wait > interval ? () -> reportPause(Duration.ofNanos(wait)) : () -> {};
        }
        queue.remove(next);
        sent.removeIf(at -> now - at > 60 * SECOND);
        sent.add(now);
        notBefore = now + interval;
        inFlight++;
        CompletableFuture<Turn> turn = next.turn();
        return () -> {
            if (turn.complete(new Turn(this, now))) {
                sendNext();
            } else { // It was cancelled meanwhile.
                requestEnded(false);
            }
        };
    }
}
