package io.jenkins.plugins.doubletick.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A limit of so many requests in a period, as it is learned from the requests that pass before a 429 and after it. All
 * times are nanoseconds of one clock.
 */
final class LearnedLimit {

    /** A second, and a little more because the network does not keep requests as far apart as they are sent. */
    static final long SECOND = TimeUnit.MILLISECONDS.toNanos(1050);

    static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    /** When the requests of the last minutes were sent, without those that were refused. */
    private final List<Long> sent = new ArrayList<>();

    private int quota = Integer.MAX_VALUE;
    private long period;
    private long openedAt;

    /** @param openedAt when the first request can be sent */
    LearnedLimit(long openedAt) {
        this.openedAt = openedAt;
    }

    void sent(long at) {
        sent.add(at);
    }

    void refused(long sentAt) {
        sent.remove(Long.valueOf(sentAt));
    }

    /** Returns the earliest time at which a request is within the limit. */
    long earliest(long now) {
        sent.removeIf(at -> now - at > 3 * MINUTE);
        return sent.size() < quota ? now : sent.get(sent.size() - quota) + period;
    }

    /**
     * Learns the limit. The documented ones are for a second or for a minute, and the time until a request passed says
     * which: if the limit is for a second, that is a second, rounded up, and the time that an answer takes. If it is for
     * a minute, that may be less than a minute, where the minute had begun before.
     *
     * @param refusedAt when the first request was sent that was refused
     * @param passedAt when the first one was sent that passed after it
     */
    void learn(long refusedAt, long passedAt) {
        boolean forASecond = passedAt - refusedAt < 3 * SECOND;
        long from = Math.max(openedAt, refusedAt - (forASecond ? SECOND : MINUTE));
        List<Long> passed =
                sent.stream().filter(at -> at >= from && at < refusedAt).toList();
        if (!passed.isEmpty()) {
            quota = passed.size();
            period = forASecond ? SECOND : Math.min(passedAt - passed.get(0), quota * SECOND);
        }
        openedAt = passedAt;
    }
}
