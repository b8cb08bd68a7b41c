package io.jenkins.plugins.doubletick.monitor;

import io.jenkins.plugins.doubletick.Advice;
import io.jenkins.plugins.doubletick.ApiKeyLookup;
import io.jenkins.plugins.doubletick.ApiKeyProvider;
import io.jenkins.plugins.doubletick.BlockingCalls;
import io.jenkins.plugins.doubletick.StoredApiKey;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.model.ModelObject;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.client.ApiKey;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * Learns from DoubleTick's answers which API keys it refuses. No logout waits for that, since it asks stores of
 * credentials, which may hang.
 */
@Extension
@Restricted(NoExternalUse.class)
public class ApiKeyWatch {

    private static final Logger LOGGER = Logger.getLogger(ApiKeyWatch.class.getName());

    /** Has one thread, so that of several answers the last one counts. */
    BlockingCalls learning = new BlockingCalls(1, Duration.ofSeconds(10), Duration.ofMinutes(1), BlockingCalls.THREADS);

    /** The last refusal of each use that is not remembered yet, so that of a thousand at once one is written. */
    private final Map<Use, Refused> waiting = new ConcurrentHashMap<>();

    /** How many refusals wait, or are being remembered. */
    private final AtomicInteger pending = new AtomicInteger();

    private final ApiKeyRefusals refusals = ApiKeyRefusals.load();

    @NonNull
    static ApiKeyWatch get() {
        return ExtensionList.lookupSingleton(ApiKeyWatch.class);
    }

    ApiKeyRefusals refusals() {
        return refusals;
    }

    /**
     * Learns from how a build's call ends.
     *
     * @return completes as the call does
     */
    static <T> CompletableFuture<T> watch(
            CompletableFuture<T> call, Run<?, ?> build, ApiKeyLookup.Found key, boolean isLogout) {
        return watch(call, new Use(key.key(), key.credential().getId(), build.getParent(), isLogout), build);
    }

    /**
     * Learns from how a check ends.
     *
     * @return completes as the check does
     */
    static <T> CompletableFuture<T> watch(CompletableFuture<T> check, StoredApiKey stored, ApiKey key) {
        return watch(check, new Use(key, stored.credential().getId(), stored.owner(), false), null);
    }

    private static <T> CompletableFuture<T> watch(CompletableFuture<T> call, Use use, @CheckForNull Run<?, ?> build) {
        return call.whenComplete((answer, failure) -> {
            try {
                get().hear(use, build, BlockingCalls.cause(failure));
            } catch (RuntimeException | Error e) { // No reason to fail a logout.
                LOGGER.log(Level.WARNING, "Cannot learn from what DoubleTick answered to an API key", e);
            }
        });
    }

    /**
     * What a key was used for.
     *
     * @param context where its credential was looked up
     * @param isLogout whether the answer tells of the permission to log out, too
     */
    private record Use(ApiKey key, String credentialsId, ModelObject context, boolean isLogout) {

        /** Returns null if the key was replaced since it was sent, or is a user's own. */
        @CheckForNull
        StoredApiKey stored() {
            return StoredApiKey.find(context, credentialsId, stored -> stored.hasKey(key));
        }
    }

    private record Refused(
            DoubleTickException answer, @CheckForNull Run<?, ?> build) {}

    private void hear(Use use, @CheckForNull Run<?, ?> build, @CheckForNull Throwable failure) {
        if (failure == null || failure instanceof DoubleTickException e && isAboutNumber(e)) {
            waiting.remove(use);
            if (pending.get() > 0 || refusals.isAbout(use.credentialsId)) {
                learn(() -> accepted(use));
            }
        } else if (failure instanceof DoubleTickException e
                && isRefusal(use, e)
                && waiting.put(use, new Refused(e, build)) == null) {
            pending.incrementAndGet();
            learn(() -> refused(use)).whenComplete((done, broken) -> {
                if (broken != null) {
                    waiting.remove(use); // Lets the next refusal be learned.
                }
                pending.decrementAndGet();
            });
        }
    }

    /** DoubleTick answers 422 only after it has accepted the key. A 400 may come from a gateway that has not looked at it. */
    private static boolean isAboutNumber(DoubleTickException failure) {
        return failure.reason() == Reason.LOGIN_NUMBER_REJECTED && failure.status() == 422;
    }

    /** A key that may not list roles or read the team may still log out, so only logouts tell of permissions. */
    private static boolean isRefusal(Use use, DoubleTickException failure) {
        return failure.reason() == Reason.API_KEY_FORBIDDEN
                || failure.reason() == Reason.API_KEY_REJECTED
                        && (use.isLogout || !Advice.isMissingPermission(failure.getMessage()));
    }

    private void refused(Use use) {
        Refused last = waiting.remove(use);
        StoredApiKey key = last == null ? null : use.stored();
        if (key != null) {
            ApiKeyRefusal earlier = refusals.get(key.folder(), use.credentialsId);
            refusals.put(new ApiKeyRefusal(key, last.answer, last.build, earlier), earlier);
        }
    }

    private void accepted(Use use) {
        StoredApiKey key = use.stored();
        if (key != null) {
            refusals.removeIf(refusal -> refusal.isAbout(key.folder(), use.credentialsId)
                    && (use.isLogout || !refusal.isMissingPermission()));
        }
    }

    private CompletableFuture<?> learn(Runnable code) {
        return log(learning.call(Executors.callable(code)));
    }

    private static CompletableFuture<?> log(CompletableFuture<?> learning) {
        return learning.whenComplete((done, failure) -> {
            if (failure != null) {
                LOGGER.log(Level.WARNING, "Cannot remember which API keys DoubleTick refuses", failure);
            }
        });
    }

    /** Completes when everything is learned that was heard before. */
    CompletableFuture<?> learned() {
        return learning.call(() -> null);
    }

    /** Forgets, soon, the refused credentials of some folders that are not there any more. */
    void forgetDeleted(Predicate<String> folders) {
        for (ApiKeyRefusal refusal : refusals.list()) {
            if (folders.test(refusal.getFolder())) {
                log(ApiKeyProvider.get().checks.call(() -> {
                    if (StoredApiKey.findIn(refusal.getFolder(), refusal.getCredentialsId()) == null) {
                        forget(refusal.getFolder(), refusal.getCredentialsId());
                    }
                    return null;
                }));
            }
        }
    }

    void forget(String folder, String credentialsId) {
        learn(() -> refusals.removeIf(refusal -> refusal.isAbout(folder, credentialsId)));
    }

    /** Follows a folder or job to its new name. */
    void move(String oldFullName, String newFullName) {
        if (refusals.list().stream().anyMatch(refusal -> refusal.moved(oldFullName, newFullName) != refusal)) {
            learn(() -> refusals.move(oldFullName, newFullName));
        }
    }
}
