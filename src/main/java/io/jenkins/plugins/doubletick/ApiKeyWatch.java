package io.jenkins.plugins.doubletick;

import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.XmlFile;
import hudson.model.Item;
import hudson.model.ModelObject;
import hudson.model.Run;
import hudson.model.Saveable;
import hudson.model.listeners.SaveableListener;
import io.jenkins.plugins.doubletick.client.ApiKey;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
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
    private final BlockingCalls learning =
            new BlockingCalls(1, Duration.ofSeconds(10), Duration.ofMinutes(1), BlockingCalls.THREADS);

    /** How many refusals are heard of and not remembered yet. */
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
    static <T> CompletableFuture<T> watch(CompletableFuture<T> call, Run<?, ?> build, ApiKeyLookup.Found key) {
        return watch(call, new Use(key.key(), key.credential().getId(), build.getParent(), build));
    }

    /**
     * Learns from how a check ends.
     *
     * @return completes as the check does
     */
    static <T> CompletableFuture<T> watch(CompletableFuture<T> check, StoredApiKey stored, ApiKey key) {
        return watch(check, new Use(key, stored.credential().getId(), stored.owner(), null));
    }

    private static <T> CompletableFuture<T> watch(CompletableFuture<T> call, Use use) {
        return call.whenComplete((answer, failure) -> {
            try {
                get().hear(use, BlockingCalls.cause(failure));
            } catch (RuntimeException | Error e) { // No reason to fail a logout.
                LOGGER.log(Level.WARNING, "Cannot learn from what DoubleTick answered to an API key", e);
            }
        });
    }

    /**
     * What a key was used for.
     *
     * @param context where its credential was looked up
     * @param build null for a check
     */
    private record Use(
            ApiKey key,
            String credentialsId,
            ModelObject context,
            @CheckForNull Run<?, ?> build) {

        /** Returns null if the key was replaced since it was sent, or is a user's own. */
        @CheckForNull
        StoredApiKey stored() {
            return StoredApiKey.find(context, credentialsId, stored -> stored.hasKey(key));
        }
    }

    /** A 422 is said of a number by who has accepted the key. A 400 may be a gateway's that has not looked at it. */
    private void hear(Use use, @CheckForNull Throwable failure) {
        if (failure == null || failure instanceof DoubleTickException e && e.status() == 422) {
            if (pending.get() > 0 || refusals.isAbout(use.credentialsId)) {
                learn(() -> accepted(use));
            }
        } else if (failure instanceof DoubleTickException e && isRefusal(use, e)) {
            pending.incrementAndGet();
            learn(() -> refused(use, e)).whenComplete((done, broken) -> pending.decrementAndGet());
        }
    }

    /** A key that may not list roles may still log out, so only builds tell of permissions. */
    private static boolean isRefusal(Use use, DoubleTickException failure) {
        return failure.reason() == Reason.API_KEY_FORBIDDEN
                || failure.reason() == Reason.API_KEY_REJECTED
                        && (use.build != null || !Advice.isMissingPermission(failure.getMessage()));
    }

    private void refused(Use use, DoubleTickException failure) {
        StoredApiKey key = use.stored();
        if (key != null) {
            ApiKeyRefusal earlier = refusals.get(key.folder(), use.credentialsId);
            refusals.put(new ApiKeyRefusal(key, failure, use.build, earlier), earlier);
        }
    }

    private void accepted(Use use) {
        StoredApiKey key = use.stored();
        if (key != null) {
            refusals.removeIf(refusal -> refusal.isAbout(key.folder(), use.credentialsId)
                    && (use.build != null || !refusal.isMissingPermission()));
        }
    }

    private CompletableFuture<?> learn(Runnable code) {
        return learning.call(Executors.callable(code)).whenComplete((done, failure) -> {
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
                ApiKeyProvider.get().checks.call(() -> {
                    if (StoredApiKey.findIn(refusal.getFolder(), refusal.getCredentialsId()) == null) {
                        forget(refusal.getFolder(), refusal.getCredentialsId());
                    }
                    return null;
                });
            }
        }
    }

    void forget(String folder, String credentialsId) {
        learn(() -> refusals.removeIf(refusal -> refusal.isAbout(folder, credentialsId)));
    }

    /** Hears of credentials that are deleted from Jenkins or a folder, and of deleted folders. No vault tells. */
    @Extension
    @Restricted(NoExternalUse.class)
    public static final class Deletions extends SaveableListener {

        @Override
        public void onChange(Saveable saved, XmlFile file) {
            if (saved instanceof SystemCredentialsProvider) {
                get().forgetDeleted(String::isEmpty);
            } else if (saved instanceof Item folder) {
                get().forgetDeleted(folder.getFullName()::equals);
            }
        }

        @Override
        public void onDeleted(Saveable deleted, XmlFile file) {
            if (deleted instanceof Item folder) {
                for (ApiKeyRefusal refusal : get().refusals.list()) {
                    if (refusal.getFolder().equals(folder.getFullName())) {
                        get().forget(refusal.getFolder(), refusal.getCredentialsId());
                    }
                }
            }
        }
    }
}
