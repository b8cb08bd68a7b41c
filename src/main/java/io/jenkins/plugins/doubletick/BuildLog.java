package io.jenkins.plugins.doubletick;

import hudson.model.Run;
import hudson.model.TaskListener;
import java.time.Duration;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Writes lines into the log of a build, one after another, on a thread of its own: a log decorator of another plugin may hang
 * or break. What cannot be written is left out, and the Jenkins log says so. While a line hangs, further ones of its build
 * are left out, too, so that it holds one thread and no other build's lines.
 */
final class BuildLog {

    private static final Logger LOGGER = Logger.getLogger(BuildLog.class.getName());

    private static final BlockingCalls WRITING =
            new BlockingCalls(32, Duration.ofSeconds(10), Duration.ofSeconds(10), BlockingCalls.THREADS);

    private static final Map<Run<?, ?>, BuildLog> LOGS = new WeakHashMap<>();

    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);
    private volatile boolean writing;

    static BuildLog of(Run<?, ?> run) {
        synchronized (LOGS) {
            return LOGS.computeIfAbsent(run, r -> new BuildLog());
        }
    }

    /** @return completes when the line is written or left out */
    synchronized CompletableFuture<?> println(TaskListener listener, Supplier<String> line) {
        last = last.handle((before, failure) -> null)
                .thenCompose(nothing -> writing
                        ? CompletableFuture.failedFuture(new TimeoutException("An earlier line hangs"))
                        : WRITING.call(() -> write(listener, line)))
                .whenComplete((nothing, failure) -> {
                    if (failure != null) {
                        LOGGER.log(Level.WARNING, "Cannot write to the log of a build", failure);
                    }
                });
        return last;
    }

    private Void write(TaskListener listener, Supplier<String> line) {
        writing = true;
        try {
            listener.getLogger().println(line.get());
        } finally {
            writing = false;
        }
        return null;
    }
}
