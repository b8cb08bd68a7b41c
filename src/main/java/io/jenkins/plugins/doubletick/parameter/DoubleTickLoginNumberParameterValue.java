package io.jenkins.plugins.doubletick.parameter;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import edu.umd.cs.findbugs.annotations.SuppressFBWarnings;
import hudson.EnvVars;
import hudson.Util;
import hudson.model.AbstractBuild;
import hudson.model.ParameterDefinition;
import hudson.model.ParameterValue;
import hudson.model.Run;
import hudson.util.Secret;
import hudson.util.VariableResolver;
import io.jenkins.plugins.doubletick.NamedMember;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import java.io.Serial;
import java.util.Objects;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.export.Exported;

/**
 * The login number that a build is started with: encrypted in files, masked on pages, in clear text for the build's steps.
 * Pipeline's {@code build} step finds this class by its name, which must match the definition's.
 */
public final class DoubleTickLoginNumberParameterValue extends ParameterValue implements NamedMember {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Keeps {@link Secret#fromString} from decrypting the text, because no ciphertext begins with this prefix. */
    private static final String PREFIX = "text: ";

    private final Secret value;

    /** The member's name, personal data like the number. */
    @CheckForNull
    private final Secret member;

    /** Whether the name was chosen for the next build, not for an earlier one. */
    @SuppressFBWarnings(value = "SE_TRANSIENT_FIELD_NOT_RESTORED", justification = "Stored values are not chosen.")
    private final transient boolean isChosen;

    /** Keeps a wrong number unchanged: the step that uses it fails and says what is wrong. Null means blank. */
    @DataBoundConstructor
    public DoubleTickLoginNumberParameterValue(String name, @CheckForNull String value) {
        this(name, value, null, false);
    }

    private DoubleTickLoginNumberParameterValue(
            String name, @CheckForNull String value, @CheckForNull String member, boolean isChosen) {
        super(name);
        LoginNumber number = LoginNumber.parseOrNull(value);
        this.value = encrypted(number == null ? Util.fixNull(value) : number.value());
        this.member = member == null ? null : encrypted(member);
        this.isChosen = isChosen;
    }

    /** Encrypts a text that may look like a ciphertext. */
    static Secret encrypted(String text) {
        return Secret.fromString(PREFIX + text);
    }

    /** Returns the text that was {@link #encrypted}, or a clear login number; null for any other secret in a job's XML. */
    @CheckForNull
    static String decrypted(@CheckForNull Secret secret) {
        String text = secret == null ? "" : secret.getPlainText();
        boolean isOwn = text.startsWith(PREFIX) || LoginNumber.parseOrNull(text) != null;
        return isOwn ? text.replaceFirst("^" + PREFIX, "") : null;
    }

    /** Returns the value for a chosen member. Pipelines cannot call this method, because they could use any name. */
    static DoubleTickLoginNumberParameterValue chosen(String name, TeamSuggestions.Choice choice) {
        String number = choice.members().get(0).member().loginNumber().value();
        return new DoubleTickLoginNumberParameterValue(name, number, Util.fixEmpty(choice.all(MemberText::name)), true);
    }

    /** Converts a value of any type for the next build: adds the description and removes the name from an earlier build. */
    static DoubleTickLoginNumberParameterValue forNextBuild(ParameterValue given, ParameterDefinition parameter) {
        if (given.getDescription() == null) {
            given.setDescription(parameter.getDescription());
        }
        DoubleTickLoginNumberParameterValue own = given instanceof DoubleTickLoginNumberParameterValue it ? it : null;
        if (own != null && own.member == null) {
            return own;
        }
        // Copies the value, because an earlier build may share it.
        DoubleTickLoginNumberParameterValue copy = new DoubleTickLoginNumberParameterValue(
                given.getName(),
                Objects.toString(given.getValue(), null),
                own != null && own.isChosen ? own.memberName() : null,
                false);
        copy.setDescription(given.getDescription());
        return copy;
    }

    /** Returns the clear number, or the wrong text instead of one. {@code params} passes it to a Pipeline. */
    @NonNull
    @Override
    public String getValue() {
        return Util.fixNull(decrypted(value));
    }

    @Override
    public LoginNumber loginNumber() {
        return LoginNumber.parseOrNull(getValue());
    }

    /** @throws InvalidLoginNumberException if the number is wrong or blank */
    DoubleTickLoginNumberParameterValue check() {
        try {
            LoginNumber.parse(getValue());
            return this;
        } catch (DoubleTickException e) {
            throw new InvalidLoginNumberException(name, e.getMessage());
        }
    }

    @Override
    @Exported(name = "member", skipNull = true)
    public String memberName() {
        return decrypted(member);
    }

    /** Returns the number as pages and the REST API show it: {@code ****} if it is wrong, empty if there is none. */
    @Exported(name = "value")
    public String getMasked() {
        LoginNumber number = loginNumber();
        if (number != null) {
            return number.masked();
        }
        return getValue().isBlank() ? "" : "****";
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

    /** The queue shows this text to all users who see the job. */
    @Override
    public String toString() {
        return name + "=****";
    }

    /** The queue drops a build if its parameters equal those of a waiting build, so two numbers must differ. */
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
