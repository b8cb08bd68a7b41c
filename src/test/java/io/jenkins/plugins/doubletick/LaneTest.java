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
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import jenkins.model.Jenkins;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Code that hangs or throws on a build's lane, and a system that has no thread left. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LaneTest {

    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicInteger calls = new AtomicInteger();
    private final Lane lane = Lane.of(this);

    @AfterEach
    void tearDown() {
        end.countDown();
    }

    private String hang() throws InterruptedException {
        end.await();
        return "end";
    }

    private static Throwable failure(CompletableFuture<?> call) {
        return assertThrows(ExecutionException.class, call::get).getCause();
    }

    @Test
    void codeRunsInOrderAsSystem() throws Exception {
        List<Integer> order = new CopyOnWriteArrayList<>();
        lane.call(this::hang);
        for (int i = 0; i < 100; i++) {
            int number = i;
            lane.call(() -> order.add(number));
        }
        end.countDown();
        assertEquals(ACL.SYSTEM2, lane.call(Jenkins::getAuthentication2).get());
        assertEquals(100, order.size());
        assertEquals(order.stream().sorted().toList(), order);
    }

    @Test
    void hangingCodeDelaysOnlyItsOwnBuild() throws Exception {
        lane.call(this::hang);
        CompletableFuture<String> behind = Lane.of(this).call(() -> "behind");
        assertEquals("other", Lane.of(new Object()).call(() -> "other").get());
        assertFalse(behind.isDone());
        end.countDown();
        assertEquals("behind", behind.get());
    }

    @Test
    void failingCodeFailsItsOwnStageOnly() throws Exception {
        CompletableFuture<String> failing = lane.call(() -> {
            throw new NoClassDefFoundError();
        });
        assertEquals("next", lane.call(() -> "next").get());
        assertInstanceOf(NoClassDefFoundError.class, failure(failing));
    }

    @Test
    void stageWithoutAThreadFailsAndLaterStagesRun() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        Executor pool = code -> {
            if (attempts.getAndIncrement() == 1) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            Computer.threadPoolForRemoting.execute(code);
        };
        Lane exhausted = new Lane(pool);
        CompletableFuture<String> first = exhausted.call(this::hang);
        CompletableFuture<Integer> shared = exhausted.share("purpose", calls::incrementAndGet);
        CompletableFuture<String> third = exhausted.call(() -> "third");
        end.countDown();
        assertEquals("end", first.get());
        assertInstanceOf(OutOfMemoryError.class, failure(shared));
        assertEquals("third", third.get());
        assertEquals(1, exhausted.share("purpose", calls::incrementAndGet).get());
    }

    @Test
    void callersBeforeTheBeginShareOneCall() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Integer> first = lane.share("purpose", () -> {
            begun.countDown();
            return calls.incrementAndGet();
        });
        begun.await();
        lane.call(this::hang);
        CompletableFuture<Integer> second = lane.share("purpose", calls::incrementAndGet);
        assertEquals(1, first.get());
        CompletableFuture<Integer> third = lane.share("purpose", calls::incrementAndGet);
        CompletableFuture<Integer> other = lane.share("other", calls::incrementAndGet);
        second.cancel(true);
        end.countDown();
        assertEquals(List.of(2, 3), List.of(third.get(), other.get()));
        assertTrue(second.isCancelled());
    }

    @Test
    void callIsNotSharedAfterItsBegin() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Integer> first = lane.share("purpose", () -> {
            begun.countDown();
            hang();
            return calls.incrementAndGet();
        });
        begun.await();
        CompletableFuture<Integer> second = lane.share("purpose", calls::incrementAndGet);
        end.countDown();
        assertEquals(List.of(1, 2), List.of(first.get(), second.get()));
    }
}
