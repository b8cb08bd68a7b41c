package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.Secret;
import java.io.IOException;
import java.io.Serial;
import java.util.concurrent.CompletableFuture;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/**
 * Waits for the logout without a thread or an executor, and sends it again after a restart of Jenkins: logging out
 * twice is harmless, and only DoubleTick knows whether the first request arrived.
 */
final class DoubleTickLogoutStepExecution extends StepExecution {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Encrypted, since this object is stored with the build and the number is personal data. */
    private final String loginNumber;

    @CheckForNull
    private final String credentialsId;

    private transient volatile MemberLogout logout;
    private volatile boolean stopped;

    DoubleTickLogoutStepExecution(StepContext context, String loginNumber, @CheckForNull String credentialsId) {
        super(context);
        this.loginNumber = Secret.fromString(loginNumber).getEncryptedValue();
        this.credentialsId = credentialsId;
    }

    @Override
    public boolean start() throws Exception {
        send(false);
        return false;
    }

    private void send(boolean again) throws IOException, InterruptedException {
        MemberLogout sent = MemberLogout.start(
                getContext().get(Run.class),
                getContext().get(TaskListener.class),
                Secret.fromString(loginNumber).getPlainText(),
                credentialsId,
                again);
        logout = sent;
        CompletableFuture<Void> done = sent.done();
        if (stopped) {
            done.cancel(true);
        }
        done.whenComplete((nothing, failure) -> {
            if (failure == null) {
                getContext().onSuccess(null);
            } else if (!done.isCancelled()) {
                getContext().onFailure(failure);
            }
        });
    }

    @Override
    public void stop(@NonNull Throwable cause) throws Exception {
        stopped = true;
        if (logout != null) {
            logout.done().cancel(true);
        }
        super.stop(cause);
    }

    /** Sends the logout again, unless the build was aborted before it resumed. */
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
        MemberLogout current = logout;
        return current == null ? null : current.status();
    }
}
