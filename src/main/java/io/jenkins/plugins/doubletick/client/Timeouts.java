package io.jenkins.plugins.doubletick.client;

import java.time.Duration;

/**
 * How long each part of a request may take.
 *
 * @param thread until a thread of the client's pool is free
 * @param connect for making the connection
 * @param response from the start on that thread to the last byte of the response, including the connection
 */
record Timeouts(Duration thread, Duration connect, Duration response) {

    static final Timeouts DEFAULT = new Timeouts(Duration.ofMinutes(3), Duration.ofSeconds(10), Duration.ofSeconds(30));
}
