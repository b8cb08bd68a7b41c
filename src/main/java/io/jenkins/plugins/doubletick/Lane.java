package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Computer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * Runs code of other plugins that may block, such as a vault or a log decorator, for one build or job: in order, as SYSTEM, and
 * on one thread at a time. Code that hangs delays only its own build or job.
 */
@Restricted(NoExternalUse.class)
public final class Lane {

    private static final Map<Object, Lane> LANES = new WeakHashMap<>();

    private final Map<Object, CompletableFuture<?>> waiting = new HashMap<>();
    private final Set<Object> done = new HashSet<>();
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

    private final Executor pool;

    Lane(Executor pool) {
        this.pool = pool;
    }

    @NonNull
    public static Lane of(Object owner) {
        synchronized (LANES) {
            return LANES.computeIfAbsent(owner, o -> new Lane(Computer.threadPoolForRemoting));
        }
    }

    /**
     * Runs code after all earlier code of this lane.
     *
     * @return completes when the code ends, exceptionally if no thread can be started; cancelling it does not stop the code
     */
    @NonNull
    public synchronized <T> CompletableFuture<T> call(Callable<T> code) {
        CompletableFuture<T> result = last.handleAsync((before, failure) -> callNow(code), pool);
        // Does not keep the result, because it can be an API key.
        last = result.handle((value, failure) -> null);
        return result.copy();
    }

    private static <T> T callNow(Callable<T> code) {
        try {
            return code.call();
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }

    /** Like {@link #call}, but all requests with an equal {@code purpose} before the code begins share one call. */
    @NonNull
    @SuppressWarnings("unchecked") // A purpose has one type of result.
    public synchronized <T> CompletableFuture<T> share(Object purpose, Callable<T> code) {
        CompletableFuture<T> shared = (CompletableFuture<T>) waiting.get(purpose);
        return shared == null ? shareNew(purpose, code).copy() : shared.copy();
    }

    private <T> CompletableFuture<T> shareNew(Object purpose, Callable<T> code) {
        CompletableFuture<T> shared = call(() -> {
            synchronized (this) {
                waiting.remove(purpose);
            }
            return code.call();
        });
        waiting.put(purpose, shared);
        // Without a thread, the call fails before it begins.
        shared.whenComplete((value, failure) -> {
            synchronized (this) {
                waiting.remove(purpose, shared);
            }
        });
        return shared;
    }

    /** Returns whether this is the first call of this method with an equal {@code purpose}. */
    public synchronized boolean isFirst(Object purpose) {
        return done.add(purpose);
    }

    /** Runs code on a thread of Jenkins's pool, as SYSTEM; on the caller's thread if no thread can be started. */
    public static void runBeside(Runnable code) {
        try {
            Computer.threadPoolForRemoting.execute(code);
        } catch (RuntimeException | Error e) { // Nothing may wait for ever for this code.
            code.run();
        }
    }

    /** Returns the cause of a failed stage, without the wrapper that {@link CompletableFuture} adds. */
    @NonNull
    public static Throwable cause(@NonNull Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
