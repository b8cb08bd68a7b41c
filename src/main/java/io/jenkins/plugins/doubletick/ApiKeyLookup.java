package io.jenkins.plugins.doubletick;

import com.cloudbees.plugins.credentials.CredentialsMatcher;
import com.cloudbees.plugins.credentials.CredentialsMatchers;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.CredentialsUseListener;
import com.cloudbees.plugins.credentials.common.IdCredentials;
import com.cloudbees.plugins.credentials.common.StandardCredentials;
import com.cloudbees.plugins.credentials.domains.DomainRequirement;
import com.cloudbees.plugins.credentials.domains.URIRequirementBuilder;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.model.Fingerprint;
import hudson.model.Job;
import hudson.model.Run;
import hudson.security.ACL;
import io.jenkins.plugins.doubletick.client.ApiKey;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import java.io.IOException;
import java.util.List;
import jenkins.model.Jenkins;
import okhttp3.HttpUrl;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;
import org.springframework.security.core.Authentication;

/** Finds a run's API key, or says why there is none. May call out to a vault, so {@link ApiKeyProvider} calls it. */
final class ApiKeyLookup {

    /** Leaves out credentials that no build can use. */
    static final CredentialsMatcher USABLE =
            CredentialsMatchers.not(CredentialsMatchers.withScope(CredentialsScope.SYSTEM));

    private ApiKeyLookup() {}

    /** @param credential where the key comes from */
    record Found(ApiKey key, StringCredentials credential) {}

    /**
     * Finds the key as the run may: with its folders, its user's rights and its parameters, and not in the System scope.
     */
    @NonNull
    static Found find(Run<?, ?> run, String id, HttpUrl url) throws AbortException {
        StringCredentials found =
                CredentialsProvider.findCredentialById(id, StringCredentials.class, run, requirements(url));
        if (found == null) {
            IdCredentials other = CredentialsProvider.findCredentialById(id, IdCredentials.class, run, List.of());
            throw new AbortException(whyNotFound(other, id, url));
        }
        return new Found(parse(found, id), found);
    }

    /** Finds the key as a job may: with its folders and the user that it runs as, and not in the System scope. */
    @NonNull
    static Found find(Job<?, ?> job, String id, HttpUrl url) throws AbortException {
        StringCredentials found = find(job, id, StringCredentials.class, requirements(url));
        if (found == null) {
            throw new AbortException(whyNotFound(find(job, id, IdCredentials.class, List.of()), id, url));
        }
        return new Found(parse(found, id), found);
    }

    /** Looks where {@code findCredentialById} looks for a run. */
    private static <C extends IdCredentials> C find(
            Job<?, ?> job, String id, Class<C> type, List<DomainRequirement> requirements) {
        Authentication user = CredentialsDropDown.authentication(job);
        C found = CredentialsProvider.findCredentialByIdInItem(id, type, job, user, requirements);
        return found == null && !user.equals(ACL.SYSTEM2) && job.hasPermission2(user, CredentialsProvider.USE_ITEM)
                ? CredentialsProvider.findCredentialByIdInItem(id, type, job, ACL.SYSTEM2, requirements)
                : found;
    }

    static ApiKey parse(StringCredentials found, String id) throws AbortException {
        try {
            return ApiKey.parse(found.getSecret().getPlainText());
        } catch (DoubleTickException e) {
            throw new AbortException(Messages.ApiKeyLookup_unusable(id, e.getMessage()));
        }
    }

    /** Tells the listeners of each use, and writes the credential's usage page once for each run, which may log out hundreds. */
    static void track(Run<?, ?> run, StringCredentials credential) throws IOException {
        Fingerprint usage = CredentialsProvider.getFingerprintOf(credential);
        if (usage != null && usage.getRangeSet(run.getParent()).includes(run.getNumber())) {
            CredentialsUseListener.fireUse(credential, run);
        } else {
            CredentialsProvider.track(run, credential);
        }
    }

    /** Leaves out credentials whose domain does not cover the API's host. */
    static List<DomainRequirement> requirements() {
        try {
            return requirements(DoubleTickClientProvider.url());
        } catch (AbortException e) {
            return List.of(); // Builds and Verify key say what is wrong with the address.
        }
    }

    private static List<DomainRequirement> requirements(HttpUrl url) {
        return URIRequirementBuilder.fromUri(url.toString()).build();
    }

    /** @param other what has the id, for any host and of any kind; null if nothing has */
    private static String whyNotFound(IdCredentials other, String id, HttpUrl url) {
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
