package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Computer;
import hudson.security.ACL;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import jenkins.model.Jenkins;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Code that hangs or throws on a build's lane, and a system that has no thread left. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LaneTest {

    private final CountDownLatch begin = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicInteger calls = new AtomicInteger();
    private final Lane lane = Lane.of(this);

    @AfterEach
    void tearDown() {
        end.countDown();
    }

    private int hang() throws InterruptedException {
        begin.countDown();
        end.await();
        return calls.incrementAndGet();
    }

    private static Throwable failure(CompletableFuture<?> call) {
        return assertThrows(ExecutionException.class, call::get).getCause();
    }

    @Test
    void hangingCodeDelaysOnlyItsOwnBuildWhichRunsInOrderAsSystem() throws Exception {
        lane.call(this::hang);
        List<Integer> order = new CopyOnWriteArrayList<>();
        IntStream.range(0, 100).forEach(i -> Lane.of(this).call(() -> order.add(i)));
        assertEquals("other", Lane.of(new Object()).call(() -> "other").get());
        assertEquals(List.of(), order);
        end.countDown();
        assertEquals(ACL.SYSTEM2, lane.call(Jenkins::getAuthentication2).get());
        assertEquals(IntStream.range(0, 100).boxed().toList(), order);
    }

    @Test
    void stageThatThrowsOrHasNoThreadFailsAndLaterStagesRun() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        Lane exhausted = new Lane(code -> {
            if (attempts.getAndIncrement() == 1) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            Computer.threadPoolForRemoting.execute(code);
        });
        CompletableFuture<Integer> first = exhausted.call(() -> {
            hang();
            throw new NoClassDefFoundError();
        });
        CompletableFuture<Integer> shared = exhausted.share("purpose", calls::incrementAndGet);
        CompletableFuture<String> third = exhausted.call(() -> "third");
        end.countDown();
        assertInstanceOf(NoClassDefFoundError.class, failure(first));
        assertInstanceOf(OutOfMemoryError.class, failure(shared));
        assertEquals("third", third.get());
        assertEquals(2, exhausted.share("purpose", calls::incrementAndGet).get());
    }

    @Test
    void callersBeforeTheBeginShareOneCall() throws Exception {
        CompletableFuture<Integer> begun = lane.share("purpose", this::hang);
        begin.await();
        CompletableFuture<Integer> cancelled = lane.share("purpose", calls::incrementAndGet);
        CompletableFuture<Integer> shared = lane.share("purpose", calls::incrementAndGet);
        CompletableFuture<Integer> other = lane.share("other", calls::incrementAndGet);
        cancelled.cancel(true);
        assertFalse(begun.isDone());
        end.countDown();
        assertEquals(List.of(1, 2, 3), List.of(begun.get(), shared.get(), other.get()));
        assertTrue(cancelled.isCancelled());
    }
}
