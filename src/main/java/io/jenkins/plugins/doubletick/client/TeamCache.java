package io.jenkins.plugins.doubletick.client;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Keeps each team for a while, so that all who ask at once, or type a name, share one request. */
@Restricted(NoExternalUse.class)
public final class TeamCache {

    /** How long a team is kept: half a minute, because two of these caches follow each other. */
    public static final Duration USUAL = Duration.ofSeconds(30);

    private final Map<Object, CompletableFuture<Team>> teams = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer;
    private final Duration teamKept;
    private final Duration failureKept;

    /**
     * @param timer runs what comes later
     * @param teamKept how long a team is kept
     * @param failureKept how long a failure is kept
     */
    public TeamCache(ScheduledExecutorService timer, Duration teamKept, Duration failureKept) {
        this.timer = timer;
        this.teamKept = teamKept;
        this.failureKept = failureKept;
    }

    /**
     * Returns the team that is kept, or asks for it.
     *
     * @param key what the team is kept by, which holds no API key
     * @param request asks for the team
     * @return completes with the team, or fails as the request does; cancelling it leaves the request to the others
     */
    public CompletableFuture<Team> get(Object key, Supplier<CompletableFuture<Team>> request) {
        CompletableFuture<Team> team = new CompletableFuture<>();
        CompletableFuture<Team> kept = teams.putIfAbsent(key, team);
        if (kept != null) {
            return kept.copy();
        }
        try {
            request.get().whenComplete((members, failure) -> {
                if (failure == null) {
                    forgetAfter(teamKept, key, team);
                    team.complete(members);
                } else {
                    fail(key, team, failure);
                }
            });
        } catch (RuntimeException | Error e) {
            fail(key, team, e);
        }
        return team.copy();
    }

    /** Returns the team that is kept, without asking for it; null if there is none. */
    public Team getNow(Object key) {
        CompletableFuture<Team> team = teams.get(key);
        return team == null ? null : team.exceptionally(failure -> null).getNow(null);
    }

    private void forgetAfter(Duration time, Object key, CompletableFuture<Team> team) {
        if (time.isZero()) {
            forget(key, team); // Before anybody hears of it, so that whoever asks again is not told the same.
            return;
        }
        try {
            timer.schedule(() -> forget(key, team), time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RuntimeException | Error e) { // The timer may take nothing more, as when Jenkins ends.
            forget(key, team);
        }
    }

    private void forget(Object key, CompletableFuture<Team> team) {
        teams.remove(key, team);
    }

    private void fail(Object key, CompletableFuture<Team> team, Throwable failure) {
        forgetAfter(failureKept, key, team);
        team.completeExceptionally(failure);
    }
}
