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
import hudson.util.Secret;
import java.io.IOException;
import java.io.Serial;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import org.jenkinsci.plugins.structs.describable.CustomDescribableModel;
import org.jenkinsci.plugins.structs.describable.UninstantiatedDescribable;
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

    /** Stands for a number that was written without quotes, until the step starts and can say so. */
    private static final String WITHOUT_QUOTES = "a number without quotes";

    private final String loginNumber;

    @CheckForNull
    private String credentialsId;

    /** @param loginNumber the number that the member logs in with, international; taken literally */
    @DataBoundConstructor
    public DoubleTickLogoutStep(String loginNumber) {
        this.loginNumber = loginNumber;
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
        if (WITHOUT_QUOTES.equals(loginNumber)) {
            throw new AbortException(Messages.DoubleTickLogoutStep_quote());
        }
        return new Execution(context, loginNumber, credentialsId);
    }

    /**
     * Asynchronous, so that a waiting build holds neither a thread nor an executor, and sent again after a restart of
     * Jenkins: logging out twice is harmless, and only DoubleTick knows whether the first request arrived.
     */
    static final class Execution extends StepExecution {

        @Serial
        private static final long serialVersionUID = 1L;

        /** Encrypted: it is personal data, and this object is stored with the build. The API key is not in it. */
        private final String loginNumber;

        @CheckForNull
        private final String credentialsId;

        private transient volatile MemberLogout logout;

        Execution(StepContext context, String loginNumber, @CheckForNull String credentialsId) {
            super(context);
            this.loginNumber = Secret.fromString(loginNumber).getEncryptedValue();
            this.credentialsId = credentialsId;
        }

        @Override
        public boolean start() throws Exception {
            send();
            return false;
        }

        private void send() throws IOException, InterruptedException {
            Run<?, ?> run = getContext().get(Run.class);
            TaskListener listener = getContext().get(TaskListener.class);
            logout = MemberLogout.start(
                    run, listener, Secret.fromString(loginNumber).getPlainText(), credentialsId);
            logout.done().whenComplete((nothing, failure) -> {
                if (failure == null) {
                    getContext().onSuccess(null);
                } else if (!logout.done().isCancelled()) {
                    getContext().onFailure(failure instanceof CompletionException ? failure.getCause() : failure);
                }
            });
        }

        @Override
        public void stop(@NonNull Throwable cause) throws Exception {
            MemberLogout current = logout;
            if (current != null) {
                current.cancel();
            }
            super.stop(cause);
        }

        @Override
        public void onResume() {
            try {
                getContext().get(TaskListener.class).getLogger().println(Messages.DoubleTickLogoutStep_resumed());
                send();
            } catch (IOException | InterruptedException | RuntimeException e) {
                getContext().onFailure(e);
            }
        }

        @Override
        public String getStatus() {
            MemberLogout current = logout;
            return current == null ? null : current.status();
        }
    }

    /** Describes the step to Pipeline and the Snippet Generator. */
    @Extension
    public static final class DescriptorImpl extends StepDescriptor implements CustomDescribableModel {

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

        /** Pipeline's own error for a number without quotes has a stack trace, and shows the number. */
        @NonNull
        @Override
        public Map<String, Object> customInstantiate(@NonNull Map<String, Object> arguments) {
            Map<String, Object> custom = new TreeMap<>(arguments);
            custom.replaceAll((name, value) -> value instanceof Number ? WITHOUT_QUOTES : value);
            return custom;
        }

        /** Without the model, which would leave out the argument's name: {@code doubletickLogout '+91…'}. */
        @NonNull
        @Override
        public UninstantiatedDescribable customUninstantiate(@NonNull UninstantiatedDescribable step) {
            return new UninstantiatedDescribable(step.getSymbol(), step.getKlass(), step.getArguments());
        }

        /** What stands behind the step's name in the stage view: the masked number. */
        @Override
        public String argumentsToString(@NonNull Map<String, Object> namedArgs) {
            return MaskedArguments.mask(String.valueOf(namedArgs.get(MaskedArguments.LOGIN_NUMBER)))
                            instanceof String masked
                    ? masked
                    : null;
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

        /** Looks at nothing but the value that its user has just typed, so anybody may call it. */
        @POST
        @Restricted(DoNotUse.class)
        @SuppressWarnings("lgtm[jenkins/no-permission-check]")
        public FormValidation doCheckLoginNumber(@QueryParameter String value) {
            return LoginNumberFormValidation.check(value);
        }
    }
}
