/**
 * The credential, the default credential, and what the packages {@code step}, {@code parameter} and {@code monitor} share: finding an
 * API key, the plugin's one client, explaining a failure, and parts of forms. Only these three packages may use this package.
 */
package io.jenkins.plugins.doubletick;
