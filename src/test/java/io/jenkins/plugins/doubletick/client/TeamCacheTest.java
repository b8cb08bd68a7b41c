package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TeamCacheTest {

    private static final Team TEAM = new Team(List.of());

    private final VirtualTime time = new VirtualTime();
    private final TeamCache cache = new TeamCache(time);
    private final List<CompletableFuture<Team>> requests = new ArrayList<>();

    private CompletableFuture<Team> get(TeamCache cache) {
        return cache.get(1, () -> {
            requests.add(new CompletableFuture<>());
            return requests.get(requests.size() - 1);
        });
    }

    @Test
    void teamIsKeptForAMinute() throws Exception {
        CompletableFuture<Team> first = get(cache);
        requests.get(0).complete(TEAM);
        assertSame(TEAM, first.get());
        List<Integer> asked = new ArrayList<>();
        for (int second : new int[] {59, 61}) {
            time.schedule(
                    () -> {
                        get(cache);
                        asked.add(requests.size());
                    },
                    second,
                    TimeUnit.SECONDS);
        }
        time.runAll();
        assertEquals(List.of(1, 2), asked);
    }

    @Test
    void failureIsNotKept() {
        CompletableFuture<Team> first = get(cache);
        requests.get(0).completeExceptionally(new IllegalStateException());
        assertTrue(first.isCompletedExceptionally());
        get(cache);
        assertEquals(2, requests.size());
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
