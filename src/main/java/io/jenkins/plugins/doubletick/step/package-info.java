/**
 * What people put into their jobs: the Pipeline steps, the freestyle step, and the record of each logout on the build's page.
 * Only Jenkins and users call this package; no other package of the plugin uses it.
 */
package io.jenkins.plugins.doubletick.step;
