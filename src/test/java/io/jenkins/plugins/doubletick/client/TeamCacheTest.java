package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TeamCacheTest {

    private static final Duration TEN_SECONDS = Duration.ofSeconds(10);
    private static final IllegalStateException FAILURE = new IllegalStateException("no");

    private final VirtualTime timer = new VirtualTime();
    private long now = Long.MAX_VALUE; // The origin of the clock is arbitrary.
    private final TeamCache cache = new TeamCache(timer, () -> now);
    private final List<CompletableFuture<Team>> requests = new ArrayList<>();

    private CompletableFuture<TeamResult> get(Duration maxFailureAge) {
        return cache.get("key", maxFailureAge, () -> {
            requests.add(new CompletableFuture<>());
            return requests.get(requests.size() - 1);
        });
    }

    private CompletableFuture<TeamResult> get() {
        return get(Duration.ZERO);
    }

    private void answer() {
        requests.get(requests.size() - 1).complete(new Team(List.of()));
    }

    private void fail() {
        requests.get(requests.size() - 1).completeExceptionally(FAILURE);
    }

    private static Throwable failureOf(CompletableFuture<TeamResult> future) {
        return future.handle((team, failure) -> failure).join();
    }

    @Test
    void teamIsKeptForAMinuteAfterItsAnswer() {
        CompletableFuture<TeamResult> first = get();
        CompletableFuture<TeamResult> joined = get();
        now += Duration.ofMinutes(2).toNanos();
        answer();
        assertFalse(first.join().kept());
        assertFalse(joined.join().kept());
        now += 59_999_999_999L;
        assertTrue(get().join().kept());
        assertSame(first.join().team(), get().join().team());
        assertEquals(1, requests.size());
        now++;
        assertFalse(get().isDone());
        assertEquals(2, requests.size());
    }

    @Test
    void timerDropsTheTeamAndNoLaterOne() {
        get();
        fail();
        get();
        answer();
        timer.runNext();
        assertEquals(60, TimeUnit.NANOSECONDS.toSeconds(timer.now()));
        assertTrue(get().join().kept());
        timer.runNext();
        assertFalse(get().isDone());
    }

    @Test
    void keptFailureIsReturnedIfTheCallerAcceptsItsAge() {
        CompletableFuture<TeamResult> first = get(TEN_SECONDS);
        CompletableFuture<TeamResult> joined = get();
        fail();
        assertSame(FAILURE, failureOf(first));
        assertSame(FAILURE, failureOf(joined));
        now += 9_999_999_999L;
        assertSame(FAILURE, failureOf(get(TEN_SECONDS)));
        assertEquals(1, requests.size());
        now++;
        get(TEN_SECONDS);
        assertEquals(2, requests.size());
        fail();
        get();
        assertEquals(3, requests.size());
    }

    @Test
    void nothingIsKeptIfTheTimerRejectsTheRemoval() {
        timer.shutdown();
        CompletableFuture<TeamResult> first = get();
        answer();
        assertTrue(first.isDone());
        get(TEN_SECONDS);
        assertEquals(2, requests.size());
    }

    @Test
    void failureToMakeTheRequestFailsAllCallers() {
        StackOverflowError error = new StackOverflowError("deep");
        assertSame(error, failureOf(cache.get("key", Duration.ZERO, () -> {
            throw error;
        })));
        assertSame(error, failureOf(get(TEN_SECONDS)));
        get();
        assertEquals(1, requests.size());
    }

    @Test
    void cancellingLeavesTheRequestToOthers() {
        CompletableFuture<TeamResult> first = get();
        CompletableFuture<TeamResult> second = get();
        first.cancel(true);
        assertFalse(requests.get(0).isDone());
        answer();
        assertFalse(second.join().kept());
    }
}
