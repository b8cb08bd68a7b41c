package io.jenkins.plugins.doubletick.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.Launcher;
import hudson.Util;
import hudson.model.AbstractBuild;
import hudson.model.AbstractProject;
import hudson.model.BuildListener;
import hudson.model.Item;
import hudson.model.Job;
import hudson.tasks.BuildStepDescriptor;
import hudson.tasks.Builder;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.doubletick.CredentialsDropDown;
import io.jenkins.plugins.doubletick.DoubleTickConfiguration;
import io.jenkins.plugins.doubletick.FormInput;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.Symbol;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/**
 * The freestyle step that logs a team member out of DoubleTick on every device. Pipeline uses {@link DoubleTickLogoutStep}
 * instead, and cannot call this builder.
 */
public final class DoubleTickLogoutBuilder extends Builder {

    private static final Logger LOGGER = Logger.getLogger(DoubleTickLogoutBuilder.class.getName());

    private final String loginNumber;

    @CheckForNull
    private String credentialsId;

    /** @param loginNumber the number that the member logs in with, or a parameter such as {@code $LOGIN_NUMBER} */
    @DataBoundConstructor
    public DoubleTickLogoutBuilder(String loginNumber) {
        this.loginNumber = Util.fixNull(loginNumber).strip();
    }

    public String getLoginNumber() {
        return loginNumber;
    }

    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    @DataBoundSetter
    public void setCredentialsId(@CheckForNull String credentialsId) {
        this.credentialsId = Util.fixEmptyAndTrim(credentialsId);
    }

    @Override
    public boolean perform(AbstractBuild<?, ?> build, Launcher launcher, BuildListener listener)
            throws InterruptedException, IOException {
        try {
            LoginNumber number = LoginNumberArgument.parse(
                    build, LoginNumberVariables.expand(loginNumber, build, listener), credentialsId);
            LogoutRequest request = new LogoutRequest(build, listener, number, credentialsId);
            await(request, request.start(false));
            return true;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof AbortException abort ? abort : new IOException(e.getCause());
        } finally {
            save(build);
        }
    }

    private static void await(LogoutRequest request, CompletableFuture<?> done)
            throws InterruptedException, ExecutionException {
        try {
            done.get();
        } catch (InterruptedException e) {
            request.cancel();
            // The log says what the abort means before the build ends.
            done.exceptionally(failure -> null)
                    .completeOnTimeout(null, MemberRequest.LOG_SECONDS, TimeUnit.SECONDS)
                    .join();
            throw e;
        }
    }

    /** Saves the record now, because Jenkins may crash before it saves the build at its end. */
    private static void save(AbstractBuild<?, ?> build) {
        try {
            build.save();
        } catch (Throwable e) { // The logout is not undone by this failure.
            LOGGER.log(Level.WARNING, e, () -> build + ": cannot save the record of the logout");
        }
    }

    /** The symbol is for Job DSL. It differs from the step's, because Pipeline would find two steps with the same name. */
    @Extension
    @Symbol("doubletickLogoutBuilder")
    public static final class DescriptorImpl extends BuildStepDescriptor<Builder> {

        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.DoubleTickLogoutStep_displayName();
        }

        @Override
        public boolean isApplicable(Class<? extends AbstractProject> jobType) {
            return true;
        }

        @POST
        @Restricted(DoNotUse.class)
        public ListBoxModel doFillCredentialsIdItems(@AncestorInPath Item item, @QueryParameter String credentialsId) {
            return CredentialsDropDown.fillWithDefault(
                    item, credentialsId, DoubleTickConfiguration.get().getCredentialsId());
        }

        @POST
        @Restricted(DoNotUse.class)
        public FormValidation doCheckCredentialsId(@AncestorInPath Item item, @QueryParameter String value) {
            return CredentialsDropDown.check(item, value);
        }

        /** Mentions the job's parameters only to users who may see its configuration. */
        @POST
        @Restricted(DoNotUse.class)
        @SuppressWarnings("lgtm[jenkins/no-permission-check]") // LoginNumberVariables.check checks it.
        public FormValidation doCheckLoginNumber(@AncestorInPath Job<?, ?> job, @QueryParameter String value) {
            String sent = FormInput.sent("value", value);
            return FormInput.isEncrypted(sent) ? FormValidation.ok() : LoginNumberVariables.check(job, sent);
        }
    }
}
