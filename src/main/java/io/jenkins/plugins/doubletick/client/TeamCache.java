package io.jenkins.plugins.doubletick.client;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import okio.ByteString;

/** Keeps the team of each key for a minute, so that all who ask at once, or type a name, share one request. */
final class TeamCache {

    private static final long SECONDS = 60;

    private final Map<ByteString, CompletableFuture<Team>> teams = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer;

    TeamCache(ScheduledExecutorService timer) {
        this.timer = timer;
    }

    /**
     * Returns the team that is kept, or asks for it.
     *
     * @param key what stands for the API key
     * @return cancelling it leaves the request to the others
     */
    CompletableFuture<Team> get(ByteString key, Supplier<CompletableFuture<Team>> request) {
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

    private void forgetLater(ByteString key, CompletableFuture<Team> team) {
        try {
            timer.schedule(() -> forget(key, team), SECONDS, TimeUnit.SECONDS);
        } catch (RuntimeException | Error e) { // The timer may take nothing more, as when Jenkins ends.
            forget(key, team);
        }
    }

    private void forget(ByteString key, CompletableFuture<Team> team) {
        teams.remove(key, team);
    }

    private void fail(ByteString key, CompletableFuture<Team> team, Throwable failure) {
        forget(key, team);
        team.completeExceptionally(failure);
    }
}
