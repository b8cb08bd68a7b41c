package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.Util;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.doubletick.client.ApiKey;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import java.util.concurrent.ExecutionException;
import jenkins.model.GlobalConfiguration;
import jenkins.model.Jenkins;
import org.jenkinsci.Symbol;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** Manage Jenkins → System → DoubleTick: the credential of all steps that name none. */
@Extension
@Symbol("doubletick")
public final class DoubleTickConfiguration extends GlobalConfiguration {

    @CheckForNull
    private String credentialsId;

    public DoubleTickConfiguration() {
        load();
    }

    @NonNull
    static DoubleTickConfiguration get() {
        return ExtensionList.lookupSingleton(DoubleTickConfiguration.class);
    }

    @NonNull
    @Override
    public String getDisplayName() {
        return Messages.DoubleTickConfiguration_displayName();
    }

    /** The id of the default credential; null if there is none. */
    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    /** Sets the id of the default credential; blank for none. */
    @DataBoundSetter
    public void setCredentialsId(@CheckForNull String credentialsId) {
        this.credentialsId = Util.fixEmptyAndTrim(credentialsId);
        save();
    }

    @POST
    @Restricted(DoNotUse.class)
    public ListBoxModel doFillCredentialsIdItems(@QueryParameter String credentialsId) {
        return CredentialsDropDown.fill(null, credentialsId, Messages.DoubleTickConfiguration_noDefault());
    }

    @POST
    @Restricted(DoNotUse.class)
    public FormValidation doCheckCredentialsId(@QueryParameter String value) {
        return CredentialsDropDown.check(null, value);
    }

    /** Asks DoubleTick whether it accepts the key of the credential that is chosen in the form. */
    @POST
    @Restricted(DoNotUse.class)
    public FormValidation doVerifyKey(@QueryParameter String credentialsId) throws InterruptedException {
        Jenkins.get().checkPermission(Jenkins.ADMINISTER);
        if (Util.fixEmptyAndTrim(credentialsId) == null) {
            return FormValidation.error(Messages.DoubleTickConfiguration_chooseFirst());
        }
        try {
            ApiKey key = ApiKeyLookup.findGlobal(credentialsId);
            DoubleTickClient client = DoubleTickClientProvider.get().client();
            client.checkKey(key).get();
            return FormValidation.ok(Messages.DoubleTickConfiguration_accepted());
        } catch (ExecutionException e) {
            return e.getCause() instanceof DoubleTickException failure
                    ? FormValidation.error(explain(failure))
                    : FormValidation.error(e.getCause(), Messages.DoubleTickConfiguration_unexpected());
        } catch (DoubleTickException e) {
            return FormValidation.error(Messages.ApiKeyLookup_unusable(credentialsId, e.getMessage()));
        } catch (AbortException e) {
            return FormValidation.error(e.getMessage());
        }
    }

    private static String explain(DoubleTickException failure) {
        if (failure.reason() == DoubleTickException.Reason.API_KEY_REJECTED
                || failure.reason() == DoubleTickException.Reason.API_KEY_FORBIDDEN) {
            return Messages.DoubleTickConfiguration_rejected(failure.getMessage());
        }
        return failure.status() == 0
                ? Messages.DoubleTickConfiguration_unreachable(failure.getMessage())
                : Messages.DoubleTickConfiguration_unclear(failure.getMessage());
    }
}
