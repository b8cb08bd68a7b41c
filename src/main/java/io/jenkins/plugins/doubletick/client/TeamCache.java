package io.jenkins.plugins.doubletick.client;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Keeps each team for a minute, so that all who ask at once, or type a name, share one request. */
@Restricted(NoExternalUse.class)
public final class TeamCache {

    private static final long SECONDS = 60;

    private final Map<Object, CompletableFuture<Team>> teams = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer;

    /** @param timer runs what comes later */
    public TeamCache(ScheduledExecutorService timer) {
        this.timer = timer;
    }

    /**
     * Returns the team that is kept, or asks for it.
     *
     * @param key what the team is kept by, which holds no API key
     * @return cancelling it leaves the request to the others
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
                    forgetLater(key, team);
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
        // One that failed is about to be forgotten.
        return team == null || team.isCompletedExceptionally() ? null : team.getNow(null);
    }

    private void forgetLater(Object key, CompletableFuture<Team> team) {
        try {
            timer.schedule(() -> forget(key, team), SECONDS, TimeUnit.SECONDS);
        } catch (RuntimeException | Error e) { // The timer may take nothing more, as when Jenkins ends.
            forget(key, team);
        }
    }

    private void forget(Object key, CompletableFuture<Team> team) {
        teams.remove(key, team);
    }

    private void fail(Object key, CompletableFuture<Team> team, Throwable failure) {
        forget(key, team);
        team.completeExceptionally(failure);
    }
}
