package io.jenkins.plugins.doubletick.client;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Keeps the team of each key for a minute, so that all who ask at once, or type a name, share one request. */
final class TeamCache {

    private static final long SECONDS = 60;

    private final Map<Integer, CompletableFuture<Team>> teams = new HashMap<>();
    private final ScheduledExecutorService timer;

    TeamCache(ScheduledExecutorService timer) {
        this.timer = timer;
    }

    /**
     * Returns the team that is kept, or asks for it.
     *
     * @param key a number made of the API key
     * @return cancelling it leaves the request to the others
     */
    CompletableFuture<Team> get(int key, Supplier<CompletableFuture<Team>> request) {
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

    private void ask(int key, CompletableFuture<Team> team, Supplier<CompletableFuture<Team>> request) {
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

    private void forget(int key, CompletableFuture<Team> team) {
        synchronized (teams) {
            teams.remove(key, team);
        }
    }
}
