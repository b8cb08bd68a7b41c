package io.jenkins.plugins.doubletick.client;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Keeps each team for a while, and shares one request between callers at the same time. */
@Restricted(NoExternalUse.class)
public final class TeamCache {

    /** How long a team is kept after DoubleTick sent it, and the longest time that a failure is kept. */
    public static final Duration KEPT = Duration.ofMinutes(1);

    private final Map<Object, Entry> entries = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer;
    private final LongSupplier clock;

    /**
     * @param timer removes old entries
     * @param clock returns nanoseconds, as {@link System#nanoTime} does
     */
    TeamCache(ScheduledExecutorService timer, LongSupplier clock) {
        this.timer = timer;
        this.clock = clock;
    }

    /** A request for a team, and then its answer. */
    private final class Entry {

        private final CompletableFuture<Team> answer = new CompletableFuture<>();
        /** Set before the answer. */
        private volatile long answeredAt;

        boolean isUsable(Duration maxFailureAge) {
            return !answer.isDone()
                    || clock.getAsLong() - answeredAt
                            < (answer.isCompletedExceptionally() ? maxFailureAge : KEPT).toNanos();
        }
    }

    /**
     * Returns the kept team, or asks for the team.
     *
     * @param key identifies the API key and does not reveal it
     * @param maxFailureAge how old a kept failure may be; an older one causes a new request
     * @param request asks for the team
     * @return completes with the team, or fails as the request does; cancelling it does not cancel the request
     */
    CompletableFuture<TeamResult> get(Object key, Duration maxFailureAge, Supplier<CompletableFuture<Team>> request) {
        Entry mine = new Entry();
        Entry entry = entries.compute(key, (k, old) -> old != null && old.isUsable(maxFailureAge) ? old : mine);
        boolean kept = entry.answer.isDone();
        if (entry == mine) {
            ask(key, mine, request);
        }
        CompletableFuture<TeamResult> result = new CompletableFuture<>();
        entry.answer.whenComplete((team, failure) -> {
            if (failure == null) {
                result.complete(new TeamResult(team, kept));
            } else {
                result.completeExceptionally(failure);
            }
        });
        return result;
    }

    private void ask(Object key, Entry entry, Supplier<CompletableFuture<Team>> request) {
        try {
            request.get().whenComplete((team, failure) -> {
                answered(key, entry);
                if (failure == null) {
                    entry.answer.complete(team);
                } else {
                    entry.answer.completeExceptionally(failure);
                }
            });
        } catch (RuntimeException | Error e) {
            answered(key, entry);
            entry.answer.completeExceptionally(e);
        }
    }

    private void answered(Object key, Entry entry) {
        entry.answeredAt = clock.getAsLong();
        try {
            timer.schedule(() -> drop(key, entry), KEPT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RuntimeException | Error e) { // The timer rejects tasks when Jenkins shuts down.
            drop(key, entry);
        }
    }

    private void drop(Object key, Entry entry) {
        entries.remove(key, entry);
    }
}
