package io.jenkins.plugins.doubletick.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Util;
import hudson.model.Item;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.doubletick.CredentialsDropDown;
import io.jenkins.plugins.doubletick.DoubleTickConfiguration;
import io.jenkins.plugins.doubletick.FormInput;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** A Pipeline step about one team member: its arguments and its form. */
@Restricted(NoExternalUse.class)
public abstract class MemberStep extends Step {

    static final String LOGIN_NUMBER = "loginNumber";
    static final String CREDENTIALS_ID = "credentialsId";
    static final Set<String> ARGUMENTS = Set.of(LOGIN_NUMBER, CREDENTIALS_ID);

    private static final Pattern EXPRESSION = Pattern.compile("\\$.*|(params|env)\\..*|[A-Z][A-Z0-9_]*");

    private final String loginNumber;

    @CheckForNull
    private String credentialsId;

    /** What is wrong with the arguments; null if they are valid. */
    @CheckForNull
    private String mistake;

    MemberStep(String loginNumber) {
        this.loginNumber = loginNumber;
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
    public final StepExecution start(StepContext context) throws IOException, InterruptedException {
        FlowNode node = context.get(FlowNode.class);
        if (node != null) {
            MaskedArguments.replaceIn(node);
        }
        if (mistake != null) {
            throw new AbortException(mistake);
        }
        LoginNumber number =
                LoginNumberArgument.parse(logsOut() ? context.get(Run.class) : null, loginNumber, credentialsId);
        return new MemberStepExecution(context, logsOut(), number, credentialsId);
    }

    /** Returns whether the step logs the member out; otherwise it looks the member up. */
    abstract boolean logsOut();

    /** Returns whether {@code credentialsId} is a login number by mistake. No ID begins with a plus. */
    static boolean isLoginNumber(@CheckForNull Object credentialsId) {
        return credentialsId instanceof String text && text.strip().startsWith("+");
    }

    @Restricted(NoExternalUse.class)
    public abstract static class MemberStepDescriptor extends StepDescriptor {

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, TaskListener.class);
        }

        /**
         * Leaves mistakes to {@link #start}, which masks the stored arguments first. An exception here, or in a {@code
         * CustomDescribableModel}, would leave them in clear text, and Pipeline's message would show them.
         */
        @Override
        @SuppressWarnings("deprecation")
        public Step newInstance(Map<String, Object> arguments) throws Exception {
            String mistake = mistakeIn(arguments);
            MemberStep step = (MemberStep) super.newInstance(mistake == null ? arguments : Map.of(LOGIN_NUMBER, ""));
            step.mistake = mistake;
            return step;
        }

        private String mistakeIn(Map<String, Object> arguments) {
            for (Map.Entry<String, Object> argument : arguments.entrySet()) {
                if (!ARGUMENTS.contains(argument.getKey())) {
                    return Messages.MemberStep_unknown(getFunctionName());
                }
                if (argument.getValue() != null && !(argument.getValue() instanceof String)) {
                    return Messages.MemberStep_text(argument.getKey(), getFunctionName());
                }
                if (argument.getKey().equals(CREDENTIALS_ID) && isLoginNumber(argument.getValue())) {
                    return Messages.MemberStep_credentialsId(getFunctionName());
                }
            }
            return null;
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

        /** Checks only the text from the request, so anybody may call this method. */
        @POST
        @Restricted(DoNotUse.class)
        @SuppressWarnings("lgtm[jenkins/no-permission-check]")
        public FormValidation doCheckLoginNumber(@QueryParameter String value) {
            // The Snippet Generator puts every value in quotes.
            return EXPRESSION.matcher(FormInput.sent("value", value).strip()).matches()
                    ? FormValidation.error(Messages.MemberStep_expression())
                    : FormInput.checkNumber(value);
        }
    }
}
