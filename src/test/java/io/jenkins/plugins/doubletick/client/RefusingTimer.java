package io.jenkins.plugins.doubletick.client;

import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A timer that can be made to refuse tasks, as one that is shut down does. */
final class RefusingTimer extends ScheduledThreadPoolExecutor {
    volatile boolean refuses;

    RefusingTimer() {
        super(1);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        check();
        return super.schedule(task, delay, unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        check();
        return super.schedule(task, delay, unit);
    }

    private void check() {
        if (refuses) {
            throw new RejectedExecutionException("The timer is shut down");
        }
    }
}
