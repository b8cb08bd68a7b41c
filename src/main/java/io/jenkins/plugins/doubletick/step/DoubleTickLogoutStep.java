package io.jenkins.plugins.doubletick.step;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Extension;
import java.io.Serial;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.kohsuke.stapler.DataBoundConstructor;

/** {@code doubletickLogout loginNumber: '+91…'}: logs a team member out of DoubleTick on every device. */
public final class DoubleTickLogoutStep extends MemberStep {

    /** @param loginNumber the number that the member logs in with, international; taken literally */
    @DataBoundConstructor
    public DoubleTickLogoutStep(String loginNumber) {
        super(loginNumber);
    }

    @Override
    MemberStepExecution execution(StepContext context) throws AbortException {
        return new Execution(context, this);
    }

    private static final class Execution extends MemberStepExecution {

        @Serial
        private static final long serialVersionUID = 1L;

        Execution(StepContext context, MemberStep step) throws AbortException {
            super(context, step);
        }

        @Override
        MemberLogout call(MemberArguments arguments) {
            return new MemberLogout(arguments);
        }
    }

    /** Describes the step to Pipeline and the Snippet Generator. */
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
