package io.jenkins.plugins.doubletick.monitor;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.model.Job;
import io.jenkins.plugins.doubletick.ApiKeyCheck;
import io.jenkins.plugins.doubletick.ApiKeyFinder;
import io.jenkins.plugins.doubletick.ApiKeyListener;
import io.jenkins.plugins.doubletick.Lane;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Keeps the API keys that DoubleTick refuses, until it accepts them or Jenkins is restarted. */
@Extension
@Restricted(NoExternalUse.class)
public final class RefusedKeys extends ApiKeyListener {

    /** Limits the memory that jobs with wrong keys can use. The default credential's key is always kept. */
    private static final int MAX = 100;

    /** By the digest of the key. */
    private final Map<String, RefusedKey> keys = new LinkedHashMap<>();

    @NonNull
    static RefusedKeys get() {
        return ExtensionList.lookupSingleton(RefusedKeys.class);
    }

    synchronized List<RefusedKey> list() {
        return List.copyOf(keys.values());
    }

    @Override
    public synchronized void onAnswer(Use use, @CheckForNull DoubleTickException failure) {
        if (use.found().isUsersOwn()) {
            return;
        }
        String digest = use.found().key().digest();
        keys.entrySet().removeIf(key -> isOutdated(key.getValue(), key.getKey().equals(digest), use, failure));
        if (isRefusal(failure, use.isLogout())
                && (keys.containsKey(digest) || keys.size() < MAX || use.job() == null)) {
            keys.put(digest, RefusedKey.of(use, failure, keys.get(digest)));
        }
    }

    private static boolean isOutdated(
            RefusedKey refused, boolean isSameKey, Use use, @CheckForNull DoubleTickException failure) {
        boolean isSameUse = refused.isOf(use.job(), use.found().credential().getId());
        if (use.run() == null && isSameUse && !isSameKey) {
            return true; // A check reads the credential as it is now.
        }
        return isAcceptance(failure) && (isSameKey || isSameUse) && (use.isLogout() || !refused.isMissingPermission());
    }

    /** DoubleTick answers 422 after it has accepted the key. A gateway may answer 400 without checking the key. */
    private static boolean isAcceptance(@CheckForNull DoubleTickException failure) {
        return failure == null || failure.reason() == Reason.LOGIN_NUMBER_REJECTED && failure.status() == 422;
    }

    /** A key that may not list roles or read the team may still log out members. */
    private static boolean isRefusal(@CheckForNull Throwable failure, boolean isLogout) {
        return failure instanceof DoubleTickException answer
                && switch (answer.reason()) {
                    case API_KEY_REJECTED, API_KEY_FORBIDDEN -> true;
                    case PERMISSION_MISSING -> isLogout;
                    default -> false;
                };
    }

    /**
     * Checks the refused keys again, except the key of the default credential {@code exceptId}.
     *
     * @return completes when every check has ended, whatever its result is
     */
    CompletableFuture<Void> check(@CheckForNull String exceptId) {
        Map<String, RefusedKey> checked = new LinkedHashMap<>();
        synchronized (this) {
            checked.putAll(keys);
        }
        checked.values().removeIf(key -> exceptId != null && key.isOf(null, exceptId));
        return CompletableFuture.allOf(checked.entrySet().stream()
                .map(key -> check(key.getKey(), key.getValue()))
                .toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> check(String digest, RefusedKey refused) {
        Job<?, ?> job = refused.currentJob();
        if (job == null && refused.job() != null) {
            remove(digest);
            return CompletableFuture.completedFuture(null);
        }
        setChecked(digest, Messages.RefusedKeys_pending());
        return ApiKeyCheck.start(job, refused.credentialsId()).handle((accepted, failure) -> {
            Throwable cause = failure == null ? null : Lane.cause(failure);
            if (cause instanceof ApiKeyFinder.NoKeyException) {
                remove(digest);
            } else {
                boolean hasResult = cause == null || isRefusal(cause, false);
                setChecked(digest, hasResult ? null : ApiKeyCheck.explain(cause, refused.credentialsId()));
            }
            return null;
        });
    }

    private synchronized void remove(String digest) {
        keys.remove(digest);
    }

    private synchronized void setChecked(String digest, @CheckForNull String unclear) {
        keys.computeIfPresent(digest, (d, refused) -> refused.checkedNow(unclear));
    }
}
