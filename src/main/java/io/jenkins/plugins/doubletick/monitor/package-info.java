/**
 * The warning about refused API keys on the page Manage Jenkins, and the daily check of the default key. Only Jenkins calls
 * this package; no other package of the plugin uses it.
 */
package io.jenkins.plugins.doubletick.monitor;
