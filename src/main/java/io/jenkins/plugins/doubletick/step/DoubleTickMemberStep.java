package io.jenkins.plugins.doubletick.step;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import org.kohsuke.stapler.DataBoundConstructor;

/** {@code doubletickMember loginNumber: '+91…'}: looks up a team member by the login number. */
public final class DoubleTickMemberStep extends MemberStep {

    /** @param loginNumber the number that the member logs in with, with its country code; taken literally */
    @DataBoundConstructor
    public DoubleTickMemberStep(String loginNumber) {
        super(loginNumber);
    }

    @Override
    boolean logsOut() {
        return false;
    }

    @Extension
    public static final class DescriptorImpl extends MemberStepDescriptor {

        @Override
        public String getFunctionName() {
            return "doubletickMember";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.DoubleTickMemberStep_displayName();
        }
    }
}
