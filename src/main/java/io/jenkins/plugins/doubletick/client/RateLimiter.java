package io.jenkins.plugins.doubletick.client;

import java.time.Duration;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Limits the rate of the requests with one API key: to {@link RetryPolicy#requestsPerSecond}, and after a 429 to as many as
 * passed in the second before it. A 429 is said to the account, so all requests of the key wait until its time is over,
 * without a thread; then a single one goes first.
 */
final class RateLimiter {

    /** Waits for its turn to send a request, whose end it tells the limiter. None of its methods throws. */
    interface Waiter {
        void send(long sentAt);

        void heldBack(Duration wait);

        void fail(Throwable failure);
    }

    /** A second, and a tenth more because the network does not keep requests as far apart as they are sent. */
    private static final long SECOND = TimeUnit.MILLISECONDS.toNanos(1100);

    private final RetryPolicy policy;
    private final ScheduledExecutorService timer;
    private final LongSupplier clock;

    private final ConcurrentLinkedDeque<Waiter> waiting = new ConcurrentLinkedDeque<>();
    /** When the requests of the last minute were sent that were not refused. */
    private final TreeSet<Long> sent = new TreeSet<>();

    private int inFlight;
    /**
     * How many may be in flight together. It grows with each answer: at 25 requests a second, and answers that take half a
     * second, a dozen more would be under way when the first 429 comes.
     */
    private int width = 1;

    /** The least time between two requests. */
    private long interval;

    private long notBefore;
    /** When the first request was sent that was refused; null if another answer came since. */
    private Long refusedAt;

    private Future<?> wakeUp = new CompletableFuture<>();

    /** @param clock tells the time in nanoseconds from any origin */
    RateLimiter(RetryPolicy policy, ScheduledExecutorService timer, LongSupplier clock) {
        this.policy = policy;
        this.timer = timer;
        this.clock = clock;
        interval = SECOND / policy.requestsPerSecond();
        notBefore = clock.getAsLong();
    }

    /**
     * Lets the waiter send when it is its turn, perhaps at once.
     *
     * @param first whether it goes before all that wait already
     */
    void enter(Waiter waiter, boolean first) {
        if (first) {
            waiting.addFirst(waiter);
        } else {
            waiting.addLast(waiter);
        }
        sendNext();
    }

    /** Takes back {@link #enter}. */
    void withdraw(Waiter waiter) {
        waiting.remove(waiter);
    }

    /** Whether nothing of the key is under way, and what was learned of it is old. */
    synchronized boolean isIdle() {
        return waiting.isEmpty() && inFlight == 0 && clock.getAsLong() - notBefore > 60 * SECOND;
    }

    /**
     * Hears of the end of a request that was not answered with 429.
     *
     * @param answered whether it was answered at all
     */
    void over(boolean answered) {
        synchronized (this) {
            inFlight--;
            // Silence widens, too: one at a time, many calls would wait for hours for a service that does not answer.
            width = Math.min(width + 1, DoubleTickClient.MAX_REQUESTS);
            refusedAt = answered ? null : refusedAt;
        }
        sendNext();
    }

    /**
     * Hears of the end of a request that was answered with 429.
     *
     * @return how long no request is sent; null if all that wait have failed, because DoubleTick asks for too long a wait or
     *     has answered nothing else for too long
     */
    Duration refused(long sentAt, DoubleTickException failure) {
        Duration wait;
        synchronized (this) {
            long now = clock.getAsLong();
            inFlight--;
            width = 1;
            sent.remove(sentAt);
            if (refusedAt == null) {
                refusedAt = sentAt;
                int passed = sent.subSet(sentAt - SECOND, false, sentAt, false).size();
                interval = passed == 0 ? interval : SECOND / passed;
            }
            wait = policy.waitAfterRefusal(failure, Duration.ofNanos(now - refusedAt));
            refusedAt = wait == null ? null : refusedAt;
            notBefore = wait == null ? notBefore : Math.max(notBefore, now + wait.toNanos());
        }
        if (wait == null) {
            failAll(failure);
        }
        sendNext();
        return wait;
    }

    private void failAll(Throwable failure) {
        for (Waiter waiter : waiting.toArray(new Waiter[0])) { // Leaves out who enters meanwhile.
            waiting.remove(waiter);
            waiter.fail(failure);
        }
    }

    private void sendNext() {
        try {
            next().run();
        } catch (RuntimeException | Error e) { // The timer may take nothing more, as when Jenkins ends.
            failAll(e);
        }
    }

    private synchronized Runnable next() {
        long now = clock.getAsLong();
        long wait = notBefore - now;
        Waiter waiter = waiting.peek();
        if (waiter == null || wait <= 0 && inFlight >= width) {
            return () -> {};
        }
        if (wait > 0) {
            wakeUp.cancel(false);
            wakeUp = timer.schedule(this::sendNext, wait, TimeUnit.NANOSECONDS);
            return wait > interval ? () -> waiting.forEach(w -> w.heldBack(Duration.ofNanos(wait))) : () -> {};
        }
        waiting.remove(waiter);
        sent.removeIf(at -> now - at > 60 * SECOND);
        sent.add(now);
        notBefore = now + interval;
        inFlight++;
        return () -> {
            waiter.send(now);
            sendNext();
        };
    }
}
