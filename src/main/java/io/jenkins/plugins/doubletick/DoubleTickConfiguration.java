package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.Util;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import jenkins.model.GlobalConfiguration;
import jenkins.model.Jenkins;
import org.jenkinsci.Symbol;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** The section <em>DoubleTick</em> of <em>Manage Jenkins → System</em>: the default credential. */
@Extension
@Symbol("doubletick")
public final class DoubleTickConfiguration extends GlobalConfiguration {

    @CheckForNull
    private String credentialsId;

    public DoubleTickConfiguration() {
        load();
    }

    @NonNull
    @Restricted(NoExternalUse.class)
    public static DoubleTickConfiguration get() {
        return ExtensionList.lookupSingleton(DoubleTickConfiguration.class);
    }

    @NonNull
    @Override
    public String getDisplayName() {
        return Messages.DoubleTickConfiguration_displayName();
    }

    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

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
        return CredentialsDropDown.checkId(null, value);
    }

    /** Checks the key of the credential that the user has chosen in the form, saved or not. */
    @POST
    @Restricted(DoNotUse.class)
    public FormValidation doVerifyKey(@QueryParameter String credentialsId) throws InterruptedException {
        Jenkins.get().checkPermission(Jenkins.ADMINISTER);
        String id = Util.fixEmptyAndTrim(credentialsId);
        if (id == null) {
            return FormValidation.error(Messages.DoubleTickConfiguration_chooseFirst());
        }
        int limit = ApiKeyCheck.webLimitSeconds();
        try {
            ApiKeyCheck.start(null, id).get(limit, TimeUnit.SECONDS);
            return FormValidation.ok(ApiKeyCheck.explain(null, id));
        } catch (ExecutionException e) {
            return FormValidation.error(ApiKeyCheck.explain(e.getCause(), id));
        } catch (TimeoutException e) {
            return FormValidation.error(Messages.DoubleTickConfiguration_late(Integer.toString(limit)));
        }
    }
}
