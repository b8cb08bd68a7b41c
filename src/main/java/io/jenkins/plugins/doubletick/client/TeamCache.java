package io.jenkins.plugins.doubletick.client;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Keeps each team for a minute, so that all who ask at once, or type a name, share one request. */
@Restricted(NoExternalUse.class)
public final class TeamCache {

    private static final long SECONDS = 60;

    private final Map<Object, CompletableFuture<Team>> teams = new HashMap<>();
    private final ScheduledExecutorService timer;

    /** @param timer runs what comes later */
    public TeamCache(ScheduledExecutorService timer) {
        this.timer = timer;
    }

    /**
     * Returns the team that is kept, or asks for it.
     *
     * @param key what the team is kept by, which holds no API key
     * @param request never throws
     * @return cancelling it leaves the request to the others
     */
    public CompletableFuture<Team> get(Object key, Supplier<CompletableFuture<Team>> request) {
        CompletableFuture<Team> team;
        boolean asked = false;
        synchronized (teams) {
            team = teams.get(key);
            if (team == null) {
                team = new CompletableFuture<>();
                teams.put(key, team);
                asked = true;
            }
        }
        if (asked) {
            ask(key, team, request);
        }
        return team.copy();
    }

    /** Returns the team that is kept, without asking for it; null if there is none. */
    public Team getNow(Object key) {
        synchronized (teams) {
            CompletableFuture<Team> team = teams.get(key);
            // One that failed is about to be forgotten.
            return team == null || team.isCompletedExceptionally() ? null : team.getNow(null);
        }
    }

    private void ask(Object key, CompletableFuture<Team> team, Supplier<CompletableFuture<Team>> request) {
        request.get().whenComplete((members, failure) -> {
            try {
                if (failure == null) {
                    timer.schedule(() -> forget(key, team), SECONDS, TimeUnit.SECONDS);
                }
            } catch (RuntimeException | Error e) { // The timer may take nothing more, as when Jenkins ends.
                forget(key, team);
            }
            if (failure == null) {
                team.complete(members);
            } else {
                forget(key, team);
                team.completeExceptionally(failure);
            }
        });
    }

    private void forget(Object key, CompletableFuture<Team> team) {
        synchronized (teams) {
            teams.remove(key, team);
        }
    }
}
