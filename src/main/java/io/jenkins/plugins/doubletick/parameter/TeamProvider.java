package io.jenkins.plugins.doubletick.parameter;

import io.jenkins.plugins.doubletick.Advice;
import io.jenkins.plugins.doubletick.ApiKeyProvider;
import io.jenkins.plugins.doubletick.DoubleTickClientProvider;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.model.Job;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.Team;
import io.jenkins.plugins.doubletick.client.TeamCache;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import jenkins.util.Timer;
import okhttp3.HttpUrl;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Asks DoubleTick for the team that a job's parameter offers. No caller waits. */
@Extension
@Restricted(NoExternalUse.class)
public class TeamProvider {

    /** Lets the next letter that somebody types say at once why there are no names. */
    static final Duration FAILURE_KEPT = Duration.ofSeconds(10);

    /** Spares a vault that is slow a look-up for each letter that somebody types. */
    TeamCache teams = new TeamCache(Timer.get(), TeamCache.USUAL, FAILURE_KEPT);

    private record Source(Job<?, ?> job, String credentialsId, HttpUrl url) {}

    @NonNull
    public static TeamProvider get() {
        return ExtensionList.lookupSingleton(TeamProvider.class);
    }

    /**
     * Asks for the team with the key of a credential that the job's builds could use, or returns that of the last minute.
     *
     * @return completes with the team, else exceptionally, as a rule with a {@link DoubleTickException}, an {@link
     *     AbortException} if there is no usable credential, or a {@link java.util.concurrent.TimeoutException} or {@link
     *     java.util.concurrent.RejectedExecutionException} if its store does not answer; {@link #explain} says why
     */
    public CompletableFuture<Team> ask(Job<?, ?> job, String credentialsId) {
        try {
            DoubleTickClient client = DoubleTickClientProvider.get().client();
            ApiKeyProvider keys = ApiKeyProvider.get();
            Source source = new Source(job, credentialsId, DoubleTickClientProvider.url());
            return teams.get(
                    source, () -> keys.find(job, credentialsId, source.url()).thenCompose(client::team));
        } catch (AbortException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Returns the team of the last minute, without asking for it; null if there is none. */
    @CheckForNull
    public Team getNow(Job<?, ?> job, String credentialsId) {
        try {
            return teams.getNow(new Source(job, credentialsId, DoubleTickClientProvider.url()));
        } catch (AbortException e) {
            return null;
        }
    }

    /** Says why the team is not known: what happened, and what can be done about it. */
    @NonNull
    public static String explain(Throwable failure, String credentialsId) {
        if (failure instanceof DoubleTickException e) {
            return e.getMessage() + "."
                    + switch (e.reason()) {
                        // Leaves out advice that is about builds.
                        case RATE_LIMITED, SERVER_ERROR, INTERNAL, TEAM_TOO_LARGE -> "";
                        default -> " " + Advice.onTeam(e, credentialsId, host());
                    };
        }
        return ApiKeyProvider.explainOrLog(failure, credentialsId);
    }

    private static String host() {
        try {
            return DoubleTickClientProvider.url().host();
        } catch (AbortException e) {
            return "DoubleTick";
        }
    }
}
