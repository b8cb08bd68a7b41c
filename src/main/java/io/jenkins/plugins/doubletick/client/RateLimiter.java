package io.jenkins.plugins.doubletick.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Lets the logouts of one API key through, as many at a time as DoubleTick takes. A 429 closes the gate until its time
 * is over; then one request goes first, and with every success a little more go together, as TCP does after
 * congestion. So a wide {@code parallel} spends few of its tries on learning what DoubleTick already said.
 *
 * <p>Whoever waits here holds no thread.
 */
final class RateLimiter {

    private final int widest;
    private final int maxClosings;
    private final ScheduledExecutorService timer;

    private final Deque<LogoutCall> waiting = new ArrayDeque<>();
    /** How many requests may be in flight together; the fraction is what successes have gathered for one more. */
    private double width;

    private int inFlight;
    private boolean closed;
    /** {@link System#nanoTime} at which the gate opens, if it is closed. */
    private long opensAt;
    /** How often it has opened: a 429 to a request from before the last closing says nothing new. */
    private int era;
    /** How often in a row it was closed, with no other answer between. */
    private int closings;

    /**
     * @param widest how many requests may be in flight together as long as DoubleTick does not object
     * @param maxClosings how often in a row the gate may be closed before all that wait give up
     */
    RateLimiter(int widest, int maxClosings, ScheduledExecutorService timer) {
        this.widest = widest;
        this.maxClosings = maxClosings;
        this.timer = timer;
        this.width = widest;
    }

    /** {@linkplain LogoutCall#send Sends} the call when it is its turn, perhaps at once. */
    void enter(LogoutCall call) {
        Duration wait;
        synchronized (this) {
            if (call.tries() > 0) {
                waiting.addFirst(call); // So that no logout meets a closing gate at each of its tries.
            } else {
                waiting.addLast(call);
            }
            wait = closed ? Duration.ofNanos(opensAt - System.nanoTime()) : null;
        }
        if (wait != null) {
            call.heldBack(wait);
        }
        sendNext();
    }

    /** The call is not to be sent any more. */
    synchronized void withdraw(LogoutCall call) {
        waiting.remove(call);
    }

    /** A request is over, and not with a 429. */
    void leave(boolean answered) {
        synchronized (this) {
            inFlight--;
            if (answered) {
                closings = 0;
                width = Math.min(widest, width + 1 / width);
            }
        }
        sendNext();
    }

    /**
     * A request is over with a 429: nothing is sent for this time.
     *
     * @return false if DoubleTick has answered nothing else for too long, so that all that waited here were failed
     */
    boolean close(LogoutCall call, DoubleTickException failure, Duration wait) {
        List<LogoutCall> others;
        boolean hopeless;
        synchronized (this) {
            inFlight--;
            width = 1;
            if (!closed && call.era() == era) {
                closings++;
            }
            hopeless = closings >= maxClosings;
            if (hopeless) {
                closings = 0;
            }
            others = List.copyOf(waiting);
            long until = System.nanoTime() + wait.toNanos();
            if (!closed || until > opensAt) {
                closed = true;
                opensAt = until;
                timer.schedule(() -> open(until), wait.toNanos(), TimeUnit.NANOSECONDS);
            }
        }
        if (hopeless) {
            failAll(failure);
        } else {
            others.forEach(other -> other.heldBack(wait));
        }
        return !hopeless;
    }

    /** All that wait here fail for the same reason as one of them did. */
    void failAll(DoubleTickException failure) {
        List<LogoutCall> all;
        synchronized (this) {
            all = List.copyOf(waiting);
            waiting.clear();
        }
        all.forEach(call -> call.fail(failure));
    }

    private void open(long until) {
        synchronized (this) {
            if (until != opensAt) {
                return; // Closed for longer meanwhile.
            }
            closed = false;
            era++;
        }
        sendNext();
    }

    private void sendNext() {
        for (LogoutCall call = next(); call != null; call = next()) {
            call.send();
        }
    }

    private synchronized LogoutCall next() {
        if (closed || inFlight >= (int) width) {
            return null;
        }
        LogoutCall call = waiting.poll();
        if (call != null) {
            inFlight++;
            call.admitted(era);
        }
        return call;
    }
}
