package io.jenkins.plugins.doubletick.step;

import io.jenkins.plugins.doubletick.CredentialsDropDown;
import io.jenkins.plugins.doubletick.DoubleTickConfiguration;
import io.jenkins.plugins.doubletick.FormInput;
import io.jenkins.plugins.doubletick.LoginNumberFormValidation;

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
import hudson.tasks.BuildStepDescriptor;
import hudson.tasks.Builder;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jenkinsci.Symbol;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/**
 * The step of a freestyle job that logs a team member out of DoubleTick on every device. Pipeline has
 * {@link DoubleTickLogoutStep} instead, and cannot call this builder.
 */
public final class DoubleTickLogoutBuilder extends Builder {

    private static final Logger LOGGER = Logger.getLogger(DoubleTickLogoutBuilder.class.getName());

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{?[A-Za-z_]\\w*}?");

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

    /** The id of the credential with the API key; null for the global default. */
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
        CompletableFuture<Void> done = new MemberLogout(
                        MemberArguments.of(build, listener, expand(build, listener), credentialsId))
                .start(false);
        try {
            done.get();
            return true;
        } catch (InterruptedException e) {
            done.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof AbortException abort ? abort : new IOException(e.getCause());
        } finally {
            save(build);
        }
    }

    /** Saves the record now, since a crash may come before Jenkins saves the build at its end. */
    private static void save(AbstractBuild<?, ?> build) {
        try {
            build.save();
        } catch (Throwable e) { // What DoubleTick did stays done.
            LOGGER.log(Level.WARNING, e, () -> build + ": cannot save what was logged out");
        }
    }

    private String expand(AbstractBuild<?, ?> build, BuildListener listener) throws InterruptedException, IOException {
        String expanded = build.getEnvironment(listener).expand(loginNumber);
        if (expanded.indexOf('$') >= 0) {
            throw new AbortException(Messages.DoubleTickLogoutBuilder_unresolved(variables()));
        }
        if (expanded.isBlank() && !loginNumber.isEmpty()) {
            throw new AbortException(Messages.DoubleTickLogoutBuilder_blank(loginNumber));
        }
        return expanded;
    }

    /** Names the variables, leaving out the digits that may stand between them. */
    private String variables() {
        String variables =
                VARIABLE.matcher(loginNumber).results().map(MatchResult::group).collect(Collectors.joining(" "));
        return variables.isEmpty() ? "$" : variables;
    }

    /** Has a symbol of its own for Job DSL: with the step's, Pipeline would find two things of one name. */
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

        /** Checks nothing but what was typed, so anybody may call it. */
        @POST
        @Restricted(DoNotUse.class)
        @SuppressWarnings("lgtm[jenkins/no-permission-check]")
        public FormValidation doCheckLoginNumber(@QueryParameter String value) {
            String sent = FormInput.sent("value", value);
            return sent.indexOf('$') >= 0 && !FormInput.isEncrypted(sent)
                    ? FormValidation.ok(Messages.DoubleTickLogoutBuilder_filledIn(sent))
                    : LoginNumberFormValidation.check(value);
        }
    }
}
