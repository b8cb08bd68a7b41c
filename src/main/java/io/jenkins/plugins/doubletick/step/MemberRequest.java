package io.jenkins.plugins.doubletick.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.doubletick.ApiKeyFinder;
import io.jenkins.plugins.doubletick.DoubleTickConfiguration;
import io.jenkins.plugins.doubletick.Lane;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;
import org.apache.commons.lang3.StringUtils;

/**
 * One request about a team member, for the Pipeline steps and the freestyle step: finds the API key, sends the request, writes the
 * log, and ends. No thread waits for the request, and it always ends, even if other code fails or hangs.
 *
 * @param <A> DoubleTick's answer
 */
abstract class MemberRequest<A> {

    /** How long the end of a step waits for its lines in the log, in seconds. */
    static final int LOG_SECONDS = 5;

    /** The longest ID of a credential in characters. */
    private static final int MAX_ID = 255;

    private static final Logger LOGGER = Logger.getLogger(MemberRequest.class.getName());

    final Run<?, ?> run;
    final LoginNumber number;
    /** The ID in the step, and then that of the credential that was found; null if there is no default credential. */
    @CheckForNull
    volatile String credentialsId;

    private final TaskListener listener;
    private final Lane lane;
    /** Completes with the answer, a failure or an abort, whichever is first. */
    private final CompletableFuture<A> answer = new CompletableFuture<>();
    /** Completes when the step ends. */
    private final CompletableFuture<Object> result = new CompletableFuture<>();

    private volatile boolean sent;

    /** What the step waits for, in English, as {@code StepExecution.getStatus} asks. */
    volatile String status = "looking up the API key";

    MemberRequest(Run<?, ?> run, TaskListener listener, LoginNumber number, @CheckForNull String credentialsId) {
        this.run = run;
        this.listener = listener;
        this.number = number;
        // Anybody who starts the build can choose an ID from a parameter, which must not flood the log or imitate its
        // lines.
        this.credentialsId = credentialsId == null
                ? DoubleTickConfiguration.get().getCredentialsId()
                : StringUtils.abbreviate(credentialsId.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?"), MAX_ID);
        lane = Lane.of(run);
    }

    abstract String firstLine();

    abstract CompletableFuture<A> send(ApiKeyFinder.Found found) throws AbortException;

    /**
     * Returns the step's result and writes the last line of the log.
     *
     * @throws AbortException if the step must fail despite the answer
     */
    @CheckForNull
    abstract Object succeed(A answer) throws AbortException;

    /** Returns the sentences with which the step fails. */
    abstract String fail(Throwable cause);

    /**
     * Records that the build was aborted.
     *
     * @param sent whether DoubleTick may have received the request
     */
    abstract void abort(boolean sent);

    /**
     * Starts the request and returns at once.
     *
     * @param again whether Jenkins was restarted since the first time
     * @return completes with the step's result, otherwise exceptionally with an {@link AbortException}, on a thread that may block
     */
    @NonNull
    final CompletableFuture<Object> start(boolean again) {
        sent = again; // DoubleTick may have received the request from before the restart.
        answer.whenComplete((value, failure) -> {
            if (answer.isCancelled()) {
                end(value, failure); // Does not block, and records the abort before the build ends.
            } else {
                // The answer can arrive on Jenkins's timer, which must not block.
                Lane.runBeside(() -> end(value, failure));
            }
        });
        if (credentialsId == null) {
            answer.completeExceptionally(new AbortException(Messages.MemberRequest_noCredential()));
            return result;
        }
        if (again) {
            log(Messages::MemberRequest_again);
        }
        String firstLine = firstLine();
        log(() -> firstLine);
        CompletableFuture<ApiKeyFinder.Found> key = ApiKeyFinder.find(run, credentialsId);
        answer.whenComplete((value, failure) -> key.cancel(false));
        key.thenCompose(this::sendUnlessEnded).whenComplete((value, failure) -> {
            if (failure == null) {
                answer.complete(value);
            } else {
                answer.completeExceptionally(Lane.cause(failure));
            }
        });
        return result;
    }

    private CompletableFuture<A> sendUnlessEnded(ApiKeyFinder.Found found) {
        credentialsId = found.credential().getId(); // The step can name a parameter.
        sent = true; // Set first: an abort in between must not claim that nothing was sent.
        if (answer.isDone()) {
            throw new CancellationException();
        }
        try {
            CompletableFuture<A> request = send(found);
            answer.whenComplete((value, failure) -> request.cancel(true));
            return request;
        } catch (AbortException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Ends the request, or the wait for it, at once. Does nothing if it has ended. */
    final void cancel() {
        answer.cancel(true);
    }

    private void end(@CheckForNull A value, @CheckForNull Throwable failure) {
        try {
            if (answer.isCancelled()) {
                abort(sent);
                finish(null, new AbortException(Messages.MemberRequest_aborted()));
            } else if (failure == null) {
                finish(succeed(value), null);
            } else if (!isShuttingDown()) {
                finish(null, new AbortException(fail(failure)));
            }
        } catch (Throwable e) { // The step must end anyway.
            finish(null, e);
        }
    }

    /** Returns whether Jenkins is shutting down. A Pipeline sends its request again after the restart. */
    private static boolean isShuttingDown() {
        Jenkins jenkins = Jenkins.getInstanceOrNull();
        return jenkins == null || jenkins.isTerminating();
    }

    /** Ends the step when its log is written, or a few seconds later if another plugin blocks the log. */
    private void finish(@CheckForNull Object value, @CheckForNull Throwable failure) {
        CompletableFuture<?> written = lane.call(() -> null);
        written.whenComplete((line, broken) -> Lane.runBeside(() -> complete(value, failure)));
        written.completeOnTimeout(null, LOG_SECONDS, TimeUnit.SECONDS);
    }

    private void complete(@CheckForNull Object value, @CheckForNull Throwable failure) {
        if (failure == null) {
            result.complete(value);
        } else {
            result.completeExceptionally(failure);
        }
    }

    final void log(Supplier<String> line) {
        lane.call(() -> {
                    listener.getLogger().println(line.get());
                    return null;
                })
                .whenComplete((written, failure) -> {
                    if (failure != null) {
                        LOGGER.log(Level.WARNING, failure, () -> run + ": cannot write to the log");
                    }
                });
    }
}
