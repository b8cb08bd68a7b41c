package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.util.FormValidation;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;

/** The live check of a login number in every form of this plugin. */
final class LoginNumberForm {

    private LoginNumberForm() {}

    static FormValidation check(@CheckForNull String value) {
        try {
            // DoubleTick takes numbers with and without the +; without it, the country code is easily forgotten.
            return LoginNumber.parse(value).value().startsWith("+")
                    ? FormValidation.ok()
                    : FormValidation.ok(Messages.LoginNumberForm_withoutPlus());
        } catch (DoubleTickException e) {
            return FormValidation.error(e.getMessage());
        }
    }
}
