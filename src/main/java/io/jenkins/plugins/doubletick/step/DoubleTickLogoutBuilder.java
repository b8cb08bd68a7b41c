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
import hudson.model.Job;
import hudson.model.ParametersDefinitionProperty;
import hudson.tasks.BuildStepDescriptor;
import hudson.tasks.Builder;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

    private static final Pattern VARIABLE = Pattern.compile("\\$([A-Za-z_]\\w*|\\{[A-Za-z_]\\w*})");

    private static final Pattern NAME = Pattern.compile("[A-Za-z_]\\w*");

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
        try {
            LoginNumber number = LogoutRequest.parse(build, expand(build, listener), credentialsId);
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
            awaitLastLine(done);
            throw e;
        }
    }

    /** Lets the log say what the abort means before the build ends. */
    private static void awaitLastLine(CompletableFuture<?> done) throws InterruptedException {
        try {
            done.get(MemberRequest.LOG_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOGGER.log(Level.FINE, "The logout was aborted", e);
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

        /** Tells whether the job has a parameter to those who may see its configuration; checks only the text for others. */
        @POST
        @Restricted(DoNotUse.class)
        @SuppressWarnings("lgtm[jenkins/no-permission-check]")
        public FormValidation doCheckLoginNumber(@AncestorInPath Job<?, ?> job, @QueryParameter String value) {
            String sent = FormInput.sent("value", value);
            if (sent.indexOf('$') < 0 || FormInput.isEncrypted(sent)) {
                String parameter = sent.strip().replaceFirst("^params\\.", "");
                return NAME.matcher(parameter).matches()
                        ? FormValidation.error(Messages.DoubleTickLogoutBuilder_withoutDollar(parameter))
                        : LoginNumberFormValidation.check(value);
            }
            String rest = VARIABLE.matcher(sent).replaceAll("");
            if (rest.indexOf('$') >= 0) {
                return FormValidation.error(Messages.DoubleTickLogoutBuilder_incomplete());
            }
            String missing = job == null || !job.hasPermission(Item.EXTENDED_READ) ? "" : missingIn(job, sent);
            return missing.isEmpty()
                    ? FormValidation.ok(Messages.DoubleTickLogoutBuilder_filledIn(sent))
                    : FormValidation.warning(Messages.DoubleTickLogoutBuilder_noParameter(missing));
        }

        private static String missingIn(Job<?, ?> job, String text) {
            ParametersDefinitionProperty parameters = job.getProperty(ParametersDefinitionProperty.class);
            List<String> names = parameters == null ? List.of() : parameters.getParameterDefinitionNames();
            return VARIABLE.matcher(text)
                    .results()
                    .map(MatchResult::group)
                    .filter(variable -> !names.contains(variable.replaceAll("[${}]", "")))
                    .collect(Collectors.joining(" "));
        }
    }
}
