package io.jenkins.plugins.doubletick.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.Secret;
import java.io.IOException;
import java.io.Serial;
import java.util.concurrent.CompletableFuture;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/**
 * Waits for DoubleTick without a thread or an executor, and asks again after a restart of Jenkins: looking a member up or
 * logging one out twice is harmless, and only DoubleTick knows whether the first request arrived.
 */
abstract class MemberStepExecution extends StepExecution {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Encrypted, since this object is stored with the build and the number is personal data. */
    private final String loginNumber;

    @CheckForNull
    private final String credentialsId;

    private transient volatile MemberCall<?, ?> call;
    private transient volatile CompletableFuture<?> ending;
    private volatile boolean stopped;

    /** @throws AbortException if the step's text is no login number, before encrypting it could decrypt somebody's secret */
    MemberStepExecution(StepContext context, MemberStep step) throws AbortException {
        super(context);
        String number = MemberArguments.parse(step.getLoginNumber()).value();
        this.loginNumber = Secret.fromString(number).getEncryptedValue();
        this.credentialsId = step.getCredentialsId();
    }

    abstract MemberCall<?, ?> call(MemberArguments arguments);

    @Override
    public boolean start() throws Exception {
        send(false);
        return false;
    }

    private void send(boolean again) throws IOException, InterruptedException {
        MemberCall<?, ?> started = call(MemberArguments.of(
                getContext().get(Run.class),
                getContext().get(TaskListener.class),
                Secret.fromString(loginNumber).getPlainText(),
                credentialsId));
        CompletableFuture<?> done = started.start(again);
        call = started;
        ending = done;
        if (stopped) {
            done.cancel(true);
        }
        done.whenComplete((result, failure) -> {
            if (failure == null) {
                getContext().onSuccess(result);
            } else if (!done.isCancelled()) {
                getContext().onFailure(failure);
            }
        });
    }

    @Override
    public void stop(@NonNull Throwable cause) throws Exception {
        stopped = true;
        if (ending != null) {
            ending.cancel(true);
        }
        super.stop(cause);
    }

    /** Asks again, unless the build was aborted before it resumed. */
    @Override
    public void onResume() {
        if (stopped) {
            return;
        }
        try {
            send(true);
        } catch (Throwable e) { // Nobody else would end the step.
            getContext().onFailure(e);
        }
    }

    @Override
    public String getStatus() {
        MemberCall<?, ?> current = call;
        return current == null ? null : current.status();
    }
}
