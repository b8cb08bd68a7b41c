package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.Util;
import hudson.model.Item;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** {@code doubletickLogout loginNumber: '+91…'}: logs a team member out of DoubleTick on every device. */
public final class DoubleTickLogoutStep extends Step {

    static final String LOGIN_NUMBER = "loginNumber";
    static final String CREDENTIALS_ID = "credentialsId";
    static final Set<String> ARGUMENTS = Set.of(LOGIN_NUMBER, CREDENTIALS_ID);

    private final String loginNumber;

    /** Says what is wrong with the arguments; null if nothing is. */
    @CheckForNull
    private final String mistake;

    @CheckForNull
    private String credentialsId;

    /** @param loginNumber the number that the member logs in with, international; taken literally */
    @DataBoundConstructor
    public DoubleTickLogoutStep(String loginNumber) {
        this(loginNumber, null);
    }

    private DoubleTickLogoutStep(@CheckForNull String loginNumber, @CheckForNull String mistake) {
        this.loginNumber = loginNumber;
        this.mistake = mistake;
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
    public StepExecution start(StepContext context) throws IOException, InterruptedException {
        FlowNode node = context.get(FlowNode.class);
        if (node != null) {
            MaskedArguments.replaceIn(node);
        }
        if (mistake != null) {
            throw new AbortException(mistake);
        }
        return new DoubleTickLogoutStepExecution(context, loginNumber, credentialsId);
    }

    /** Describes the step to Pipeline and the Snippet Generator. */
    @Extension
    public static final class DescriptorImpl extends StepDescriptor {

        @Override
        public String getFunctionName() {
            return "doubletickLogout";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.DoubleTickLogoutStep_displayName();
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, TaskListener.class);
        }

        /**
         * Leaves mistakes to {@link #start}, which can hide what was given: Pipeline's own error shows it. A
         * {@code CustomDescribableModel} would have no way to hand the mistake on.
         */
        @Override
        @SuppressWarnings("deprecation")
        public Step newInstance(Map<String, Object> arguments) throws Exception {
            for (Map.Entry<String, Object> argument : arguments.entrySet()) {
                if (!ARGUMENTS.contains(argument.getKey())) {
                    return new DoubleTickLogoutStep(null, Messages.DoubleTickLogoutStep_unknown());
                }
                if (argument.getValue() != null && !(argument.getValue() instanceof String)) {
                    return new DoubleTickLogoutStep(null, Messages.DoubleTickLogoutStep_text(argument.getKey()));
                }
            }
            return super.newInstance(arguments);
        }

        /** Shows the masked number beside the step's name. */
        @Override
        public String argumentsToString(@NonNull Map<String, Object> namedArgs) {
            return namedArgs.get(LOGIN_NUMBER) instanceof String shown && LoginNumber.isMasked(shown) ? shown : null;
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
            return LoginNumberFormValidation.check(value);
        }
    }
}
