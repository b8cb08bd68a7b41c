package io.jenkins.plugins.doubletick.parameter;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.EnvVars;
import hudson.model.AbstractBuild;
import hudson.model.ParameterValue;
import hudson.model.Run;
import hudson.util.Secret;
import hudson.util.VariableResolver;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import java.io.Serial;
import java.util.Objects;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.export.Exported;

/**
 * The login number that a build was started with. Steps get it in clear; it is stored encrypted and shown masked.
 * Pipeline's {@code build} step finds this class by its name, which must match its definition's.
 */
public final class DoubleTickLoginNumberParameterValue extends ParameterValue {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Encrypted where it is stored: a login number is personal data. */
    private final Secret value;

    /**
     * @param value as people write it; kept without spaces and the like. A wrong one is kept as it is, and refused by
     *     {@link LoginNumberQueueDecisionHandler} when a build with it is asked for.
     */
    @DataBoundConstructor
    public DoubleTickLoginNumberParameterValue(String name, String value) {
        super(name);
        this.value = Secret.fromString(normalised(value));
    }

    private static String normalised(String text) {
        try {
            return LoginNumber.parse(text).value();
        } catch (DoubleTickException e) {
            return text;
        }
    }

    /** The number itself, which {@code params} hands to a Pipeline. */
    @NonNull
    @Override
    public String getValue() {
        return value.getPlainText();
    }

    /** The number as it may be shown, and as the REST API gives it. */
    @NonNull
    @Exported(name = "value")
    public String getMasked() {
        try {
            return LoginNumber.parse(getValue()).masked();
        } catch (DoubleTickException e) {
            return "****";
        }
    }

    @Override
    public boolean isSensitive() {
        return true;
    }

    @Override
    public void buildEnvironment(Run<?, ?> build, EnvVars env) {
        env.put(name, getValue());
    }

    @Override
    public VariableResolver<String> createVariableResolver(AbstractBuild<?, ?> build) {
        return variable -> variable.equals(name) ? getValue() : null;
    }

    /** What the queue shows to everybody who sees the job. */
    @Override
    public String getShortDescription() {
        return name + "=****";
    }

    @Override
    public String toString() {
        return getShortDescription();
    }

    /** Two members' logouts are two builds: the queue drops a build whose parameters are equal to a waiting one's. */
    @Override
    public boolean equals(Object other) {
        return other instanceof DoubleTickLoginNumberParameterValue that
                && name.equals(that.name)
                && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, value);
    }
}
