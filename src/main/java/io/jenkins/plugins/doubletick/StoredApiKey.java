package io.jenkins.plugins.doubletick;

import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsMatcher;
import com.cloudbees.plugins.credentials.CredentialsMatchers;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsStore;
import com.cloudbees.plugins.credentials.CredentialsStoreAction;
import com.cloudbees.plugins.credentials.domains.Domain;
import com.cloudbees.plugins.credentials.domains.DomainRequirement;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Util;
import hudson.model.Item;
import hudson.model.ModelObject;
import hudson.security.ACL;
import io.jenkins.plugins.doubletick.client.ApiKey;
import java.util.List;
import java.util.function.Predicate;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;

/**
 * A credential in a store of credentials: that of Jenkins, or that of a folder.
 *
 * @param owner Jenkins, or the folder
 * @param page the credential's page, below the URL of the folder, or of Manage Jenkins; null if there is none
 */
record StoredApiKey(
        StringCredentials credential,
        ModelObject owner,
        @CheckForNull String page) {

    /**
     * Finds a credential in a store that builds use here, the nearest store first. May call out to vaults.
     *
     * @param context Jenkins, a folder or a job
     */
    @CheckForNull
    static StoredApiKey find(ModelObject context, String id, Predicate<StoredApiKey> wanted) {
        List<DomainRequirement> requirements = ApiKeyLookup.requirements();
        CredentialsMatcher usable = CredentialsMatchers.allOf(CredentialsMatchers.withId(id), ApiKeyLookup.USABLE);
        for (CredentialsStore store : CredentialsProvider.lookupStores(context)) {
            for (Domain domain : store.getDomains()) {
                if (!domain.test(requirements)) {
                    continue;
                }
                for (Credentials credential : store.getCredentials(domain)) {
                    if (credential instanceof StringCredentials text && usable.matches(text)) {
                        StoredApiKey found = new StoredApiKey(text, store.getContext(), page(store, domain, id));
                        if (wanted.test(found)) {
                            return found;
                        }
                    }
                }
            }
        }
        // Some providers, such as vaults, have no CredentialsStore; their credentials count as Jenkins's own.
        return CredentialsMatchers.filter(
                        CredentialsProvider.lookupCredentialsInItemGroup(
                                StringCredentials.class, Jenkins.get(), ACL.SYSTEM2, requirements),
                        usable)
                .stream()
                .map(text -> new StoredApiKey(text, Jenkins.get(), null))
                .filter(wanted)
                .findFirst()
                .orElse(null);
    }

    private static String page(CredentialsStore store, Domain domain, String id) {
        CredentialsStoreAction action = store.getStoreAction();
        return action == null
                ? null
                : "credentials/store/" + action.getUrlName() + "/" + domain.getUrl() + "credential/"
                        + Util.rawEncode(id) + "/";
    }

    /**
     * Finds a credential in the store of Jenkins or of a folder, but not in one above it.
     *
     * @param folder the full name of the folder; empty for Jenkins
     */
    @CheckForNull
    static StoredApiKey findIn(String folder, String id) {
        ModelObject owner = folder.isEmpty() ? Jenkins.get() : Jenkins.get().getItemByFullName(folder);
        return owner == null ? null : find(owner, id, found -> found.owner == owner);
    }

    /** The full name of the folder; empty for Jenkins. */
    String folder() {
        return owner instanceof Item item ? item.getFullName() : "";
    }

    ApiKey key() throws AbortException {
        return ApiKeyLookup.parse(credential, credential.getId());
    }

    boolean hasKey(ApiKey key) {
        try {
            return key().equals(key);
        } catch (AbortException e) {
            return false;
        }
    }
}
