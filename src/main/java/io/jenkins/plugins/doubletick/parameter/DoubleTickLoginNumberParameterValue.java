package io.jenkins.plugins.doubletick.parameter;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import edu.umd.cs.findbugs.annotations.SuppressFBWarnings;
import hudson.EnvVars;
import hudson.Util;
import hudson.model.AbstractBuild;
import hudson.model.ParameterValue;
import hudson.model.Run;
import hudson.util.Secret;
import hudson.util.VariableResolver;
import io.jenkins.plugins.doubletick.NamedMember;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import java.io.Serial;
import java.util.Objects;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.export.Exported;

/**
 * Holds the login number that a build was started with: encrypted where it is stored, masked where it is shown, in clear
 * for the build's steps. Pipeline's {@code build} step finds this class by its name, which must match the definition's.
 */
public final class DoubleTickLoginNumberParameterValue extends ParameterValue implements NamedMember {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Is null if what was given is no number. */
    @CheckForNull
    private final Secret value;

    /** Keeps what is no number as it was given, for this request only: encrypting a secret's ciphertext would decrypt it. */
    @CheckForNull
    @SuppressFBWarnings(value = "SE_TRANSIENT_FIELD_NOT_RESTORED", justification = "No build is started with it.")
    private final transient String text;

    /** Comes before the name, because encrypting a text that is a secret's ciphertext would decrypt it: none begins so. */
    private static final String NAME = "name: ";

    /** Is personal data as the number is, and so encrypted, too. */
    @CheckForNull
    private final Secret member;

    /**
     * Keeps a wrong number as it is, until {@link LoginNumberQueueDecisionHandler} can say what is wrong with it.
     *
     * @param value as people write it
     */
    @DataBoundConstructor
    public DoubleTickLoginNumberParameterValue(String name, String value) {
        this(name, value, null);
    }

    /**
     * Names the member. Only the plugin may: a Pipeline could put any name before the eyes of whoever approves.
     *
     * @param member null if it is not known
     */
    DoubleTickLoginNumberParameterValue(String name, String value, @CheckForNull String member) {
        super(name);
        LoginNumber number = LoginNumber.parseOrNull(value);
        this.value = number == null ? null : Secret.fromString(number.value());
        this.text = number == null ? value : null;
        this.member = member == null ? null : Secret.fromString(NAME + member);
    }

    /** Returns the clear number, which {@code params} hands to a Pipeline. */
    @NonNull
    @Override
    public String getValue() {
        return value == null ? Util.fixNull(text) : value.getPlainText();
    }

    @Override
    public LoginNumber loginNumber() {
        return LoginNumber.parseOrNull(getValue());
    }

    @Override
    public String memberName() {
        String text = member == null ? "" : member.getPlainText();
        return text.startsWith(NAME) ? text.substring(NAME.length()) : null;
    }

    /** Returns the member's name as pages and the REST API show it; null if it is not known. */
    @CheckForNull
    @Exported(skipNull = true)
    public String getMember() {
        return memberName();
    }

    /** Returns the number as pages and the REST API show it. */
    @NonNull
    @Exported(name = "value")
    public String getMasked() {
        LoginNumber number = loginNumber();
        return number == null ? "****" : number.masked();
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

    /** Returns what the queue shows to everybody who sees the job. */
    @Override
    public String getShortDescription() {
        return name + "=****";
    }

    @Override
    public String toString() {
        return getShortDescription();
    }

    /** Keeps two members' builds apart in the queue, which drops a build with the parameters of a waiting one. */
    @Override
    public boolean equals(Object other) {
        return other instanceof DoubleTickLoginNumberParameterValue that
                && Objects.equals(name, that.name)
                && getValue().equals(that.getValue());
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, getValue());
    }
}
