package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.doubletick.client.ApiKey;
import io.jenkins.plugins.doubletick.client.CallListener;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import io.jenkins.plugins.doubletick.client.LogoutResult;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;
import okhttp3.HttpUrl;

/**
 * One logout of a run, from the step's arguments to its line in the log and on the build page: what the Pipeline step
 * and the freestyle step share. No thread waits for it.
 */
final class MemberLogout implements CallListener {

    private static final Logger LOGGER = Logger.getLogger(MemberLogout.class.getName());

    private final Run<?, ?> run;
    private final TaskListener listener;
    private final LoginNumber number;
    private final String credentialsId;
    private final HttpUrl url;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private volatile CompletableFuture<?> underWay;
    private volatile CompletableFuture<Void> tracked = CompletableFuture.completedFuture(null);
    private volatile String status = Messages.MemberLogout_statusLookup();

    private MemberLogout(Run<?, ?> run, TaskListener listener, LoginNumber number, String credentialsId, HttpUrl url) {
        this.run = run;
        this.listener = listener;
        this.number = number;
        this.credentialsId = credentialsId;
        this.url = url;
    }

    /**
     * Starts it, and returns at once.
     *
     * @param credentialsId null for the global default
     * @throws AbortException if something is missing or wrong already; nothing was sent then
     */
    @NonNull
    static MemberLogout start(
            Run<?, ?> run, TaskListener listener, String loginNumber, @CheckForNull String credentialsId)
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
        logout.start();
        return logout;
    }

    private void start() throws AbortException {
        DoubleTickClientProvider api = DoubleTickClientProvider.get();
        DoubleTickClient client = api.client();
        log(Messages.MemberLogout_start(number, credentialsId));
        CompletableFuture<ApiKeyLookup.Found> lookup =
                api.runBlocking(() -> ApiKeyLookup.find(run, credentialsId, url));
        underWay = lookup;
        lookup.whenComplete((found, failure) -> {
            if (failure != null) {
                fail(failure);
            } else {
                tracked = found.tracked();
                send(client, found.key());
            }
        });
    }

    private void send(DoubleTickClient client, ApiKey key) {
        status = Messages.MemberLogout_statusSent(number);
        CompletableFuture<LogoutResult> request = client.logout(key, number, this);
        underWay = request;
        request.whenComplete((result, failure) -> {
            if (failure != null) {
                fail(failure);
            } else {
                log(Messages.MemberLogout_success(number));
                LogoutAction.record(run, LogoutAction.Logout.success(number, credentialsId, result));
                tracked.whenComplete((written, unwritten) -> done.complete(null));
            }
        });
        if (done.isCancelled()) {
            request.cancel(true); // Cancelled before the request was there to cancel.
        }
    }

    private void fail(Throwable failure) {
        if (done.isDone() || isShuttingDown()) {
            return;
        }
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        LOGGER.log(Level.FINE, cause, () -> run + ": logout of " + number + " failed");
        AbortException line = new AbortException(Messages.MemberLogout_failure(number, explain(cause)));
        LogoutAction.record(run, LogoutAction.Logout.failure(number, credentialsId, cause));
        tracked.whenComplete((written, unwritten) -> done.completeExceptionally(line));
    }

    /** Then no further try can be made, and a Pipeline sends the logout again when Jenkins is back. */
    private static boolean isShuttingDown() {
        Jenkins jenkins = Jenkins.getInstanceOrNull();
        return jenkins == null || jenkins.isTerminating();
    }

    private String explain(Throwable failure) {
        if (failure instanceof DoubleTickException e) {
            return e.getMessage() + ". " + advice(e);
        }
        if (failure instanceof AbortException) {
            return failure.getMessage();
        }
        if (failure instanceof TimeoutException) {
            return Messages.ApiKeyLookup_timeout(credentialsId);
        }
        LOGGER.log(Level.WARNING, failure, () -> run + ": logout of " + number + " failed");
        return Messages.MemberLogout_unexpected(failure.getClass().getName());
    }

    /** What to do next. */
    private String advice(DoubleTickException failure) {
        return switch (failure.reason()) {
            case LOGIN_NUMBER_INVALID -> "";
            case API_KEY_INVALID, API_KEY_REJECTED, API_KEY_FORBIDDEN -> Messages.Advice_key(credentialsId);
            case LOGIN_NUMBER_REJECTED -> Messages.Advice_number();
            case RATE_LIMITED -> Messages.Advice_rate();
            case SERVER_ERROR, INTERNAL -> Messages.Advice_server();
            case REDIRECTED, NOT_CONFIRMED, TEAM_TOO_LARGE, UNEXPECTED_STATUS -> Messages.Advice_answer(url.host());
            case UNKNOWN_HOST, CONNECTION_FAILED, CONNECTION_LOST, TIMED_OUT, PROXY ->
                Messages.Advice_network(url.host());
            case TLS -> Messages.Advice_tls(url.host());
        };
    }

    @Override
    public void retrying(DoubleTickException failure, int tries, Duration wait) {
        String seconds = seconds(wait);
        status = Messages.MemberLogout_statusWaiting(number, seconds);
        log(Messages.MemberLogout_retrying(number, failure.getMessage(), seconds, tries + 1));
    }

    @Override
    public void heldBack(Duration wait) {
        String seconds = seconds(wait);
        status = Messages.MemberLogout_statusWaiting(number, seconds);
        log(Messages.MemberLogout_heldBack(number, seconds));
    }

    private static String seconds(Duration wait) {
        return Long.toString((wait.toMillis() + 999) / 1000);
    }

    private void log(String line) {
        listener.getLogger().println(line);
    }

    /**
     * Completes when the member is logged out, else exceptionally with an {@link AbortException} whose message is the
     * line for the log.
     */
    CompletableFuture<Void> done() {
        return done;
    }

    /** Ends the request, or what is waited for, at once. */
    void cancel() {
        done.cancel(true);
        underWay.cancel(true);
    }

    /** What it is doing, for the thread dump of a Pipeline. */
    String status() {
        return status;
    }
}
