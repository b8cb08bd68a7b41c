package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Util;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.Stapler;
import org.kohsuke.stapler.StaplerRequest2;

/**
 * Keeps forms from telling anybody about a secret that they only know encrypted. Jenkins decrypts every encrypted text of a
 * request for a {@code @QueryParameter}, no matter whose it is ({@code hudson.util.Secret}), so an answer that depends on
 * one would tell about the clear text.
 */
@Restricted(NoExternalUse.class)
public final class FormInput {

    private FormInput() {}

    /**
     * Returns a parameter of the current request as it was sent, in whichever form it may be encrypted.
     *
     * @param value what Jenkins made of it; returned where there is no request
     */
    @NonNull
    public static String sent(String parameter, @CheckForNull String value) {
        StaplerRequest2 request = Stapler.getCurrentRequest2();
        return Util.fixNull(request == null ? value : request.getParameter(parameter));
    }

    /**
     * Tells whether a text that was sent looks like an encrypted secret, as a saved value does. Looks at its form only:
     * whether it can be decrypted would tell something, too.
     */
    public static boolean isEncrypted(String sent) {
        return sent.strip().startsWith("{");
    }
}
