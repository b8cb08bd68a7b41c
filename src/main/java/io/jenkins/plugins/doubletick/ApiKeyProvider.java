package io.jenkins.plugins.doubletick;

import com.cloudbees.plugins.credentials.CredentialsProvider;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.model.Job;
import hudson.model.ParametersAction;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.client.ApiKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import okhttp3.HttpUrl;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * Hands the API key out to logouts. Looks it up once for all logouts of a build with the same credential that are under
 * way, and forgets it when the last of them ends.
 */
@Extension
@Restricted(NoExternalUse.class)
public class ApiKeyProvider {

    private static final Logger LOGGER = Logger.getLogger(ApiKeyProvider.class.getName());

    /** Limits what stores of credentials that do not answer can take. */
    BlockingCalls lookups = new BlockingCalls(32, Duration.ofSeconds(10), Duration.ofMinutes(5), BlockingCalls.THREADS);

    /** Keeps the look-ups that administrators ask for apart, so that they cannot take the threads of builds. */
    final BlockingCalls checks =
            new BlockingCalls(32, Duration.ofSeconds(10), Duration.ofMinutes(5), BlockingCalls.THREADS);

    /** Has one thread, so that of many logouts of a build only the first one writes the credential's usage. */
    BlockingCalls tracking = new BlockingCalls(1, Duration.ofSeconds(10), Duration.ofMinutes(1), BlockingCalls.THREADS);

    private final Map<Purpose, Shared> shared = new HashMap<>();

    private record Purpose(Run<?, ?> run, String credentialsId, HttpUrl url) {}

    private static final class Shared {

        private final CompletableFuture<ApiKeyLookup.Found> lookup;
        private int logouts;

        Shared(CompletableFuture<ApiKeyLookup.Found> lookup) {
            this.lookup = lookup;
        }
    }

    @NonNull
    static ApiKeyProvider get() {
        return ExtensionList.lookupSingleton(ApiKeyProvider.class);
    }

    /** @param done completes when the logout that the key is for has ended */
    CompletableFuture<ApiKeyLookup.Found> find(
            Run<?, ?> run, String credentialsId, HttpUrl url, CompletableFuture<?> done) {
        Callable<ApiKeyLookup.Found> lookup = () -> ApiKeyLookup.find(run, credentialsId, url);
        if (isParameter(run, credentialsId)) {
            CompletableFuture<ApiKeyLookup.Found> mine = lookups.call(lookup);
            done.whenComplete((nothing, failure) -> mine.cancel(true));
            return mine.copy();
        }
        Purpose purpose = new Purpose(run, credentialsId, url);
        Shared mine;
        synchronized (shared) {
            mine = shared.computeIfAbsent(purpose, p -> new Shared(lookups.call(lookup)));
            mine.logouts++;
        }
        done.whenComplete((nothing, failure) -> release(purpose, mine));
        return mine.lookup.copy();
    }

    /** Tells whether a parameter chooses the credential: an {@code input} step can choose another one during the build. */
    private static boolean isParameter(Run<?, ?> run, String credentialsId) {
        ParametersAction parameters = run.getAction(ParametersAction.class);
        return credentialsId.startsWith("${") || parameters != null && parameters.getParameter(credentialsId) != null;
    }

    private void release(Purpose purpose, Shared mine) {
        synchronized (shared) {
            mine.logouts--;
            if (mine.logouts > 0) {
                return;
            }
            shared.remove(purpose);
        }
        mine.lookup.cancel(true);
    }

    /** Finds the key as a job may, of which no build need run, and tells the credentials plugin. */
    CompletableFuture<ApiKey> find(Job<?, ?> job, String credentialsId, HttpUrl url) {
        return lookups.call(() -> ApiKeyLookup.find(job, credentialsId, url)).thenApply(found -> {
            track(job, () -> CredentialsProvider.track(job, found.credential()));
            return found.key();
        });
    }

    /** Says why a look-up failed; null if that is unexpected. */
    @CheckForNull
    static String explain(Throwable failure, String credentialsId) {
        if (failure instanceof AbortException) {
            return failure.getMessage();
        }
        if (failure instanceof TimeoutException) {
            return Messages.ApiKeyLookup_timeout(credentialsId);
        }
        return failure instanceof RejectedExecutionException
                ? Messages.ApiKeyLookup_full(credentialsId, get().lookups.maxThreads())
                : null;
    }

    /** Says why a look-up failed, in the Jenkins log if that is unexpected. */
    @NonNull
    static String explainOrLog(Throwable failure, String credentialsId) {
        String text = explain(failure, credentialsId);
        if (text == null) {
            LOGGER.log(Level.WARNING, failure, () -> "Cannot use the API key of the credential " + credentialsId);
            return Messages.MemberCall_unexpected(failure.getClass().getName());
        }
        return text;
    }

    /** Tells the credentials plugin that the run uses the credential. That writes a file, for which nobody waits. */
    void track(Run<?, ?> run, ApiKeyLookup.Found found) {
        track(run, () -> {
            ApiKeyLookup.track(run, found.credential());
            return null;
        });
    }

    private void track(Object user, Callable<?> usage) {
        tracking.call(usage).whenComplete((nothing, failure) -> {
            if (failure != null) {
                LOGGER.log(Level.WARNING, failure, () -> user + ": cannot track the usage of a credential");
            }
        });
    }
}
