package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** See {@link TeamTest} for what is kept. */
class TeamCacheTest {

    private static final Team TEAM = new Team(List.of());

    private final List<CompletableFuture<Team>> requests = new ArrayList<>();

    private CompletableFuture<Team> get(TeamCache cache) {
        return cache.get(1, () -> {
            requests.add(new CompletableFuture<>());
            return requests.get(requests.size() - 1);
        });
    }

    @Test
    void nothingIsKeptThatNobodyWouldForget() throws Exception {
        RefusingTimer timer = new RefusingTimer();
        timer.refuses = true;
        TeamCache cache = new TeamCache(timer);
        CompletableFuture<Team> first = get(cache);
        requests.get(0).complete(TEAM);
        assertSame(TEAM, first.get());
        get(cache);
        assertEquals(2, requests.size());
    }
}
