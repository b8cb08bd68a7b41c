/**
 * The build parameter for a login number: its definition, its value, and the queue decision handler that keeps builds
 * with a wrong number out of the queue.
 */
package io.jenkins.plugins.doubletick.parameter;
