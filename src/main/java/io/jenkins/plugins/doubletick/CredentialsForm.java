package io.jenkins.plugins.doubletick;

import com.cloudbees.plugins.credentials.CredentialsMatcher;
import com.cloudbees.plugins.credentials.CredentialsMatchers;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.common.StandardListBoxModel;
import com.cloudbees.plugins.credentials.domains.DomainRequirement;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Util;
import hudson.model.Item;
import hudson.model.Queue;
import hudson.model.queue.Tasks;
import hudson.security.ACL;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.doubletick.client.ApiKey;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import java.util.Arrays;
import java.util.List;
import jenkins.model.Jenkins;
import okhttp3.HttpUrl;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;
import org.kohsuke.stapler.Stapler;
import org.kohsuke.stapler.StaplerRequest2;
import org.springframework.security.core.Authentication;

/**
 * The credential drop-down of every form of this plugin. It lists what a run could use: so nothing of the System scope,
 * and nothing for other hosts than DoubleTick's. Who may not choose a credential learns no ids from it.
 */
final class CredentialsForm {

    private static final CredentialsMatcher USABLE =
            CredentialsMatchers.not(CredentialsMatchers.withScope(CredentialsScope.SYSTEM));

    private CredentialsForm() {}

    /** With the global default as its first entry, which says what that is now to those who may know. */
    static ListBoxModel fillWithDefault(@CheckForNull Item item, @CheckForNull String current) {
        String id = DoubleTickConfiguration.get().getCredentialsId();
        String text = id == null ? Messages.CredentialsForm_defaultNone() : Messages.CredentialsForm_defaultIs(id);
        return fill(item, current, mayChoose(item) ? text : Messages.CredentialsForm_default());
    }

    /** @param item what is being configured; null for what is global */
    static ListBoxModel fill(@CheckForNull Item item, @CheckForNull String current, String emptyText) {
        StandardListBoxModel items = new StandardListBoxModel();
        items.add(emptyText, "");
        if (mayChoose(item)) {
            if (item == null) {
                items.includeMatchingAs(ACL.SYSTEM2, Jenkins.get(), StringCredentials.class, requirements(), USABLE);
            } else {
                items.includeMatchingAs(authentication(item), item, StringCredentials.class, requirements(), USABLE);
            }
        }
        // So that saving the form keeps what its reader cannot see, or what is gone for the moment.
        return Util.fixEmptyAndTrim(current) == null || !isAsSent(current) ? items : items.includeCurrentValue(current);
    }

    static FormValidation check(@CheckForNull Item item, @CheckForNull String value) {
        String id = Util.fixEmptyAndTrim(value);
        if (id == null || !mayChoose(item) || !isAsSent(value)) {
            return FormValidation.ok();
        }
        if (id.startsWith("${") && id.endsWith("}")) {
            return FormValidation.ok(Messages.CredentialsForm_parameter());
        }
        CredentialsMatcher matcher = CredentialsMatchers.allOf(USABLE, CredentialsMatchers.withId(id));
        boolean none = (item == null
                        ? CredentialsProvider.listCredentialsInItemGroup(
                                StringCredentials.class, Jenkins.get(), ACL.SYSTEM2, requirements(), matcher)
                        : CredentialsProvider.listCredentialsInItem(
                                StringCredentials.class, item, authentication(item), requirements(), matcher))
                .isEmpty();
        return none ? FormValidation.error(Messages.CredentialsForm_notFound(id)) : FormValidation.ok();
    }

    /**
     * Whether a value may be shown to who sent it. Jenkins decrypts every encrypted secret among a request's strings,
     * whosever it is: shown again, it would be told to anybody who has seen it encrypted.
     */
    static boolean isAsSent(String value) {
        StaplerRequest2 request = Stapler.getCurrentRequest2();
        return request == null
                || request.getParameterMap().values().stream()
                        .flatMap(Arrays::stream)
                        .anyMatch(value::equals);
    }

    /** The key of a credential in Jenkins's own store, for somebody who administers Jenkins. */
    static ApiKey globalKey(String id) throws AbortException, DoubleTickException {
        StringCredentials found = CredentialsMatchers.firstOrNull(
                CredentialsProvider.lookupCredentialsInItemGroup(
                        StringCredentials.class, Jenkins.get(), ACL.SYSTEM2, requirements()),
                CredentialsMatchers.allOf(USABLE, CredentialsMatchers.withId(id)));
        if (found == null) {
            throw new AbortException(Messages.CredentialsForm_notFound(id));
        }
        return ApiKey.parse(found.getSecret().getPlainText());
    }

    private static boolean mayChoose(@CheckForNull Item item) {
        return item == null
                ? Jenkins.get().hasPermission(Jenkins.ADMINISTER)
                : item.hasPermission(Item.EXTENDED_READ) || item.hasPermission(CredentialsProvider.USE_ITEM);
    }

    private static Authentication authentication(Item item) {
        return item instanceof Queue.Task task ? Tasks.getAuthenticationOf2(task) : ACL.SYSTEM2;
    }

    private static List<DomainRequirement> requirements() {
        try {
            HttpUrl url = DoubleTickApi.url();
            return ApiKeyLookup.requirements(url);
        } catch (AbortException e) {
            return List.of(); // The build says what is wrong with the address.
        }
    }
}
