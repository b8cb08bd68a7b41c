package io.jenkins.plugins.doubletick.client;

import java.time.Duration;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Hears why a call takes longer than one request. Called on a thread of the client: return soon. */
@Restricted(NoExternalUse.class)
public interface CallListener {

    /** Hears nothing. */
    CallListener NONE = new CallListener() {
        @Override
        public void retrying(DoubleTickException failure, int tries, Duration wait) {}

        @Override
        public void heldBack(Duration wait) {}
    };

    /**
     * A request failed and another one follows.
     *
     * @param failure why it failed
     * @param tries how many requests were sent so far
     * @param wait how long until the next one, at least
     */
    void retrying(DoubleTickException failure, int tries, Duration wait);

    /**
     * DoubleTick told another call with the same API key to wait, so this one is not sent before.
     *
     * @param wait how long at least
     */
    void heldBack(Duration wait);
}
