package io.jenkins.plugins.doubletick;

import com.cloudbees.plugins.credentials.CredentialsMatcher;
import com.cloudbees.plugins.credentials.CredentialsMatchers;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.common.IdCredentials;
import com.cloudbees.plugins.credentials.common.StandardCredentials;
import com.cloudbees.plugins.credentials.domains.DomainRequirement;
import com.cloudbees.plugins.credentials.domains.URIRequirementBuilder;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.model.Computer;
import hudson.model.Fingerprint;
import hudson.model.Run;
import hudson.remoting.SingleLaneExecutorService;
import hudson.security.ACL;
import io.jenkins.plugins.doubletick.client.ApiKey;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;
import okhttp3.HttpUrl;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;

/** Finds a run's API key, or says why it is not found. May call out to a vault: not for a CPS or timer thread. */
final class ApiKeyLookup {

    private static final Logger LOGGER = Logger.getLogger(ApiKeyLookup.class.getName());

    /** One after another, so that what many logouts of a run would write is written by the first of them. */
    private static final Executor TRACKING = new SingleLaneExecutorService(Computer.threadPoolForRemoting);

    /** Leaves out credentials that no build can use. */
    static final CredentialsMatcher USABLE =
            CredentialsMatchers.not(CredentialsMatchers.withScope(CredentialsScope.SYSTEM));

    private ApiKeyLookup() {}

    /**
     * @param tracked completes when the run is on the credential's usage page: that writes a file, for which the
     *     request need not wait
     */
    record Found(ApiKey key, CompletableFuture<Void> tracked) {}

    /**
     * The key, looked up as the run may: with its folders, its user's rights and its parameters, and not in the System
     * scope.
     */
    @NonNull
    static Found find(Run<?, ?> run, String id, HttpUrl url) throws AbortException {
        List<DomainRequirement> requirements = requirements(url);
        StringCredentials found =
                CredentialsProvider.findCredentialById(id, StringCredentials.class, run, requirements);
        if (found == null) {
            throw new AbortException(whyNotFound(run, id, url));
        }
        try {
            ApiKey key = ApiKey.parse(found.getSecret().getPlainText());
            return new Found(key, CompletableFuture.runAsync(() -> track(run, found), TRACKING));
        } catch (DoubleTickException e) {
            throw new AbortException(Messages.ApiKeyLookup_unusable(id, e.getMessage()));
        }
    }

    /**
     * Puts the run on the credential's usage page, which the lookup itself does not do. Once for each run, which may
     * log out hundreds.
     */
    private static void track(Run<?, ?> run, StringCredentials found) {
        try {
            Fingerprint usage = CredentialsProvider.getFingerprintOf(found);
            if (usage == null || !usage.getRangeSet(run.getParent()).includes(run.getNumber())) {
                CredentialsProvider.track(run, found);
            }
        } catch (IOException | RuntimeException e) { // No reason to fail a logout that may have happened.
            LOGGER.log(Level.WARNING, e, () -> run + ": the usage of a credential could not be tracked");
        }
    }

    /** Finds the key of a credential in Jenkins's own store, for somebody who administers Jenkins. */
    @NonNull
    static ApiKey findGlobal(String id) throws AbortException, DoubleTickException {
        StringCredentials found = CredentialsMatchers.firstOrNull(
                CredentialsProvider.lookupCredentialsInItemGroup(
                        StringCredentials.class, Jenkins.get(), ACL.SYSTEM2, requirements()),
                CredentialsMatchers.allOf(USABLE, CredentialsMatchers.withId(id)));
        if (found == null) {
            throw new AbortException(Messages.CredentialsDropDown_notFound(id));
        }
        return ApiKey.parse(found.getSecret().getPlainText());
    }

    /** Leaves out credentials whose domain does not cover the API's host. */
    static List<DomainRequirement> requirements() {
        try {
            return requirements(DoubleTickClientProvider.url());
        } catch (AbortException e) {
            return List.of(); // A build or Verify key says what is wrong with the address.
        }
    }

    private static List<DomainRequirement> requirements(HttpUrl url) {
        return URIRequirementBuilder.fromUri(url.toString()).build();
    }

    private static String whyNotFound(Run<?, ?> run, String id, HttpUrl url) {
        IdCredentials other = CredentialsProvider.findCredentialById(id, IdCredentials.class, run, List.of());
        if (other instanceof StringCredentials) {
            return Messages.ApiKeyLookup_otherDomain(id, url.host());
        }
        if (other != null) {
            String kind = other instanceof StandardCredentials standard
                    ? standard.getDescriptor().getDisplayName()
                    : other.getClass().getSimpleName();
            return Messages.ApiKeyLookup_otherKind(id, kind);
        }
        return isSystemScoped(id) ? Messages.ApiKeyLookup_systemScope(id) : Messages.ApiKeyLookup_unknown(id);
    }

    private static boolean isSystemScoped(String id) {
        return CredentialsProvider.lookupCredentialsInItemGroup(
                        StandardCredentials.class, Jenkins.get(), ACL.SYSTEM2, List.of())
                .stream()
                .anyMatch(credential -> CredentialsMatchers.withId(id).matches(credential)
                        && credential.getScope() == CredentialsScope.SYSTEM);
    }
}
