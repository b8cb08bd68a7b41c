package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.util.FormValidation;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** The live check of a login number in every form of this plugin. */
@Restricted(NoExternalUse.class)
public final class LoginNumberFormValidation {

    private LoginNumberFormValidation() {}

    /** @param value the request's parameter "value", which is not checked if it is encrypted */
    public static FormValidation check(@CheckForNull String value) {
        String sent = FormInput.sent("value", value);
        return FormInput.isEncrypted(sent) ? FormValidation.ok() : of(sent);
    }

    /** Checks a text that the form does not send encrypted. */
    public static FormValidation of(String text) {
        try {
            String warning = LoginNumber.parse(text).warning();
            return warning == null ? FormValidation.ok() : FormValidation.warning(warning);
        } catch (DoubleTickException e) {
            return FormValidation.error(e.getMessage());
        }
    }
}
