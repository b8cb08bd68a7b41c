package io.jenkins.plugins.doubletick;

import hudson.Util;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.Stapler;
import org.kohsuke.stapler.StaplerRequest2;

/** Keeps forms from telling anybody about a secret that they only know encrypted. */
@Restricted(NoExternalUse.class)
public final class FormInput {

    private FormInput() {}

    /**
     * Tells whether the parameter of the current request looks like an encrypted secret. Jenkins decrypts one for a web
     * method, no matter whose it is, so an answer that depends on it would tell about the clear text. That is why this
     * looks at its form only: whether it can be decrypted would tell something, too.
     */
    public static boolean isEncrypted(String parameter) {
        StaplerRequest2 request = Stapler.getCurrentRequest2();
        return request != null
                && Util.fixNull(request.getParameter(parameter)).strip().startsWith("{");
    }
}
