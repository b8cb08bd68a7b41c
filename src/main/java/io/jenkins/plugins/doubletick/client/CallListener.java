package io.jenkins.plugins.doubletick.client;

import java.time.Duration;

/** Hears why a logout takes longer than one request. Called on a thread of the client: return soon. */
public interface CallListener {

    /**
     * A try failed and another one follows.
     *
     * @param failure why it failed
     * @param tries how many requests were sent so far
     * @param wait how long until the next one
     */
    void retrying(DoubleTickException failure, int tries, Duration wait);

    /**
     * DoubleTick told another logout with the same API key to wait, so this one is not sent before.
     *
     * @param wait how long at least
     */
    void heldBack(Duration wait);
}
