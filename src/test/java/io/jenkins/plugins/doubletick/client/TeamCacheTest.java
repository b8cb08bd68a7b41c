package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import okio.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** See {@link TeamTest} for what is kept. */
class TeamCacheTest {

    private static final Team TEAM = new Team(List.of());

    private final RefusingTimer timer = new RefusingTimer();
    private final TeamCache cache = new TeamCache(timer, TeamCache.USUAL, Duration.ZERO);
    private final List<CompletableFuture<Team>> requests = new ArrayList<>();

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    private CompletableFuture<Team> get(Supplier<CompletableFuture<Team>> request) {
        return cache.get(ByteString.of(), request);
    }

    private CompletableFuture<Team> get() {
        return get(() -> {
            requests.add(new CompletableFuture<>());
            return requests.get(requests.size() - 1);
        });
    }

    @Test
    void nothingIsKeptThatNobodyWouldForget() throws Exception {
        timer.refuses = true;
        CompletableFuture<Team> first = get();
        requests.get(0).complete(TEAM);
        assertSame(TEAM, first.get());
        get();
        assertEquals(2, requests.size());
    }

    @Test
    void requestThatCannotBeMadeFailsThoseWhoAsk() throws Exception {
        StackOverflowError error = new StackOverflowError("deep");
        CompletableFuture<Team> first = get(() -> {
            throw error;
        });
        ExecutionException failure = assertThrows(ExecutionException.class, () -> first.get(1, TimeUnit.MINUTES));
        assertSame(error, failure.getCause());

        CompletableFuture<Team> second = get();
        requests.get(0).complete(TEAM);
        assertSame(TEAM, second.get(1, TimeUnit.MINUTES));
    }

    @Test
    void requestThatFailsAtOnceIsNotKept() {
        IllegalStateException failure = new IllegalStateException("no");
        CompletableFuture<Team> first = get(() -> CompletableFuture.failedFuture(failure));
        assertSame(failure, assertThrows(ExecutionException.class, first::get).getCause());
        get();
        assertEquals(1, requests.size());
    }

    @Test
    void failureIsKeptForItsTime() {
        VirtualTime time = new VirtualTime();
        TeamCache keeping = new TeamCache(time, TeamCache.USUAL, Duration.ofSeconds(10));
        CompletableFuture<Team> failed = CompletableFuture.failedFuture(new IllegalStateException("no"));
        keeping.get("team", () -> failed);
        time.schedule(
                () -> assertTrue(keeping.get("team", CompletableFuture::new).isCompletedExceptionally()),
                9,
                TimeUnit.SECONDS);
        time.runAll();

        assertNull(keeping.getNow("team"));
        assertSame(
                TEAM,
                keeping.get("team", () -> CompletableFuture.completedFuture(TEAM))
                        .join());
        assertSame(TEAM, keeping.getNow("team"));
    }

    /** The queue of Jenkins, which is locked meanwhile, must not see an exception. */
    @Test
    void lookingNeverFails() throws Exception {
        TeamCache keeping = new TeamCache(timer, TeamCache.USUAL, Duration.ofMinutes(1));
        for (int round = 0; round < 3000; round++) {
            CompletableFuture<Team> request = new CompletableFuture<>();
            keeping.get(round, () -> request);
            Future<?> failing = timer.submit(() -> request.completeExceptionally(new IllegalStateException("no")));
            do {
                assertNull(keeping.getNow(round));
            } while (!failing.isDone());
        }
    }
}
