package io.jenkins.plugins.doubletick.parameter;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.AutoCompletionCandidates;
import hudson.model.Item;
import hudson.model.ParameterDefinition;
import hudson.model.ParameterValue;
import hudson.model.SimpleParameterDefinition;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.CredentialsDropDown;
import io.jenkins.plugins.doubletick.FormInput;
import java.io.Serial;
import java.util.Objects;
import net.sf.json.JSONObject;
import org.jenkinsci.Symbol;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundResolvable;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.verb.POST;

/** Defines {@code doubletickLoginNumber(name: 'LOGIN_NUMBER')}, a build parameter for the member to log out. */
public final class DoubleTickLoginNumberParameterDefinition extends SimpleParameterDefinition
        implements DataBoundResolvable {

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

    @CheckForNull
    public String getDefaultValue() {
        return DoubleTickLoginNumberParameterValue.decrypted(defaultValue);
    }

    /** Accepts a wrong number, too, because an exception here would show the number in a Pipeline's log. The build fails. */
    @DataBoundSetter
    public void setDefaultValue(@CheckForNull String defaultValue) {
        String text = Util.fixEmptyAndTrim(defaultValue);
        this.defaultValue = text == null ? null : DoubleTickLoginNumberParameterValue.encrypted(text);
    }

    /** The ID of the credential for the team that the form offers; null if the form accepts numbers only. */
    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    @DataBoundSetter
    public void setCredentialsId(@CheckForNull String credentialsId) {
        this.credentialsId = Util.fixEmptyAndTrim(credentialsId);
    }

    /** Rejects a wrong default number when a form is saved. */
    @Override
    public Object bindResolve(StaplerRequest2 request, JSONObject form) {
        if (defaultValue != null) {
            // Uses the text as it was sent, because Jenkins decrypts a setter's text if it looks encrypted.
            setDefaultValue(OfferedTeam.unmask(request, form.optString("defaultValue")));
            getDefaultParameterValue().check();
        }
        return this;
    }

    @Restricted(NoExternalUse.class) // index.jelly
    public boolean isOffering() {
        return OfferedTeam.inForm(getName()) != null;
    }

    @Override
    public ParameterDefinition copyWithDefaultValue(ParameterValue value) {
        DoubleTickLoginNumberParameterDefinition copy = new DoubleTickLoginNumberParameterDefinition(getName());
        copy.setDescription(getDescription());
        copy.setCredentialsId(credentialsId);
        copy.setDefaultValue(Objects.toString(value.getValue(), null));
        return copy;
    }

    /** Returns a blank value if there is no default, because many triggers drop a parameter without a value. */
    @Override
    public DoubleTickLoginNumberParameterValue getDefaultParameterValue() {
        return new DoubleTickLoginNumberParameterValue(getName(), getDefaultValue());
    }

    /**
     * Accepts any text, so that no build is lost: {@link LoginNumberQueueDecisionHandler} rejects a wrong number if the
     * requester gets the message. In a request for the job itself, the text can also name a member. Does not override {@code
     * isValid}, because only the {@code build} step calls it, and its message would not contain the reason.
     *
     * @throws InvalidLoginNumberException if the text is a name but does not name exactly one member
     */
    @Override
    public DoubleTickLoginNumberParameterValue createValue(String text) {
        OfferedTeam team = OfferedTeam.ofRequest(this);
        return team == null
                ? new DoubleTickLoginNumberParameterValue(getName(), text)
                : team.createValue(getName(), text);
    }

    /** @throws InvalidLoginNumberException if the form's text is no number and does not name exactly one member */
    @Override
    public DoubleTickLoginNumberParameterValue createValue(StaplerRequest2 request, JSONObject form) {
        return createValue(OfferedTeam.unmask(request, form.optString("value"), this))
                .check();
    }

    /** Compares clear defaults, because encrypted ones always differ and Declarative would change the job in each build. */
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

    @Extension
    @Symbol("doubletickLoginNumber")
    @Restricted(NoExternalUse.class)
    public static final class DescriptorImpl extends ParameterDescriptor {

        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.DoubleTickLoginNumberParameterDefinition_displayName();
        }

        @POST
        public ListBoxModel doFillCredentialsIdItems(@AncestorInPath Item item, @QueryParameter String credentialsId) {
            return CredentialsDropDown.fill(
                    item, credentialsId, Messages.DoubleTickLoginNumberParameterDefinition_noTeam());
        }

        @POST
        public FormValidation doCheckCredentialsId(@AncestorInPath Item item, @QueryParameter String value) {
            return CredentialsDropDown.checkId(item, value);
        }

        @POST
        @SuppressWarnings("lgtm[jenkins/no-permission-check]") // Checks only the text from the request.
        public FormValidation doCheckDefaultValue(@QueryParameter String value) {
            return OfferedTeam.check(null, value);
        }

        /** Checks a number for anybody. Names members only to users who may build the job. */
        @POST
        @SuppressWarnings("lgtm[jenkins/no-permission-check]") // OfferedTeam.inForm checks it.
        public FormValidation doCheckValue(@QueryParameter String value, @QueryParameter String name) {
            return OfferedTeam.check(OfferedTeam.inForm(FormInput.sent("name", name)), value);
        }

        /** Suggests members for the parameter with this name to users who may build the job. */
        @POST
        @SuppressWarnings("lgtm[jenkins/no-permission-check]") // OfferedTeam.inForm checks it.
        public AutoCompletionCandidates doAutoCompleteValue(@QueryParameter String value, @QueryParameter String name) {
            AutoCompletionCandidates candidates = new AutoCompletionCandidates();
            OfferedTeam team = OfferedTeam.inForm(FormInput.sent("name", name));
            if (team != null) {
                candidates
                        .getValues()
                        .addAll(team.await(OfferedTeam.CHECK_LIMIT).search(FormInput.sent("value", value)));
            }
            return candidates;
        }
    }
}
