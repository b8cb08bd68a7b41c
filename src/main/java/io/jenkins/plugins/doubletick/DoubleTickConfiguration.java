package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.Util;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import jenkins.model.GlobalConfiguration;
import jenkins.model.Jenkins;
import org.jenkinsci.Symbol;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** Manage Jenkins → System → DoubleTick, where the credential of all steps that name none is chosen. */
@Extension
@Symbol("doubletick")
public final class DoubleTickConfiguration extends GlobalConfiguration {

    /** How long a web request may wait for the store of the credential and for DoubleTick. */
    transient Duration verifyLimit = Duration.ofMinutes(1);

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
        CompletableFuture<Void> check = ApiKeyCheck.start("", credentialsId);
        try {
            check.get(verifyLimit.toMillis(), TimeUnit.MILLISECONDS);
            return FormValidation.ok(Messages.DoubleTickConfiguration_accepted());
        } catch (ExecutionException e) {
            return explain(e.getCause(), credentialsId);
        } catch (TimeoutException e) {
            return FormValidation.error(Messages.DoubleTickConfiguration_late(verifyLimit.toSeconds()));
        } finally {
            check.cancel(true);
        }
    }

    private static FormValidation explain(Throwable failure, String credentialsId) {
        if (failure instanceof DoubleTickException e) {
            if (e.reason() == Reason.API_KEY_REJECTED || e.reason() == Reason.API_KEY_FORBIDDEN) {
                return FormValidation.error(
                        Messages.DoubleTickConfiguration_rejected(e.getMessage(), Advice.on(e, credentialsId, "")));
            }
            return FormValidation.error(
                    e.status() == 0
                            ? Messages.DoubleTickConfiguration_unreachable(e.getMessage())
                            : Messages.DoubleTickConfiguration_unclear(e.getMessage()));
        }
        String text = ApiKeyProvider.explain(failure, credentialsId);
        return text == null
                ? FormValidation.error(failure, Messages.DoubleTickConfiguration_unexpected())
                : FormValidation.error(text);
    }
}
