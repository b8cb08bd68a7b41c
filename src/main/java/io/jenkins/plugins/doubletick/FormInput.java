package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Util;
import hudson.util.FormValidation;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import java.util.regex.Pattern;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.Stapler;
import org.kohsuke.stapler.StaplerRequest2;

/**
 * Reads the parameters of live checks as they were sent, and checks login numbers. Jenkins decrypts each encrypted {@code
 * @QueryParameter} ({@code hudson.util.Secret}), so a check could otherwise reveal its clear text to a user who knows only the
 * ciphertext.
 */
@Restricted(NoExternalUse.class)
public final class FormInput {

    /** The form of {@code Secret.getEncryptedValue()}. JSON has other characters. */
    private static final Pattern ENCRYPTED = Pattern.compile("\\s*\\{[A-Za-z0-9+/]+={0,2}}\\s*");

    private FormInput() {}

    /**
     * Returns a parameter of the current request as it was sent, encrypted or not.
     *
     * @param value the value from Jenkins; returned if there is no request
     */
    @NonNull
    public static String sent(String parameter, @CheckForNull String value) {
        StaplerRequest2 request = Stapler.getCurrentRequest2();
        return Util.fixNull(request == null ? value : request.getParameter(parameter));
    }

    /**
     * Returns whether a text looks like an encrypted secret, as the form sends a saved one. Does not decrypt the text, because
     * the result would reveal whether Jenkins can.
     */
    public static boolean isEncrypted(String sent) {
        return ENCRYPTED.matcher(sent).matches();
    }

    /** Checks the login number in the request's parameter {@code value}, unless it is encrypted. */
    public static FormValidation checkNumber(@CheckForNull String value) {
        String sent = sent("value", value);
        return isEncrypted(sent) ? FormValidation.ok() : checkClearNumber(sent);
    }

    /** Checks a login number that the form does not send encrypted. */
    public static FormValidation checkClearNumber(String text) {
        try {
            String warning = LoginNumber.parse(text).warning();
            return warning == null ? FormValidation.ok() : FormValidation.warning(warning);
        } catch (DoubleTickException e) {
            return FormValidation.error(e.getMessage());
        }
    }
}
