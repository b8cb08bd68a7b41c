package io.jenkins.plugins.doubletick.client;

import java.time.Duration;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * Receives the reasons why a call takes longer than one request. Called on threads of the client, on the timer and on threads that
 * start or cancel calls, so implementations must only hand over to another thread.
 */
@Restricted(NoExternalUse.class)
public interface CallListener {

    CallListener NONE = new CallListener() {};

    /**
     * A request failed, and the call sends another one.
     *
     * @param failure why it failed
     * @param tries how many requests the call has sent
     * @param wait the least time until the next one
     */
    default void retrying(DoubleTickException failure, int tries, Duration wait) {}

    /**
     * DoubleTick answered another call with the same API key with 429, so this call must wait, too. Called once.
     *
     * @param wait the least time until the call's request is sent
     */
    default void rateLimited(Duration wait) {}
}
