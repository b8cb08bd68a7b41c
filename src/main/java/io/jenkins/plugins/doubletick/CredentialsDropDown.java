package io.jenkins.plugins.doubletick;

import com.cloudbees.plugins.credentials.CredentialsMatcher;
import com.cloudbees.plugins.credentials.CredentialsMatchers;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.common.StandardListBoxModel;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import hudson.model.Item;
import hudson.model.Job;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Queue;
import hudson.model.queue.Tasks;
import hudson.security.ACL;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.springframework.security.core.Authentication;

/**
 * The credential drop-down of every form of this plugin. It lists the credentials that a run can use: not those with the scope
 * System or for other hosts. Users who may not choose a credential see no IDs in it.
 */
@Restricted(NoExternalUse.class)
public final class CredentialsDropDown {

    /**
     * The value of the entry for no credential: a space, which every form trims. Jenkins's {@code select.js} would replace an
     * empty value with the saved one whenever it fills the drop-down again.
     */
    static final String NONE = " ";

    private CredentialsDropDown() {}

    /**
     * Fills the drop-down of a step. Its first entry is the default credential, and names it to users who may see its ID.
     *
     * @param defaultId null if there is no default credential
     */
    public static ListBoxModel fillWithDefault(
            @CheckForNull Item item, @CheckForNull String current, @CheckForNull String defaultId) {
        String text = defaultId == null
                ? Messages.CredentialsDropDown_defaultNone()
                : Messages.CredentialsDropDown_defaultIs(defaultId);
        return fill(item, current, mayChoose(item) ? text : Messages.CredentialsDropDown_default());
    }

    public static ListBoxModel fill(@CheckForNull Item item, @CheckForNull String current, String emptyText) {
        StandardListBoxModel items = new StandardListBoxModel();
        items.add(emptyText, NONE);
        if (mayChoose(item)) {
            items.includeMatchingAs(
                    authentication(item),
                    item,
                    StringCredentials.class,
                    ApiKeyFinder.requirements(),
                    ApiKeyFinder.USABLE);
        }
        String sent = FormInput.sent("credentialsId", current);
        // Saving the form must keep a credential that is hidden from the user or missing at the moment.
        return sent.isBlank() || FormInput.isEncrypted(sent) ? items : items.includeCurrentValue(sent);
    }

    /** Checks the choice of a step, which can be a parameter of the build. */
    public static FormValidation check(@CheckForNull Item item, @CheckForNull String value) {
        String id = FormInput.sent("value", value).strip();
        if (!id.startsWith("${") || !id.endsWith("}") || !mayChoose(item)) {
            return checkId(item, value);
        }
        String name = id.substring(2, id.length() - 1);
        return item instanceof Job<?, ?> job && !hasParameter(job, name)
                ? FormValidation.warning(Messages.CredentialsDropDown_noParameter(name))
                : FormValidation.ok(Messages.CredentialsDropDown_parameter(name));
    }

    private static boolean hasParameter(Job<?, ?> job, String name) {
        ParametersDefinitionProperty parameters = job.getProperty(ParametersDefinitionProperty.class);
        return parameters != null && parameters.getParameterDefinition(name) != null;
    }

    public static FormValidation checkId(@CheckForNull Item item, @CheckForNull String value) {
        String id = Util.fixEmptyAndTrim(FormInput.sent("value", value));
        if (id == null || !mayChoose(item) || FormInput.isEncrypted(id)) {
            return FormValidation.ok();
        }
        CredentialsMatcher matcher = CredentialsMatchers.allOf(ApiKeyFinder.USABLE, CredentialsMatchers.withId(id));
        boolean none = CredentialsProvider.listCredentialsInItem(
                        StringCredentials.class, item, authentication(item), ApiKeyFinder.requirements(), matcher)
                .isEmpty();
        return none ? FormValidation.error(Messages.CredentialsDropDown_notFound(id)) : FormValidation.ok();
    }

    private static boolean mayChoose(@CheckForNull Item item) {
        return item == null
                ? Jenkins.get().hasPermission(Jenkins.ADMINISTER)
                : item.hasPermission(Item.EXTENDED_READ) || item.hasPermission(CredentialsProvider.USE_ITEM);
    }

    /** Returns the user whom the builds of an item run as. */
    static Authentication authentication(@CheckForNull Item item) {
        return item instanceof Queue.Task task ? Tasks.getAuthenticationOf2(task) : ACL.SYSTEM2;
    }
}
