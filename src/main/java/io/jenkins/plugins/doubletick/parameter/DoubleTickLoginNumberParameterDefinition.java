package io.jenkins.plugins.doubletick.parameter;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.ParameterDefinition;
import hudson.model.ParameterValue;
import hudson.model.ParametersAction;
import hudson.model.Run;
import hudson.model.SimpleParameterDefinition;
import hudson.util.FormValidation;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.LoginNumberFormValidation;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import java.io.Serial;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import net.sf.json.JSONObject;
import org.jenkinsci.Symbol;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.verb.POST;

/**
 * {@code doubletickLoginNumber(name: 'LOGIN_NUMBER')}: a build parameter for the member to log out, checked before
 * the build and protected after it.
 */
public final class DoubleTickLoginNumberParameterDefinition extends SimpleParameterDefinition {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Encrypted where it is stored: a login number is personal data. */
    @CheckForNull
    private Secret defaultValue;

    @DataBoundConstructor
    public DoubleTickLoginNumberParameterDefinition(@NonNull String name) {
        super(name);
    }

    /** The number of a build that is started without one; null if such a build is refused. */
    @CheckForNull
    public String getDefaultValue() {
        return defaultValue == null ? null : defaultValue.getPlainText();
    }

    /**
     * A wrong one is refused like any other when a build with it is asked for. Not here: Jenkins would answer a form
     * with a stack trace, and Pipeline would print the number.
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

    @Override
    public ParameterDefinition copyWithDefaultValue(ParameterValue value) {
        DoubleTickLoginNumberParameterDefinition copy = new DoubleTickLoginNumberParameterDefinition(getName());
        copy.setDescription(getDescription());
        copy.defaultValue =
                value instanceof DoubleTickLoginNumberParameterValue v ? Secret.fromString(v.getValue()) : defaultValue;
        return copy;
    }

    @Override
    @CheckForNull
    public DoubleTickLoginNumberParameterValue getDefaultParameterValue() {
        return defaultValue == null ? null : value(defaultValue.getPlainText());
    }

    /** @throws InvalidLoginNumberException if it is not a login number */
    @Override
    public DoubleTickLoginNumberParameterValue createValue(String text) {
        return value(InvalidLoginNumberException.parse(getName(), text).value());
    }

    /**
     * From a form. It shows a number that is there already masked: the default, or that of the build that is built
     * again. Left as it is, the masked one stands for that number.
     */
    @Override
    public DoubleTickLoginNumberParameterValue createValue(StaplerRequest2 req, JSONObject form) {
        String text = form.optString("value");
        Run<?, ?> run = req.findAncestorObject(Run.class);
        ParametersAction parameters = run == null ? null : run.getAction(ParametersAction.class);
        List<String> numbers = Stream.of(
                        parameters == null ? null : parameters.getParameter(getName()), getDefaultParameterValue())
                .filter(DoubleTickLoginNumberParameterValue.class::isInstance)
                .map(DoubleTickLoginNumberParameterValue.class::cast)
                .filter(number -> number.getMasked().equals(text))
                .map(DoubleTickLoginNumberParameterValue::getValue)
                .distinct()
                .toList();
        // Where both look the same, neither is guessed.
        return createValue(numbers.size() == 1 ? numbers.get(0) : text);
    }

    private DoubleTickLoginNumberParameterValue value(String number) {
        DoubleTickLoginNumberParameterValue value = new DoubleTickLoginNumberParameterValue(getName(), number);
        value.setDescription(getDescription());
        return value;
    }

    /** Needed because an encrypted default looks different each time: Declarative would see a change in each build. */
    @Override
    public boolean equals(Object other) {
        return other instanceof DoubleTickLoginNumberParameterDefinition that
                && getName().equals(that.getName())
                && Objects.equals(getDescription(), that.getDescription())
                && Objects.equals(defaultValue, that.defaultValue);
    }

    @Override
    public int hashCode() {
        return Objects.hash(getName(), getDescription(), defaultValue);
    }

    /** Both checks look at nothing but the value that their user has just typed, so anybody may call them. */
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
        @SuppressWarnings("lgtm[jenkins/no-permission-check]")
        public FormValidation doCheckDefaultValue(@QueryParameter String value) {
            // A saved one comes back encrypted.
            String text = Secret.fromString(value).getPlainText();
            return text.isBlank() ? FormValidation.ok() : LoginNumberFormValidation.check(text);
        }

        @POST
        @Restricted(DoNotUse.class)
        @SuppressWarnings("lgtm[jenkins/no-permission-check]")
        public FormValidation doCheckValue(@QueryParameter String value) {
            return LoginNumber.isMasked(value) ? FormValidation.ok() : LoginNumberFormValidation.check(value);
        }
    }
}
