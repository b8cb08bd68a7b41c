package io.jenkins.plugins.doubletick;

import java.util.Arrays;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.Stapler;
import org.kohsuke.stapler.StaplerRequest2;

/** Keeps forms from showing somebody the clear text of a secret that was sent to them encrypted. */
@Restricted(NoExternalUse.class)
public final class EchoGuard {

    private EchoGuard() {}

    /**
     * Whether the current request may be answered with a value that it brought. Jenkins decrypts every encrypted secret
     * among a request's strings, no matter whose it is, so a value that is not in the request as it was sent would tell
     * its clear text to anybody who has seen it encrypted.
     */
    public static boolean mayEcho(String value) {
        StaplerRequest2 request = Stapler.getCurrentRequest2();
        return request == null
                || request.getParameterMap().values().stream()
                        .flatMap(Arrays::stream)
                        .anyMatch(value::equals);
    }
}
