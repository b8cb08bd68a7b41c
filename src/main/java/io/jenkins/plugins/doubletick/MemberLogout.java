package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.doubletick.LogoutAction.Logout;
import io.jenkins.plugins.doubletick.client.CallListener;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import io.jenkins.plugins.doubletick.client.LogoutResult;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;
import okhttp3.HttpUrl;

/**
 * One logout of a run, from the step's arguments to its line in the log and on the build page, for the Pipeline step and
 * the freestyle step. No thread waits for it.
 */
final class MemberLogout implements CallListener {

    private static final Logger LOGGER = Logger.getLogger(MemberLogout.class.getName());

    /** Writes to build logs and builds, where code of other plugins may hang, instead of the threads that send requests. */
    private static final BlockingCalls WRITING =
            new BlockingCalls(8, Duration.ofSeconds(10), Duration.ofSeconds(10), BlockingCalls.THREADS);

    private final Run<?, ?> run;
    private final TaskListener listener;
    private final LoginNumber number;
    private final String credentialsId;
    private final HttpUrl url;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private CompletableFuture<?> written = CompletableFuture.completedFuture(null);
    private volatile Supplier<String> status = Messages::MemberLogout_statusLookup;

    private MemberLogout(Run<?, ?> run, TaskListener listener, LoginNumber number, String credentialsId, HttpUrl url) {
        this.run = run;
        this.listener = listener;
        this.number = number;
        this.credentialsId = credentialsId;
        this.url = url;
    }

    /**
     * Starts a logout and returns at once.
     *
     * @param credentialsId null for the global default
     * @param again whether it was sent before Jenkins was restarted
     * @throws AbortException if something is missing or wrong, so that nothing is sent
     */
    @NonNull
    static MemberLogout start(
            Run<?, ?> run, TaskListener listener, String loginNumber, @CheckForNull String credentialsId, boolean again)
            throws AbortException {
        LoginNumber number;
        try {
            number = LoginNumber.parse(loginNumber);
        } catch (DoubleTickException e) {
            throw new AbortException(Messages.MemberLogout_sentence(e.getMessage()));
        }
        String id = credentialsId == null ? DoubleTickConfiguration.get().getCredentialsId() : credentialsId;
        if (id == null) {
            throw new AbortException(Messages.ApiKeyLookup_none());
        }
        MemberLogout logout = new MemberLogout(run, listener, number, id, DoubleTickClientProvider.url());
        logout.start(DoubleTickClientProvider.get().client(), again);
        return logout;
    }

    private void start(DoubleTickClient client, boolean again) {
        if (again) {
            log(Messages::MemberLogout_again);
        }
        log(() -> Messages.MemberLogout_start(number, credentialsId));
        ApiKeyProvider.get()
                .find(run, credentialsId, url, done)
                .thenCompose(found -> send(client, found))
                .whenComplete(this::end);
    }

    private CompletableFuture<LogoutResult> send(DoubleTickClient client, ApiKeyLookup.Found found) {
        if (done.isDone()) {
            throw new CancellationException();
        }
        ApiKeyProvider.get().track(run, found);
        status = () -> Messages.MemberLogout_statusSent(number);
        CompletableFuture<LogoutResult> request = client.logout(found.key(), number, this);
        done.whenComplete((nothing, failure) -> request.cancel(true));
        return ApiKeyWatch.watch(request, run, found);
    }

    private void end(LogoutResult result, Throwable failure) {
        if (done.isDone() || failure != null && isShuttingDown()) {
            return;
        }
        if (failure == null) {
            log(() -> Messages.MemberLogout_success(number));
            record(Logout.success(number, credentialsId, result)).whenComplete((v, broken) -> done.complete(null));
        } else {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            AbortException line = failure(cause);
            record(Logout.failure(number, credentialsId, cause))
                    .whenComplete((v, broken) -> done.completeExceptionally(line));
        }
    }

    /** Tells whether no further try can be made. A Pipeline then sends the logout again when Jenkins is back. */
    private static boolean isShuttingDown() {
        Jenkins jenkins = Jenkins.getInstanceOrNull();
        return jenkins == null || jenkins.isTerminating();
    }

    private AbortException failure(Throwable cause) {
        try {
            LOGGER.log(Level.FINE, cause, () -> run + ": logout of " + number + " failed");
            return new AbortException(Messages.MemberLogout_failure(number, explain(cause)));
        } catch (Throwable broken) { // The build must fail all the same.
            return new AbortException(cause.getClass().getName());
        }
    }

    private String explain(Throwable cause) {
        if (cause instanceof DoubleTickException e) {
            return e.getMessage() + ". " + Advice.on(e, credentialsId, url.host());
        }
        String text = ApiKeyProvider.explain(cause, credentialsId);
        if (text == null) {
            LOGGER.log(Level.WARNING, cause, () -> run + ": logout of " + number + " failed");
            return Messages.MemberLogout_unexpected(cause.getClass().getName());
        }
        return text;
    }

    private void log(Supplier<String> line) {
        write(() -> listener.getLogger().println(line.get()));
    }

    private CompletableFuture<?> record(Logout logout) {
        return write(() -> LogoutAction.record(run, logout));
    }

    /** Writes something soon, after what was to be written before. */
    private synchronized CompletableFuture<?> write(Runnable code) {
        written = written.handle((before, failure) -> null)
                .thenCompose(nothing -> WRITING.call(Executors.callable(code)))
                .whenComplete((nothing, failure) -> {
                    if (failure != null) {
                        LOGGER.log(Level.WARNING, failure, () -> run + ": cannot write what became of a logout");
                    }
                });
        return written;
    }

    @Override
    public void retrying(DoubleTickException failure, int tries, Duration wait) {
        String seconds = seconds(wait);
        status = () -> Messages.MemberLogout_statusWaiting(number, seconds);
        log(() -> Messages.MemberLogout_retrying(number, failure.getMessage(), seconds, tries + 1));
    }

    @Override
    public void heldBack(Duration wait) {
        String seconds = seconds(wait);
        status = () -> Messages.MemberLogout_statusWaiting(number, seconds);
        log(() -> Messages.MemberLogout_heldBack(number, seconds));
    }

    private static String seconds(Duration wait) {
        return Long.toString((wait.toMillis() + 999) / 1000);
    }

    /**
     * Completes when the member is logged out, else exceptionally with an {@link AbortException} whose message is the
     * line for the log. Cancelling it ends the request, or whatever is waited for.
     */
    CompletableFuture<Void> done() {
        return done;
    }

    /** What it is doing, for the thread dump of a Pipeline. */
    String status() {
        return status.get();
    }
}
