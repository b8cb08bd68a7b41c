package io.jenkins.plugins.doubletick.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import edu.umd.cs.findbugs.annotations.SuppressFBWarnings;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import java.io.IOException;
import java.io.Serial;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/**
 * Waits for DoubleTick without a thread or an executor. After a restart of Jenkins, sends the request again: this is harmless, and
 * only DoubleTick knows whether the first request arrived.
 */
final class MemberStepExecution extends StepExecution {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Encrypted, because this object is stored with the build and the number is personal data. */
    private final String loginNumber;

    @SuppressFBWarnings(value = "SE_TRANSIENT_FIELD_NOT_RESTORED", justification = "onResume restores it.")
    private transient LoginNumber number;

    @CheckForNull
    private final String credentialsId;

    private final boolean logsOut;

    private transient volatile MemberRequest<?> request;

    /** The cause of a stop; null if nobody has stopped the step. Stored, because Pipeline may be saved before the step ends. */
    @CheckForNull
    volatile Throwable stopCause;

    /** @param logsOut whether the step logs the member out; otherwise it looks the member up */
    MemberStepExecution(StepContext context, boolean logsOut, LoginNumber number, @CheckForNull String credentialsId) {
        super(context);
        this.logsOut = logsOut;
        this.number = number;
        this.loginNumber = Secret.fromString(number.value()).getEncryptedValue();
        this.credentialsId = credentialsId;
    }

    @Override
    public boolean start() throws Exception {
        send(false);
        return false;
    }

    private void send(boolean again) throws IOException, InterruptedException {
        Run<?, ?> run = getContext().get(Run.class);
        TaskListener listener = getContext().get(TaskListener.class);
        MemberRequest<?> started = logsOut
                ? new LogoutRequest(run, listener, number, credentialsId)
                : new LookupRequest(run, listener, number, credentialsId);
        request = started;
        started.start(again).whenComplete((result, failure) -> {
            if (failure == null) {
                getContext().onSuccess(result);
            } else if (stopCause == null) {
                getContext().onFailure(failure);
            }
        });
        if (stopCause != null) {
            started.cancel();
        }
    }

    @Override
    public void stop(@NonNull Throwable cause) throws Exception {
        stopCause = cause;
        MemberRequest<?> current = request;
        if (current != null) {
            current.cancel();
        }
        super.stop(cause);
    }

    /** Sends the request again, unless the build was aborted before it resumed. */
    @Override
    public void onResume() {
        Throwable cause = stopCause;
        if (cause != null) {
            getContext().onFailure(cause);
            return;
        }
        try {
            number = LoginNumber.parse(Secret.fromString(loginNumber).getPlainText());
            send(true);
        } catch (Throwable e) { // Pipeline would not end the step.
            getContext().onFailure(e);
        }
    }

    @Override
    public String getStatus() {
        MemberRequest<?> current = request;
        return current == null ? null : current.status;
    }
}
