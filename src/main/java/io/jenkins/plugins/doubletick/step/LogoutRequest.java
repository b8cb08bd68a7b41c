package io.jenkins.plugins.doubletick.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.doubletick.Advice;
import io.jenkins.plugins.doubletick.Advice.Purpose;
import io.jenkins.plugins.doubletick.ApiKeyFinder;
import io.jenkins.plugins.doubletick.ApiKeyListener;
import io.jenkins.plugins.doubletick.DoubleTickClientProvider;
import io.jenkins.plugins.doubletick.client.CallListener;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import io.jenkins.plugins.doubletick.client.LogoutResult;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Logs a member out and records the outcome with the build. */
final class LogoutRequest extends MemberRequest<LogoutResult> implements CallListener {

    /** How many requests were answered or timed out. */
    private volatile int tries;

    LogoutRequest(Run<?, ?> run, TaskListener listener, LoginNumber number, @CheckForNull String credentialsId) {
        super(run, listener, number, credentialsId);
    }

    @Override
    String firstLine() {
        return Messages.LogoutRequest_start(number, credentialsId);
    }

    @Override
    CompletableFuture<LogoutResult> send(ApiKeyFinder.Found found) throws AbortException {
        status = "waiting for DoubleTick to log out " + number;
        CompletableFuture<LogoutResult> request =
                DoubleTickClientProvider.get().client().logout(found.key(), number, this);
        request.whenComplete((answer, failure) ->
                ApiKeyListener.report(new ApiKeyListener.Use(found, run.getParent(), run, true), failure));
        return request;
    }

    @Override
    Object succeed(LogoutResult answer) {
        log(() -> Messages.LogoutRequest_success(number));
        LogoutAction.record(run, number, Logout.success(number, credentialsId, answer));
        return null;
    }

    @Override
    String fail(Throwable cause) {
        LogoutAction.record(run, number, Logout.failure(number, credentialsId, cause));
        return Messages.LogoutRequest_failure(number, Advice.explain(cause, Purpose.LOGOUT, credentialsId, number));
    }

    @Override
    void abort(boolean sent) {
        log(() -> sent ? Messages.LogoutRequest_abortedLate(number) : Messages.LogoutRequest_abortedEarly(number));
        LogoutAction.record(run, number, Logout.aborted(number, credentialsId, sent ? Math.max(tries, 1) : 0));
    }

    @Override
    public void retrying(DoubleTickException failure, int tries, Duration wait) {
        this.tries = tries;
        String seconds = seconds(wait);
        statusWaiting(seconds);
        log(() -> Messages.LogoutRequest_retrying(number, failure.getMessage(), seconds, tries + 1));
    }

    @Override
    public void rateLimited(Duration wait) {
        String seconds = seconds(wait);
        statusWaiting(seconds);
        log(() -> Messages.LogoutRequest_rateLimited(number, seconds));
    }

    private void statusWaiting(String seconds) {
        status = "waiting " + seconds + " s before the next try for " + number;
    }

    private static String seconds(Duration wait) {
        return Long.toString((wait.toMillis() + 999) / 1000);
    }
}
