package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.security.ACL;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import jenkins.model.Jenkins;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Code that blocks, hangs and ignores interrupts, and a system that has no thread left. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BlockingCallsTest {

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(100);

    private final Semaphore started = new Semaphore(0);
    private final CountDownLatch end = new CountDownLatch(1);

    @AfterEach
    void tearDown() {
        end.countDown();
    }

    private static BlockingCalls calls(int threads, Duration patience, Duration limit) {
        return new BlockingCalls(threads, patience, limit, BlockingCallsTest::daemon);
    }

    private static Thread daemon(Runnable code) {
        Thread thread = new Thread(code);
        thread.setDaemon(true);
        return thread;
    }

    /** Ignores interrupts. */
    private String hang() {
        started.release();
        while (true) {
            try {
                end.await();
                return "end";
            } catch (InterruptedException e) {
                // Deaf.
            }
        }
    }

    private static Throwable failure(CompletableFuture<?> call) {
        return assertThrows(ExecutionException.class, call::get).getCause();
    }

    @Test
    void codeRunsAsSystem() throws Exception {
        assertEquals(
                ACL.SYSTEM2,
                calls(1, LONG, LONG).call(Jenkins::getAuthentication2).get());
    }

    @Test
    void failureOfTheCodeIsThatOfTheCall() {
        assertInstanceOf(
                NoClassDefFoundError.class, failure(calls(1, LONG, LONG).call(() -> {
                    throw new NoClassDefFoundError();
                })));
    }

    @Test
    void hangingCallsLeaveTheOtherThreadsAlone() throws Exception {
        BlockingCalls calls = calls(3, Duration.ZERO, SHORT);
        assertInstanceOf(TimeoutException.class, failure(calls.call(this::hang)));
        assertInstanceOf(TimeoutException.class, failure(calls.call(this::hang)));
        assertEquals("other", calls.call(() -> "other").get());
    }

    @Test
    void callsFailAtOnceWhileAllThreadsHang() throws Exception {
        BlockingCalls calls = calls(2, SHORT, LONG);
        CompletableFuture<String> first = calls.call(this::hang);
        CompletableFuture<String> second = calls.call(this::hang);
        assertInstanceOf(RejectedExecutionException.class, failure(calls.call(() -> "waiting")));
        assertTrue(calls.call(() -> "late").isCompletedExceptionally());

        end.countDown();
        assertEquals("end", first.get());
        assertEquals("end", second.get());
        while (calls.call(() -> "again").isCompletedExceptionally()) {
            Thread.onSpinWait(); // Until a thread is back.
        }
    }

    @Test
    void limitBeginsWithTheCallAndNotWithTheWaitForAThread() throws Exception {
        BlockingCalls calls = calls(1, LONG, SHORT);
        CompletableFuture<String> first = calls.call(this::hang);
        started.acquire();
        CompletableFuture<String> waiting = calls.call(() -> "waited");
        assertInstanceOf(TimeoutException.class, failure(first));
        CompletableFuture<Void> later = new CompletableFuture<>();
        later.completeOnTimeout(null, SHORT.toMillis(), TimeUnit.MILLISECONDS).get();
        assertFalse(waiting.isDone());
        end.countDown();
        assertEquals("waited", waiting.get());
    }

    @Test
    void cancellingInterruptsTheCall() throws Exception {
        Semaphore interrupted = new Semaphore(0);
        CompletableFuture<String> call = calls(1, LONG, LONG).call(() -> {
            started.release();
            try {
                end.await();
            } catch (InterruptedException e) {
                interrupted.release();
            }
            return "";
        });
        started.acquire();
        call.cancel(true);
        interrupted.acquire();
    }

    @Test
    void cancelledCallIsNotMadeAnyMore() throws Exception {
        BlockingCalls calls = calls(1, LONG, LONG);
        calls.call(this::hang);
        started.acquire();
        CompletableFuture<String> waiting = calls.call(this::hang);
        waiting.cancel(true);
        end.countDown();
        assertEquals("next", calls.call(() -> "next").get());
        assertEquals(0, started.availablePermits());
    }

    @Test
    void callFailsIfTheSystemHasNoThreadAndTheNextOneIsMade() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        ThreadFactory factory = code -> {
            if (attempts.getAndIncrement() == 0) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            return daemon(code);
        };
        BlockingCalls calls = new BlockingCalls(1, LONG, LONG, factory);
        assertInstanceOf(OutOfMemoryError.class, failure(calls.call(() -> "first")));
        assertEquals("second", calls.call(() -> "second").get());
    }
}
