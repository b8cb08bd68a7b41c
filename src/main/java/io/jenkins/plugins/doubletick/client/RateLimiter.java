package io.jenkins.plugins.doubletick.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Limits the rate of the requests with one API key: to {@link RetryPolicy#requestsPerSecond}, and to DoubleTick's own limit
 * when a 429 has told that there is one. A 429 is said to the account, so all requests of the key wait until its time is
 * over, without a thread; then a single one goes first.
 */
final class RateLimiter {

    /** Waits for its turn to send a request, whose end it tells the limiter. None of its methods throws. */
    interface Waiter {
        void send(long sentAt);

        void heldBack(Duration wait);

        void fail(Throwable failure);
    }

    private final RetryPolicy policy;
    private final ScheduledExecutorService timer;
    private final LongSupplier clock;

    private final Deque<Waiter> waiting = new ArrayDeque<>();
    private int inFlight;
    /**
     * How many may be in flight together. It grows with each answer: at 25 requests a second, and answers that take half a
     * second, a dozen more would be under way when the first 429 comes.
     */
    private int width = 1;

    private long notBefore;
    private Future<?> wakeUp;

    private final LearnedLimit limit;

    /** The 429s since the last other answer, counting those to requests that were in flight together once. */
    private int refusals;
    /** When the first of them was sent, and the last of them came. */
    private long refusedAt;

    private long closedAt;

    /** @param clock tells the time in nanoseconds from any origin */
    RateLimiter(RetryPolicy policy, ScheduledExecutorService timer, LongSupplier clock) {
        this.policy = policy;
        this.timer = timer;
        this.clock = clock;
        notBefore = clock.getAsLong();
        limit = new LearnedLimit(notBefore);
    }

    /**
     * Lets the waiter send when it is its turn, perhaps at once.
     *
     * @param first whether it goes before all that wait already
     */
    void enter(Waiter waiter, boolean first) {
        long wait;
        synchronized (this) {
            if (first) {
                waiting.addFirst(waiter);
            } else {
                waiting.addLast(waiter);
            }
            wait = refusals == 0 ? 0 : notBefore - clock.getAsLong();
        }
        if (wait > 0) {
            waiter.heldBack(Duration.ofNanos(wait));
        }
        sendNext();
    }

    /** Takes back {@link #enter}. */
    synchronized void withdraw(Waiter waiter) {
        waiting.remove(waiter);
    }

    /** Whether nothing of the key is under way, and what was learned of it is old. */
    synchronized boolean isIdle() {
        return waiting.isEmpty() && inFlight == 0 && clock.getAsLong() - notBefore > LearnedLimit.MINUTE;
    }

    /** A request is over without an answer. */
    void unanswered() {
        synchronized (this) {
            inFlight--;
            widen();
        }
        sendNext();
    }

    /** Widens after silence, too: one at a time, many calls would wait for hours for a service that does not answer. */
    private void widen() {
        width = Math.min(width + 1, DoubleTickClient.MAX_REQUESTS);
    }

    /** A request was answered, and not with 429. */
    void accepted(long sentAt) {
        synchronized (this) {
            inFlight--;
            widen();
            if (refusals > 0 && sentAt > closedAt) {
                refusals = 0;
                limit.learn(refusedAt, sentAt);
            }
        }
        sendNext();
    }

    /**
     * A request was answered with 429.
     *
     * @return how long no request is sent; null if DoubleTick asks for too long a wait, or has answered nothing else for
     *     too long: then all that wait have failed
     */
    Duration refused(long sentAt, DoubleTickException failure) {
        List<Waiter> others;
        Duration wait;
        synchronized (this) {
            long now = clock.getAsLong();
            inFlight--;
            width = 1;
            limit.refused(sentAt);
            if (refusals == 0) {
                refusedAt = sentAt;
            }
            if (refusals == 0 || sentAt > closedAt) {
                refusals++;
                closedAt = now;
            }
            wait = policy.waitAfterRefusal(failure, refusals);
            if (policy.asksTooLong(failure)
                    || now - refusedAt >= policy.patience().toNanos()) {
                wait = null;
                refusals = 0;
            } else {
                notBefore = Math.max(notBefore, now + wait.toNanos());
            }
            others = List.copyOf(waiting);
        }
        if (wait == null) {
            failAll(failure);
            return null;
        }
        for (Waiter other : others) {
            other.heldBack(wait);
        }
        sendNext();
        return wait;
    }

    private void failAll(Throwable failure) {
        List<Waiter> all;
        synchronized (this) {
            all = List.copyOf(waiting);
            waiting.clear();
        }
        all.forEach(waiter -> waiter.fail(failure));
    }

    private void sendNext() {
        try {
            for (Runnable send = next(); send != null; send = next()) {
                send.run();
            }
        } catch (RuntimeException | Error e) { // The timer may take nothing more, as when Jenkins ends.
            failAll(e);
        }
    }

    private synchronized Runnable next() {
        if (waiting.isEmpty() || inFlight >= width) {
            return null;
        }
        long now = clock.getAsLong();
        long at = Math.max(notBefore, limit.earliest(now));
        if (at > now) {
            if (wakeUp != null) {
                wakeUp.cancel(false);
            }
            wakeUp = timer.schedule(this::sendNext, at - now, TimeUnit.NANOSECONDS);
            return null;
        }
        notBefore = now + LearnedLimit.SECOND / policy.requestsPerSecond();
        inFlight++;
        limit.sent(now);
        Waiter waiter = waiting.poll();
        return () -> waiter.send(now);
    }
}
