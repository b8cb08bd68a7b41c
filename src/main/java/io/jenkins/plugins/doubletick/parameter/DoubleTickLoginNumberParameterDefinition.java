package io.jenkins.plugins.doubletick.parameter;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.AutoCompletionCandidates;
import hudson.model.Item;
import hudson.model.Job;
import hudson.model.ParameterDefinition;
import hudson.model.ParameterValue;
import hudson.model.SimpleParameterDefinition;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.CredentialsDropDown;
import io.jenkins.plugins.doubletick.FormInput;
import io.jenkins.plugins.doubletick.LoginNumberFormValidation;
import java.io.Serial;
import java.util.Objects;
import net.sf.json.JSONObject;
import org.jenkinsci.Symbol;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.verb.POST;

/** Defines {@code doubletickLoginNumber(name: 'LOGIN_NUMBER')}, a build parameter for the member to log out. */
public final class DoubleTickLoginNumberParameterDefinition extends SimpleParameterDefinition {

    @Serial
    private static final long serialVersionUID = 1L;

    @CheckForNull
    private Secret defaultValue;

    @CheckForNull
    private String credentialsId;

    @DataBoundConstructor
    public DoubleTickLoginNumberParameterDefinition(@NonNull String name) {
        super(name);
    }

    /** Returns the number of a build that is started without one; null if such a build is refused. */
    @CheckForNull
    public String getDefaultValue() {
        return defaultValue == null ? null : defaultValue.getPlainText();
    }

    /**
     * Takes a wrong number, too; a build with it is refused. An exception here would be a stack trace in Jenkins's form,
     * and would show the number in a Pipeline's log.
     */
    @DataBoundSetter
    public void setDefaultValue(@CheckForNull String defaultValue) {
        String text = Util.fixEmptyAndTrim(defaultValue);
        this.defaultValue = text == null ? null : Secret.fromString(text);
    }

    @Restricted(DoNotUse.class) // config.jelly
    public Secret getDefaultSecret() {
        return defaultValue;
    }

    /** The ID of the credential whose team the form offers; null if only numbers are taken. */
    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    @DataBoundSetter
    public void setCredentialsId(@CheckForNull String credentialsId) {
        this.credentialsId = Util.fixEmptyAndTrim(credentialsId);
    }

    /** Tells whether the form offers the team, and begins to ask for it, so that it is there when somebody types. */
    @Restricted(DoNotUse.class) // index.jelly
    public boolean isOffering() {
        return OfferedTeam.prepareFor(this);
    }

    @Override
    public ParameterDefinition copyWithDefaultValue(ParameterValue value) {
        DoubleTickLoginNumberParameterDefinition copy = new DoubleTickLoginNumberParameterDefinition(getName());
        copy.setDescription(getDescription());
        copy.setCredentialsId(credentialsId);
        copy.setDefaultValue(
                value instanceof DoubleTickLoginNumberParameterValue number ? number.getValue() : getDefaultValue());
        return copy;
    }

    @Override
    @CheckForNull
    public DoubleTickLoginNumberParameterValue getDefaultParameterValue() {
        return LoginNumberInput.defaultOf(this);
    }

    /**
     * Takes a number, or what names a member of the team if the parameter offers it. If nothing says for which job,
     * {@link LoginNumberQueueDecisionHandler} finds the member.
     * @throws InvalidLoginNumberException if it is no login number, and names no member
     */
    @Override
    public DoubleTickLoginNumberParameterValue createValue(String text) {
        OfferedTeam team = OfferedTeam.ofRequest(this);
        return team == null && LoginNumberInput.mayName(this, text)
                ? LoginNumberInput.value(this, text, null)
                : LoginNumberInput.resolve(this, text, team);
    }

    /**
     * Takes the number or name that a form sends. A masked number stands for the one that the form showed masked: the
     * default, or that of the build that is built again.
     */
    @Override
    public DoubleTickLoginNumberParameterValue createValue(StaplerRequest2 req, JSONObject form) {
        String text = LoginNumberInput.unmask(this, req, form.optString("value"));
        return LoginNumberInput.resolve(this, text, OfferedTeam.ofRequest(this));
    }

    /** Compares clear defaults. Encrypted ones always differ, so that Declarative would change the job in each build. */
    @Override
    public boolean equals(Object other) {
        return other instanceof DoubleTickLoginNumberParameterDefinition that
                && getName().equals(that.getName())
                && Objects.equals(getDescription(), that.getDescription())
                && Objects.equals(defaultValue, that.defaultValue)
                && Objects.equals(credentialsId, that.credentialsId);
    }

    @Override
    public int hashCode() {
        return Objects.hash(getName(), getDescription(), defaultValue, credentialsId);
    }

    /** Describes the parameter to Jenkins's forms. */
    @Extension
    @Symbol("doubletickLoginNumber")
    public static final class DescriptorImpl extends ParameterDescriptor {

        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.DoubleTickLoginNumberParameterDefinition_displayName();
        }

        @POST
        @Restricted(DoNotUse.class)
        public ListBoxModel doFillCredentialsIdItems(@AncestorInPath Item item, @QueryParameter String credentialsId) {
            return CredentialsDropDown.fill(
                    item, credentialsId, Messages.DoubleTickLoginNumberParameterDefinition_noTeam());
        }

        @POST
        @Restricted(DoNotUse.class)
        public FormValidation doCheckCredentialsId(@AncestorInPath Item item, @QueryParameter String value) {
            return CredentialsDropDown.checkId(item, value);
        }

        @POST
        @Restricted(DoNotUse.class)
        @SuppressWarnings("lgtm[jenkins/no-permission-check]") // Looks only at what its user has typed.
        public FormValidation doCheckDefaultValue(@QueryParameter String value) {
            return FormInput.sent("value", value).isBlank()
                    ? FormValidation.ok()
                    : LoginNumberFormValidation.check(value);
        }

        /** Checks a number for anybody, and names who may be meant to those who may build the job. */
        @POST
        @Restricted(DoNotUse.class)
        @SuppressWarnings("lgtm[jenkins/no-permission-check]") // OfferedTeam.inForm checks it.
        public FormValidation doCheckValue(
                @AncestorInPath Job<?, ?> job, @QueryParameter String value, @QueryParameter String name) {
            String sent = FormInput.sent("value", value);
            return sent.isBlank() || FormInput.isEncrypted(sent)
                    ? FormValidation.ok()
                    : OfferedTeam.check(OfferedTeam.inForm(job, FormInput.sent("name", name)), sent);
        }

        /** Suggests members for the parameter of this name, to those who may build the job. */
        @POST
        @Restricted(DoNotUse.class)
        @SuppressWarnings("lgtm[jenkins/no-permission-check]") // OfferedTeam.inForm checks it.
        public AutoCompletionCandidates doAutoCompleteValue(
                @AncestorInPath Job<?, ?> job, @QueryParameter String value, @QueryParameter String name) {
            AutoCompletionCandidates candidates = new AutoCompletionCandidates();
            OfferedTeam team = OfferedTeam.inForm(job, FormInput.sent("name", name));
            if (team != null) {
                candidates.getValues().addAll(team.search(FormInput.sent("value", value)));
            }
            return candidates;
        }
    }
}
