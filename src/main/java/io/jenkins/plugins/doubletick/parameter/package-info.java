/** The build parameter for a login number, and the team that it offers. Nothing outside this package uses it. */
package io.jenkins.plugins.doubletick.parameter;
