/**
 * The warning about refused API keys on <em>Manage Jenkins</em>, and the daily check of the default key. Only Jenkins calls
 * this package; no other package of the plugin uses it.
 */
package io.jenkins.plugins.doubletick.monitor;
