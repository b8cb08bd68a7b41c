package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TeamCacheTest {

    private static final Duration TEN_SECONDS = Duration.ofSeconds(10);
    private static final IllegalStateException FAILURE = new IllegalStateException("no");

    private final Timer timer = new Timer();
    private long now = Long.MAX_VALUE;
    private final TeamCache cache = new TeamCache(timer, () -> now);
    private final List<CompletableFuture<Team>> requests = new ArrayList<>();

    /** Keeps the last task, or refuses it, as a timer does that is shut down. */
    private static final class Timer extends ScheduledThreadPoolExecutor {
        private boolean refuses;
        private Runnable task;
        private Duration delay;

        Timer() {
            super(0);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            if (refuses) {
                throw new RejectedExecutionException("shut down");
            }
            this.task = task;
            this.delay = Duration.of(delay, unit.toChronoUnit());
            return null;
        }
    }

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

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void teamIsKeptForAMinuteAfterItsAnswer() {
        CompletableFuture<TeamResult> first = get();
        CompletableFuture<TeamResult> joined = get();
        pass(Duration.ofMinutes(2));
        answer();
        assertFalse(first.join().kept());
        assertFalse(joined.join().kept());
        pass(Duration.ofNanos(59_999_999_999L));
        assertTrue(get().join().kept());
        assertSame(first.join().team(), get().join().team());
        assertEquals(1, requests.size());
        pass(Duration.ofNanos(1));
        assertFalse(get().isDone());
        assertEquals(2, requests.size());
    }

    @Test
    void timerDropsTheTeamAndNoLaterOne() {
        get();
        answer();
        assertEquals(Duration.ofMinutes(1), timer.delay);
        Runnable drop = timer.task;
        drop.run();
        assertFalse(get().isDone());
        answer();
        drop.run();
        assertTrue(get().join().kept());
    }

    @Test
    void keptFailureIsReturnedIfTheCallerAcceptsItsAge() {
        CompletableFuture<TeamResult> first = get(TEN_SECONDS);
        CompletableFuture<TeamResult> joined = get();
        fail();
        assertSame(FAILURE, failureOf(first));
        assertSame(FAILURE, failureOf(joined));
        pass(Duration.ofNanos(9_999_999_999L));
        assertSame(FAILURE, failureOf(get(TEN_SECONDS)));
        assertEquals(1, requests.size());
        pass(Duration.ofNanos(1));
        get(TEN_SECONDS);
        assertEquals(2, requests.size());
        fail();
        get();
        assertEquals(3, requests.size());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingIsKeptIfTheTimerRejectsTheRemoval(boolean fails) {
        timer.refuses = true;
        CompletableFuture<TeamResult> first = get();
        if (fails) {
            fail();
        } else {
            answer();
        }
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
    void requestThatEndsAtOnceIsNoKeptTeam() {
        assertFalse(cache.get("key", Duration.ZERO, () -> CompletableFuture.completedFuture(new Team(List.of())))
                .join()
                .kept());
    }

    @Test
    void cancellingLeavesTheRequestToOthers() {
        CompletableFuture<TeamResult> first = get();
        CompletableFuture<TeamResult> second = get();
        first.cancel(true);
        assertFalse(requests.get(0).isDone());
        assertFalse(second.isDone());
        answer();
        assertFalse(second.join().kept());
    }

    @Test
    void eachKeyHasItsOwnTeam() {
        get();
        answer();
        assertFalse(cache.get("other", Duration.ZERO, CompletableFuture::new).isDone());
    }

    private static Throwable failureOf(CompletableFuture<TeamResult> future) {
        return future.handle((team, failure) -> failure).join();
    }
}
