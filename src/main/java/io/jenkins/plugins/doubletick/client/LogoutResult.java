package io.jenkins.plugins.doubletick.client;

/**
 * A logout that DoubleTick confirmed.
 *
 * @param status the HTTP status of the answer, 201 as documented
 * @param tries how many requests it took
 */
public record LogoutResult(int status, int tries) {}
