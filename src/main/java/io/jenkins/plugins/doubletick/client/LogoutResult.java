package io.jenkins.plugins.doubletick.client;

import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * A logout that DoubleTick confirmed.
 *
 * @param status the HTTP status of the response, 201 as documented
 * @param tries how many requests it took
 */
@Restricted(NoExternalUse.class)
public record LogoutResult(int status, int tries) {}
