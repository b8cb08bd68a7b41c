package io.jenkins.plugins.doubletick.client;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Delayed;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A clock and its timer for tests: minutes of it take no time. */
final class VirtualTime extends ScheduledThreadPoolExecutor {

    private final List<Task> tasks = new ArrayList<>();
    private long now;

    VirtualTime() {
        super(1);
    }

    private static final class Task extends CompletableFuture<Void> implements ScheduledFuture<Void> {
        private final Runnable action;
        private final long at;

        Task(Runnable action, long at) {
            this.action = action;
            this.at = at;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(at, ((Task) other).at);
        }
    }

    long now() {
        return now;
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable action, long delay, TimeUnit unit) {
        if (isShutdown()) {
            throw new RejectedExecutionException("The timer is shut down");
        }
        Task task = new Task(action, now + unit.toNanos(delay));
        tasks.add(task);
        return task;
    }

    /** Lets time pass until the next task has run. */
    void runNext() {
        Task task = Collections.min(tasks); // Of several, the one that was scheduled first.
        tasks.remove(task);
        now = task.at;
        if (!task.isCancelled()) {
            task.action.run();
        }
    }

    /** Lets time pass until nothing is scheduled any more. */
    void runAll() {
        while (!tasks.isEmpty()) {
            runNext();
        }
    }
}
