package io.jenkins.plugins.doubletick.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;

/** Reads the login number in the arguments of a step. */
final class LoginNumberArgument {

    private LoginNumberArgument() {}

    /**
     * Reads the number. Records a wrong text with the build, so that its page shows that a logout is missing.
     *
     * @param run null if nothing is to be recorded
     * @throws AbortException if the text is no login number; the message shows at most two digits of the text
     */
    @NonNull
    static LoginNumber parse(@CheckForNull Run<?, ?> run, @CheckForNull String text, @CheckForNull String credentialsId)
            throws AbortException {
        try {
            return LoginNumber.parse(text);
        } catch (DoubleTickException e) {
            String masked = masked(text);
            if (run != null) {
                LogoutAction.record(run, null, Logout.invalid(masked, credentialsId));
            }
            throw new AbortException(
                    text == null || text.isBlank()
                            ? Messages.LoginNumberArgument_blank(e.getMessage())
                            : Messages.LoginNumberArgument_invalid(masked, e.getMessage()));
        }
    }

    /** Returns the last two digits of a wrong number: enough to find it among others, but not to recognise a person. */
    private static String masked(@CheckForNull String text) {
        String digits = text == null ? "" : text.replaceAll("\\P{Nd}", "");
        int hidden = Math.min(digits.length() - 2, LoginNumber.MAX_DIGITS);
        return hidden < 1 ? "****" : "\u2022".repeat(hidden) + digits.substring(digits.length() - 2);
    }
}
