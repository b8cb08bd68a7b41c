package io.jenkins.plugins.doubletick;

import hudson.util.Secret;
import org.kohsuke.stapler.Stapler;
import org.kohsuke.stapler.StaplerRequest2;

/** Keeps forms from telling anybody about a secret that they only know encrypted. */
final class FormInput {

    private FormInput() {}

    /**
     * Tells whether the parameter of the current request is an encrypted secret. Jenkins hands it to a web method in
     * clear, no matter whose it is, so an answer that depends on it would tell about the clear text.
     */
    static boolean isEncrypted(String parameter) {
        StaplerRequest2 request = Stapler.getCurrentRequest2();
        return request != null && Secret.decrypt(request.getParameter(parameter)) != null;
    }
}
