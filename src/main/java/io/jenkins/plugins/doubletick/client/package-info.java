/**
 * Talks to the DoubleTick API. Nothing here knows of Jenkins, so this package compiles and is tested with Maven
 * Central alone ({@code pom-client-only.xml}); {@link io.jenkins.plugins.doubletick.client.DoubleTickClient} is the
 * way in.
 *
 * <p>Facts about the service, with their sources, are in {@code docs/api.md}.
 */
package io.jenkins.plugins.doubletick.client;
