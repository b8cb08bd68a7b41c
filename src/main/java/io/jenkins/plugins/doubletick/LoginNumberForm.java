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
            LoginNumber number = LoginNumber.parse(value);
            return number.value().startsWith("+") || value == null
                    ? FormValidation.ok()
                    : FormValidation.ok(Messages.LoginNumberForm_sentAs(number.value()));
        } catch (DoubleTickException e) {
            return FormValidation.error(e.getMessage());
        }
    }
}
