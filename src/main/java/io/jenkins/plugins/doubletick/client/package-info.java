/**
 * The client of the DoubleTick API; {@link io.jenkins.plugins.doubletick.client.DoubleTickClient} is its entry point. All other
 * packages may use it. It does not import Jenkins, so Maven Central alone can build and test it ({@code pom-client-only.xml}).
 *
 * <p>{@code docs/api.md} describes the service.
 */
package io.jenkins.plugins.doubletick.client;
