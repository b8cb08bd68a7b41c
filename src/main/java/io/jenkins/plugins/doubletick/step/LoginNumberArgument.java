package io.jenkins.plugins.doubletick.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;

/** Reads the login number that a step is given. */
final class LoginNumberArgument {

    private LoginNumberArgument() {}

    /** @throws AbortException if the text is no login number; the message shows no more than two digits of the text */
    @NonNull
    static LoginNumber parse(@CheckForNull String text) throws AbortException {
        try {
            return LoginNumber.parse(text);
        } catch (DoubleTickException e) {
            throw new AbortException(
                    text == null || text.isBlank()
                            ? Messages.LoginNumberArgument_blank(e.getMessage())
                            : Messages.LoginNumberArgument_invalid(masked(text), e.getMessage()));
        }
    }

    /** Reads a login number to log out. Records a text that is none, so that the build's page shows that a logout is missing. */
    @NonNull
    static LoginNumber parseForLogout(Run<?, ?> run, @CheckForNull String text, @CheckForNull String credentialsId)
            throws AbortException {
        try {
            return parse(text);
        } catch (AbortException e) {
            LogoutAction.record(run, null, Logout.invalid(masked(text), credentialsId));
            throw e;
        }
    }

    /** Returns what tells one wrong number from another, but not whose it might be: its last two digits. */
    private static String masked(@CheckForNull String text) {
        String digits = text == null ? "" : text.replaceAll("\\P{Nd}", "");
        int hidden = Math.min(digits.length() - 2, LoginNumber.MAX_DIGITS);
        return hidden < 1 ? "****" : "\u2022".repeat(hidden) + digits.substring(digits.length() - 2);
    }
}
