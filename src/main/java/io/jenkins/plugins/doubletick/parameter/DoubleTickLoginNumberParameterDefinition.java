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
import io.jenkins.plugins.doubletick.client.DoubleTickException;
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
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.verb.POST;

/** Defines {@code doubletickLoginNumber(name: 'LOGIN_NUMBER')}, a build parameter for the member to log out. */
public final class DoubleTickLoginNumberParameterDefinition extends SimpleParameterDefinition {

    @Serial
    private static final long serialVersionUID = 1L;

    @CheckForNull
    private Secret defaultValue;

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

    @Override
    public ParameterDefinition copyWithDefaultValue(ParameterValue value) {
        DoubleTickLoginNumberParameterDefinition copy = new DoubleTickLoginNumberParameterDefinition(getName());
        copy.setDescription(getDescription());
        copy.setDefaultValue(
                value instanceof DoubleTickLoginNumberParameterValue number ? number.getValue() : getDefaultValue());
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
        try {
            return value(LoginNumber.parse(text).value());
        } catch (DoubleTickException e) {
            throw new InvalidLoginNumberException(getName(), e);
        }
    }

    /**
     * Takes the number that a form sends. A masked one stands for the number that the form showed masked: the default,
     * or that of the build that is built again. Where both look the same, neither is guessed.
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
        return createValue(numbers.size() == 1 ? numbers.get(0) : text);
    }

    private DoubleTickLoginNumberParameterValue value(String number) {
        DoubleTickLoginNumberParameterValue value = new DoubleTickLoginNumberParameterValue(getName(), number);
        value.setDescription(getDescription());
        return value;
    }

    /** Compares clear defaults. Encrypted ones always differ, so that Declarative would change the job in each build. */
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
        @SuppressWarnings("lgtm[jenkins/no-permission-check]") // Looks only at what its user has typed.
        public FormValidation doCheckDefaultValue(StaplerRequest2 request) {
            String text = typed(request);
            return text == null || text.isBlank() ? FormValidation.ok() : LoginNumberFormValidation.check(text);
        }

        @POST
        @Restricted(DoNotUse.class)
        @SuppressWarnings("lgtm[jenkins/no-permission-check]") // Looks only at what its user has typed.
        public FormValidation doCheckValue(StaplerRequest2 request) {
            String text = typed(request);
            return text == null || LoginNumber.isMasked(text)
                    ? FormValidation.ok()
                    : LoginNumberFormValidation.check(text);
        }

        /**
         * Returns the checked text; null if it looks encrypted, as a saved number is. Jenkins would decrypt it for a
         * {@code @QueryParameter}, whoever it belongs to, and the answer would tell something about it, if only that
         * it can be decrypted.
         */
        @CheckForNull
        private static String typed(StaplerRequest2 request) {
            String text = Util.fixNull(request.getParameter("value"));
            return text.startsWith("{") ? null : text;
        }
    }
}
