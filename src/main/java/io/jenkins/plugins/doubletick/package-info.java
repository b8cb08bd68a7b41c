/**
 * What administrators set up: the credential, the default credential, and the plugin's one client; and what the packages
 * {@code step}, {@code parameter} and {@code monitor} share: finding an API key, explaining a failure, and parts of forms. These
 * three packages may use it; it uses none of them.
 */
package io.jenkins.plugins.doubletick;
