package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.security.ACL;
import hudson.security.ACLContext;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Calls code that may block, such as a vault's or a log decorator's, on a limited number of threads, as SYSTEM.
 *
 * <p>Calls wait for a free thread as long as one may become free. Once every thread is held by a call that takes longer
 * than {@code patience}, calls fail with {@link RejectedExecutionException} at once instead.
 */
final class BlockingCalls {

    static final ThreadFactory THREADS = new NamingThreadFactory(new DaemonThreadFactory(), "DoubleTick");

    private static final int MAX_WAITING = 10_000;

    private final Duration patience;
    private final Duration limit;
    private final ThreadPoolExecutor threads;
    private int hanging;

    /**
     * @param maxThreads how many calls may run, or hang, at a time
     * @param patience after which time a call counts as hanging
     * @param limit how long a call may run, not counting the time for which it waits for a thread
     */
    BlockingCalls(int maxThreads, Duration patience, Duration limit, ThreadFactory factory) {
        this.patience = patience;
        this.limit = limit;
        threads = new ThreadPoolExecutor(
                maxThreads, maxThreads, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(MAX_WAITING), factory);
        threads.allowCoreThreadTimeOut(true);
    }

    /** Returns what a stage that follows a failed one failed with; a store may itself fail with the wrapper alone. */
    @CheckForNull
    static Throwable cause(@CheckForNull Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    int maxThreads() {
        return threads.getMaximumPoolSize();
    }

    /**
     * Calls the code soon.
     *
     * @return fails with {@link java.util.concurrent.TimeoutException} when the limit is over; cancelling it interrupts
     *     the call
     */
    <T> CompletableFuture<T> call(Callable<T> code) {
        CompletableFuture<T> result = new CompletableFuture<>();
        try {
            enqueue(new Call<>(code, result));
        } catch (Throwable e) { // Such as an OutOfMemoryError because the system has no thread left.
            result.completeExceptionally(e);
        }
        return result;
    }

    private synchronized void enqueue(Call<?> call) {
        if (hanging == maxThreads()) {
            throw new RejectedExecutionException();
        }
        threads.execute(call);
    }

    private void addHanging(int change) {
        List<Runnable> hopeless = new ArrayList<>();
        synchronized (this) {
            hanging += change;
            if (hanging == maxThreads()) {
                threads.getQueue().drainTo(hopeless);
            }
        }
        hopeless.forEach(call -> ((Call<?>) call).result.completeExceptionally(new RejectedExecutionException()));
    }

    private final class Call<T> extends FutureTask<T> {

        private final CompletableFuture<T> result;

        Call(Callable<T> code, CompletableFuture<T> result) {
            super(code);
            this.result = result;
            result.whenComplete((value, failure) -> cancel(true));
        }

        @Override
        public void run() {
            if (isDone()) {
                return; // Cancelled while it waited for a thread.
            }
            CompletableFuture<Void> ended = new CompletableFuture<>();
            try (ACLContext asSystem = ACL.as2(ACL.SYSTEM2)) {
                ended.copy().orTimeout(patience.toNanos(), TimeUnit.NANOSECONDS).exceptionally(late -> {
                    addHanging(1);
                    ended.thenRun(() -> addHanging(-1));
                    return null;
                });
                result.orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS);
                super.run();
            } catch (Throwable e) { // Such as an OutOfMemoryError because the timer cannot start its thread.
                result.completeExceptionally(e);
            } finally {
                ended.complete(null);
            }
        }

        @Override
        protected void set(T value) {
            super.set(value);
            result.complete(value);
        }

        @Override
        protected void setException(@NonNull Throwable failure) {
            super.setException(failure);
            result.completeExceptionally(failure);
        }
    }
}
