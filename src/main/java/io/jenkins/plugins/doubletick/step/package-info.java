/**
 * The Pipeline steps, the freestyle step, and the record of the logouts on the build's page. Only Jenkins and users may use this
 * package, and no other package of the plugin.
 */
package io.jenkins.plugins.doubletick.step;
