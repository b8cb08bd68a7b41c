package io.jenkins.plugins.doubletick.step;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import org.kohsuke.stapler.DataBoundConstructor;

/** {@code doubletickLogout loginNumber: '+91…'}: logs a team member out of DoubleTick on every device. */
public final class DoubleTickLogoutStep extends MemberStep {

    /** @param loginNumber the number that the member logs in with, with its country code; taken literally */
    @DataBoundConstructor
    public DoubleTickLogoutStep(String loginNumber) {
        super(loginNumber);
    }

    @Override
    boolean logsOut() {
        return true;
    }

    @Extension
    public static final class DescriptorImpl extends MemberStepDescriptor {

        @Override
        public String getFunctionName() {
            return "doubletickLogout";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.DoubleTickLogoutStep_displayName();
        }
    }
}
