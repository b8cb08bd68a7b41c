package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.model.Job;
import io.jenkins.plugins.doubletick.ApiKeyListener.Use;
import java.util.concurrent.CompletableFuture;
import jenkins.util.SystemProperties;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Asks DoubleTick whether it accepts the API key of a credential. */
@Restricted(NoExternalUse.class)
public final class ApiKeyCheck {

    private ApiKeyCheck() {}

    /**
     * Finds the key, sends {@code GET /roles}, which is read-only, and reports the result to the listeners. Does not block.
     *
     * @param job the job that uses the credential; null for the default credential
     * @return completes if DoubleTick accepts the key, otherwise exceptionally; cancelling it does not cancel the request
     */
    @NonNull
    public static CompletableFuture<Void> start(@CheckForNull Job<?, ?> job, String credentialsId) {
        return ApiKeyFinder.find(job, credentialsId).thenCompose(found -> ask(job, found));
    }

    private static CompletableFuture<Void> ask(@CheckForNull Job<?, ?> job, ApiKeyFinder.Found found) {
        try {
            return DoubleTickClientProvider.get()
                    .client()
                    .checkKey(found.key())
                    .whenComplete(
                            (accepted, failure) -> ApiKeyListener.report(new Use(found, job, null, false), failure));
        } catch (AbortException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @NonNull
    public static String explain(@CheckForNull Throwable failure, String credentialsId) {
        return failure == null
                ? Messages.ApiKeyCheck_accepted(credentialsId)
                : Advice.explain(failure, Advice.Purpose.FORM, credentialsId, null);
    }

    /** Returns how long a web request waits for a check: 40 seconds, because many reverse proxies wait for 60. */
    public static int webLimitSeconds() {
        return SystemProperties.getInteger("io.jenkins.plugins.doubletick.webLimitSeconds", 40);
    }
}
