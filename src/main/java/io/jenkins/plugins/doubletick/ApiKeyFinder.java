package io.jenkins.plugins.doubletick;

import com.cloudbees.plugins.credentials.CredentialsMatcher;
import com.cloudbees.plugins.credentials.CredentialsMatchers;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.common.IdCredentials;
import com.cloudbees.plugins.credentials.common.StandardCredentials;
import com.cloudbees.plugins.credentials.domains.DomainRequirement;
import com.cloudbees.plugins.credentials.domains.URIRequirementBuilder;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.model.Job;
import hudson.model.Run;
import hudson.security.ACL;
import io.jenkins.plugins.doubletick.client.ApiKey;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import java.io.Serial;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;
import jenkins.util.SystemProperties;
import jenkins.util.Timer;
import okhttp3.HttpUrl;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.springframework.security.core.Authentication;

/** Finds the API key that a build or a job may use, or says why there is none. Does not block, although a vault may. */
@Restricted(NoExternalUse.class)
public final class ApiKeyFinder {

    /** Leaves out credentials that no build can use. */
    static final CredentialsMatcher USABLE =
            CredentialsMatchers.not(CredentialsMatchers.withScope(CredentialsScope.SYSTEM));

    /** The system property for the time limit of a lookup in seconds, for tests; 5 minutes if it is not set. */
    static final String LIMIT_PROPERTY = "io.jenkins.plugins.doubletick.lookupLimitSeconds";

    private static final Logger LOGGER = Logger.getLogger(ApiKeyFinder.class.getName());

    private ApiKeyFinder() {}

    public record Found(ApiKey key, StringCredentials credential) {

        /** Returns whether the credential belongs to a user, so that only this user's builds can use it. */
        public boolean isUsersOwn() {
            return credential.getScope() == CredentialsScope.USER;
        }
    }

    /** Thrown if there is no such credential, or it holds no usable key. */
    public static final class NoKeyException extends AbortException {

        @Serial
        private static final long serialVersionUID = 1L;

        private NoKeyException(String message) {
            super(message);
        }
    }

    /** Finds the credential with some type in the credentials plugin; null if there is none. */
    private interface Search {
        @CheckForNull
        IdCredentials find(Class<? extends IdCredentials> type, List<DomainRequirement> requirements);
    }

    /**
     * Finds the key that the run may use, given its folders, its user's permissions and its parameters.
     *
     * @return completes exceptionally with an {@link AbortException}: a {@link NoKeyException} says why there is no key
     */
    @NonNull
    public static CompletableFuture<Found> find(Run<?, ?> run, String id) {
        return find(
                run,
                id,
                (type, requirements) -> CredentialsProvider.findCredentialById(id, type, run, requirements),
                credential -> CredentialsProvider.track(run, credential));
    }

    /**
     * Finds the key that builds of the job may use, given its folders and the user that its builds run as.
     *
     * @param job null for the default credential, which is looked up at the top level
     */
    @NonNull
    public static CompletableFuture<Found> find(@CheckForNull Job<?, ?> job, String id) {
        if (job == null) {
            // A new lane, so that a store that hangs does not delay the check of other credentials.
            return find(new Object(), id, (type, requirements) -> findAtTop(type, id, requirements), credential -> {});
        }
        return find(
                job,
                id,
                (type, requirements) -> findInJob(job, type, id, requirements),
                credential -> CredentialsProvider.track(job, credential));
    }

    private static <C extends IdCredentials> C findAtTop(
            Class<C> type, String id, List<DomainRequirement> requirements) {
        C found = CredentialsProvider.findCredentialByIdInItemGroup(id, type, Jenkins.get(), ACL.SYSTEM2, requirements);
        return found == null || !USABLE.matches(found) ? null : found;
    }

    /** Searches in the same places as {@code findCredentialById} does for a run. */
    private static <C extends IdCredentials> C findInJob(
            Job<?, ?> job, Class<C> type, String id, List<DomainRequirement> requirements) {
        Authentication user = CredentialsDropDown.authentication(job);
        C found = CredentialsProvider.findCredentialByIdInItem(id, type, job, user, requirements);
        return found == null && !user.equals(ACL.SYSTEM2) && job.hasPermission2(user, CredentialsProvider.USE_ITEM)
                ? CredentialsProvider.findCredentialByIdInItem(id, type, job, ACL.SYSTEM2, requirements)
                : found;
    }

    private static CompletableFuture<Found> find(
            Object owner, String id, Search search, Consumer<StringCredentials> tracker) {
        try {
            HttpUrl url = DoubleTickClientProvider.url();
            Lane lane = Lane.of(owner);
            Callable<Found> lookup = () -> {
                Found found = findNow(id, search, url);
                if (lane.isFirst(List.of("track", id, found.key().digest()))) {
                    Lane.runBeside(() -> track(owner, found.credential(), tracker));
                }
                return found;
            };
            return limited(lane.share(List.of("find", id, url), lookup), id);
        } catch (AbortException | RuntimeException | Error e) { // The timer rejects tasks when Jenkins shuts down.
            return CompletableFuture.failedFuture(e);
        }
    }

    private static CompletableFuture<Found> limited(CompletableFuture<Found> found, String id) {
        int seconds = SystemProperties.getInteger(LIMIT_PROPERTY, 300);
        String late = Messages.ApiKeyFinder_timeout(id, Integer.toString(seconds / 60));
        Runnable giveUp = () -> found.completeExceptionally(new AbortException(late));
        Future<?> limit = Timer.get().schedule(() -> Lane.runBeside(giveUp), seconds, TimeUnit.SECONDS);
        found.whenComplete((key, failure) -> limit.cancel(false));
        return found;
    }

    private static Found findNow(String id, Search search, HttpUrl url) throws AbortException {
        try {
            StringCredentials found = (StringCredentials) search.find(StringCredentials.class, requirements(url));
            if (found == null) {
                throw new NoKeyException(whyNotFound(search.find(IdCredentials.class, List.of()), id, url));
            }
            return new Found(ApiKey.parse(found.getSecret().getPlainText()), found);
        } catch (DoubleTickException e) {
            throw new NoKeyException(Messages.ApiKeyFinder_unusable(id, e.getMessage()));
        } catch (RuntimeException e) {
            throw new AbortException(Advice.onStore(e, id));
        }
    }

    /** @param other the credential with this ID, for any host and of any kind; null if there is none */
    private static String whyNotFound(@CheckForNull IdCredentials other, String id, HttpUrl url) {
        if (other == null) {
            return Messages.ApiKeyFinder_unknown(id);
        }
        if (other instanceof StringCredentials) {
            return Messages.ApiKeyFinder_otherDomain(id, url.host());
        }
        String kind = other instanceof StandardCredentials standard
                ? standard.getDescriptor().getDisplayName()
                : other.getClass().getSimpleName();
        return Messages.ApiKeyFinder_otherKind(id, kind);
    }

    private static void track(Object owner, StringCredentials credential, Consumer<StringCredentials> tracker) {
        try {
            tracker.accept(credential);
        } catch (RuntimeException | Error e) { // A listener of another plugin must not fail the build.
            LOGGER.log(Level.WARNING, e, () -> owner + ": cannot track the usage of a credential");
        }
    }

    /** Excludes credentials with a domain that does not cover the API's host. */
    static List<DomainRequirement> requirements() {
        try {
            return requirements(DoubleTickClientProvider.url());
        } catch (AbortException e) {
            return List.of(); // Builds and Verify key explain the wrong address.
        }
    }

    private static List<DomainRequirement> requirements(HttpUrl url) {
        return URIRequirementBuilder.fromUri(url.toString()).build();
    }
}
