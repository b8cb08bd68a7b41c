/**
 * What Jenkins sees: the credential, the global default, the Pipeline step, the freestyle step, the build page.
 * {@link io.jenkins.plugins.doubletick.MemberLogout} is what both steps share, and the only way from here to
 * {@code io.jenkins.plugins.doubletick.client}.
 */
package io.jenkins.plugins.doubletick;

import io.jenkins.plugins.doubletick.step.MemberLogout;
