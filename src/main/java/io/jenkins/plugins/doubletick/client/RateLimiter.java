package io.jenkins.plugins.doubletick.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Limits the rate of the requests with one API key. It begins with {@link RetryPolicy#requestsPerSecond} and learns
 * DoubleTick's limit from a 429: how many requests had passed, and how long it took until the next one did. A 429 is said
 * to the account, so all requests of the key wait until its time is over, without a thread; then a single one goes first.
 */
final class RateLimiter {

    /** Waits for its turn to send a request, whose end it tells the limiter. None of its methods throws. */
    interface Waiter {
        void send(long sentAt);

        void heldBack(Duration wait);

        void fail(Throwable failure);
    }

    /** A second, and a little more because the network does not keep requests as far apart as they are sent. */
    private static final long SECOND = TimeUnit.MILLISECONDS.toNanos(1050);

    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final RetryPolicy policy;
    private final ScheduledExecutorService timer;
    private final LongSupplier clock;

    private final Deque<Waiter> waiting = new ArrayDeque<>();
    private int inFlight;
    /** How many may be in flight together. It grows with each answer, so that few requests meet the first 429. */
    private int width = 1;

    private long notBefore;
    private Future<?> wakeUp;

    /** When the requests of the last minutes were sent, without those that were refused. */
    private final List<Long> sent = new ArrayList<>();
    /** The learned limit: so many requests in a period. */
    private int quota = Integer.MAX_VALUE;

    private long period;
    /** When the first request was sent that passed after a 429. */
    private long openedAt;

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
        openedAt = notBefore;
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
        return waiting.isEmpty() && inFlight == 0 && clock.getAsLong() - notBefore > MINUTE;
    }

    /** A request is over without an answer. */
    void unanswered() {
        synchronized (this) {
            inFlight--;
        }
        sendNext();
    }

    /** A request was answered, and not with 429. */
    void accepted(long sentAt) {
        synchronized (this) {
            inFlight--;
            width = Math.min(width + 1, DoubleTickClient.MAX_REQUESTS);
            if (refusals > 0 && sentAt > closedAt) {
                learn(sentAt);
            }
        }
        sendNext();
    }

    /**
     * Learns the limit from the first request that passes after a 429. Documented limits are for a second or for a minute,
     * so the time until then says which: after a limit for a second, it is a second, rounded up, and two ways through the
     * network. Of a minute it can be less than a minute, where the minute had begun before.
     */
    private void learn(long passedAt) {
        boolean forASecond = passedAt - refusedAt < 3 * SECOND;
        long from = Math.max(openedAt, refusedAt - (forASecond ? SECOND : MINUTE));
        List<Long> passed =
                sent.stream().filter(at -> at >= from && at < refusedAt).toList();
        if (!passed.isEmpty()) {
            quota = passed.size();
            period = forASecond ? SECOND : Math.min(passedAt - passed.get(0), quota * SECOND);
        }
        openedAt = passedAt;
        refusals = 0;
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
            sent.remove(Long.valueOf(sentAt));
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
        sent.removeIf(at -> refusals == 0 && now - at > 2 * MINUTE);
        long at = sent.size() < quota ? notBefore : Math.max(notBefore, sent.get(sent.size() - quota) + period);
        if (at > now) {
            if (wakeUp != null) {
                wakeUp.cancel(false);
            }
            wakeUp = timer.schedule(this::sendNext, at - now, TimeUnit.NANOSECONDS);
            return null;
        }
        notBefore = now + SECOND / policy.requestsPerSecond();
        inFlight++;
        sent.add(now);
        Waiter waiter = waiting.poll();
        return () -> waiter.send(now);
    }
}
