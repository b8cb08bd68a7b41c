package io.jenkins.plugins.doubletick.client;

import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A clock and its timer for tests: time passes when the test says so, and minutes of it take no time. */
final class VirtualTime extends ScheduledThreadPoolExecutor {

    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private long now;
    private long count;

    VirtualTime() {
        super(1);
    }

    private final class Task extends CompletableFuture<Void> implements ScheduledFuture<Void> {

        private final Runnable action;
        private final long at;
        private final long order = count++;

        Task(Runnable action, long at) {
            this.action = action;
            this.at = at;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(at - now, TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            Task task = (Task) other;
            return at == task.at ? Long.compare(order, task.order) : Long.compare(at, task.at);
        }
    }

    long now() {
        return now;
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable action, long delay, TimeUnit unit) {
        Task task = new Task(action, now + unit.toNanos(delay));
        tasks.add(task);
        return task;
    }

    /** Lets time pass until nothing is scheduled any more. */
    void runAll() {
        for (Task task = tasks.poll(); task != null; task = tasks.poll()) {
            now = task.at;
            if (!task.isCancelled()) {
                task.action.run();
            }
        }
    }
}
