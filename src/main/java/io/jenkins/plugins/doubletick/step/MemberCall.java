package io.jenkins.plugins.doubletick.step;

import io.jenkins.plugins.doubletick.ApiKeyLookup;
import io.jenkins.plugins.doubletick.ApiKeyProvider;
import io.jenkins.plugins.doubletick.BlockingCalls;
import io.jenkins.plugins.doubletick.BuildLog;
import io.jenkins.plugins.doubletick.DoubleTickClientProvider;
import io.jenkins.plugins.doubletick.monitor.ApiKeyWatch;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import io.jenkins.plugins.doubletick.client.ApiKey;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;

/**
 * What a step asks DoubleTick about one member, from the step's arguments to its lines in the log. No thread waits for
 * it, and it ends whatever fails or hangs around it.
 *
 * @param <A> the client's answer
 * @param <R> the step's result
 */
abstract class MemberCall<A, R> {

    private static final Logger LOGGER = Logger.getLogger(MemberCall.class.getName());

    final MemberArguments arguments;
    private final CompletableFuture<R> done = new CompletableFuture<>();
    private volatile CompletableFuture<?> written = CompletableFuture.completedFuture(null);

    /** Says what is waited for, in English, as Jenkins asks of {@code StepExecution.getStatus}. */
    volatile String status = "looking up the API key";

    MemberCall(MemberArguments arguments) {
        this.arguments = arguments;
    }

    /** Says in the log what is being done. */
    abstract String firstLine();

    /** Asks DoubleTick. */
    abstract CompletableFuture<A> send(DoubleTickClient client, ApiKey key);

    /**
     * Lets {@link ApiKeyWatch} hear how the request ends, if that says whether DoubleTick accepts the key.
     *
     * @return completes as the request does
     */
    abstract CompletableFuture<A> watch(CompletableFuture<A> request, ApiKeyLookup.Found key);

    /**
     * Makes the step's result of DoubleTick's answer.
     *
     * @throws AbortException if the step fails all the same
     */
    abstract R succeed(A answer) throws AbortException;

    /**
     * Hears that there is no answer.
     *
     * @param why the sentences that say why, and what to do
     * @return the line for the log
     */
    abstract String fail(Throwable cause, String why);

    /** Says what a person can do about a failure. */
    abstract String advice(DoubleTickException failure);

    /**
     * Starts, and returns at once.
     *
     * @param again whether it was started before Jenkins was restarted
     * @return completes with the step's result, else exceptionally, as a rule with an {@link AbortException} whose
     *     message is the line for the log; cancelling it ends whatever is waited for
     * @throws AbortException if the address of the API cannot be used, so that nothing is sent
     */
    final CompletableFuture<R> start(boolean again) throws AbortException {
        DoubleTickClient client = DoubleTickClientProvider.get().client();
        if (again) {
            log(Messages::MemberCall_again);
        }
        log(this::firstLine);
        ApiKeyProvider.get()
                .find(arguments.run(), arguments.credentialsId(), arguments.url(), done)
                .thenCompose(found -> send(client, found))
                .whenComplete(this::end);
        return done;
    }

    private CompletableFuture<A> send(DoubleTickClient client, ApiKeyLookup.Found found) {
        if (done.isDone()) {
            throw new CancellationException();
        }
        ApiKeyProvider.get().track(arguments.run(), found);
        CompletableFuture<A> request = send(client, found.key());
        done.whenComplete((nothing, failure) -> request.cancel(true));
        return watch(request, found);
    }

    private void end(A answer, Throwable failure) {
        if (done.isDone() || failure != null && isShuttingDown()) {
            return;
        }
        try {
            if (failure != null) {
                throw failure(BlockingCalls.cause(failure));
            }
            R result = succeed(answer);
            written.whenComplete((nothing, broken) -> done.complete(result));
        } catch (Throwable e) { // The step must end all the same.
            written.whenComplete((nothing, broken) -> done.completeExceptionally(e));
        }
    }

    /** Tells whether no further try can be made. A Pipeline then asks again when Jenkins is back. */
    private static boolean isShuttingDown() {
        Jenkins jenkins = Jenkins.getInstanceOrNull();
        return jenkins == null || jenkins.isTerminating();
    }

    private AbortException failure(Throwable cause) {
        try {
            String why = explain(cause);
            LOGGER.log(
                    why == null ? Level.WARNING : Level.FINE,
                    cause,
                    () -> arguments.run() + ": the call about " + arguments.number() + " failed");
            return new AbortException(fail(
                    cause,
                    why == null
                            ? Messages.MemberCall_unexpected(cause.getClass().getName())
                            : why));
        } catch (Throwable broken) { // The build must fail all the same.
            return new AbortException(cause.getClass().getName());
        }
    }

    /** Returns null if the failure is unexpected. */
    @CheckForNull
    private String explain(Throwable cause) {
        return cause instanceof DoubleTickException e
                ? e.getMessage() + ". " + advice(e)
                : ApiKeyProvider.explain(cause, arguments.credentialsId());
    }

    final void log(Supplier<String> line) {
        written = BuildLog.of(arguments.run()).println(arguments.listener(), line);
    }

    /** What it is doing, for the thread dump of a Pipeline. */
    final String status() {
        return status;
    }
}
