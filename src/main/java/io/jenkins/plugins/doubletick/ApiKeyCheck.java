package io.jenkins.plugins.doubletick;

import io.jenkins.plugins.doubletick.monitor.ApiKeyWatch;

import hudson.AbortException;
import io.jenkins.plugins.doubletick.client.ApiKey;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Asks DoubleTick whether it accepts the API key of a credential, for administrators and once a day. */
final class ApiKeyCheck {

    private ApiKeyCheck() {}

    /**
     * Starts a check ({@code GET /roles}) and returns at once.
     *
     * @param folder the full name of the folder in whose store the credential is; empty for Jenkins's own store
     * @return completes if DoubleTick accepts the key, else exceptionally, with an {@link AbortException} if there is no
     *     usable key; cancelling it ends the look-up, but no request, whose answer is still learned
     */
    static CompletableFuture<Void> start(String folder, String credentialsId) {
        CompletableFuture<CompletableFuture<Void>> lookup =
                ApiKeyProvider.get().checks.call(() -> send(folder, credentialsId));
        CompletableFuture<Void> check = lookup.thenCompose(Function.identity());
        check.whenComplete((accepted, failure) -> lookup.cancel(true));
        return check;
    }

    private static CompletableFuture<Void> send(String folder, String credentialsId) throws AbortException {
        StoredApiKey stored = StoredApiKey.findIn(folder, credentialsId);
        if (stored == null) {
            ApiKeyWatch.get().forget(folder, credentialsId);
            throw new AbortException(Messages.CredentialsDropDown_notFound(credentialsId));
        }
        ApiKey key = stored.key();
        return ApiKeyWatch.watch(DoubleTickClientProvider.get().client().checkKey(key), stored, key);
    }

    /** Says why a check did not end well. */
    static String explain(Throwable failure, String credentialsId) {
        Throwable cause = BlockingCalls.cause(failure);
        return cause instanceof DoubleTickException
                ? cause.getMessage()
                : ApiKeyProvider.explainOrLog(cause, credentialsId);
    }
}
