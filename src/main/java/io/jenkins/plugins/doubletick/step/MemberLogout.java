package io.jenkins.plugins.doubletick.step;

import io.jenkins.plugins.doubletick.Advice;
import io.jenkins.plugins.doubletick.ApiKeyLookup;
import io.jenkins.plugins.doubletick.monitor.ApiKeyWatch;

import io.jenkins.plugins.doubletick.step.LogoutAction.Logout;
import io.jenkins.plugins.doubletick.client.ApiKey;
import io.jenkins.plugins.doubletick.client.CallListener;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LogoutResult;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Logs a member out and keeps the outcome with the build, for the Pipeline step and the freestyle step. */
final class MemberLogout extends MemberCall<LogoutResult, Void> implements CallListener {

    private static final Logger LOGGER = Logger.getLogger(MemberLogout.class.getName());

    MemberLogout(MemberArguments arguments) {
        super(arguments);
    }

    @Override
    String firstLine() {
        return Messages.MemberLogout_start(arguments.number(), arguments.credentialsId());
    }

    @Override
    CompletableFuture<LogoutResult> send(DoubleTickClient client, ApiKey key) {
        status = "waiting for DoubleTick to log out " + arguments.number();
        return client.logout(key, arguments.number(), this);
    }

    @Override
    CompletableFuture<LogoutResult> watch(CompletableFuture<LogoutResult> request, ApiKeyLookup.Found key) {
        return ApiKeyWatch.watch(request, arguments.run(), key, true);
    }

    @Override
    Void succeed(LogoutResult result) {
        log(() -> Messages.MemberLogout_success(arguments.number()));
        record(Logout.success(arguments.number(), arguments.credentialsId(), result));
        return null;
    }

    @Override
    String fail(Throwable cause, String why) {
        record(Logout.failure(arguments.number(), arguments.credentialsId(), cause));
        return Messages.MemberLogout_failure(arguments.number(), why);
    }

    @Override
    String advice(DoubleTickException failure) {
        return Advice.on(failure, arguments.credentialsId(), arguments.url().host());
    }

    /** Keeps the outcome with the build, whose end does not depend on it. Runs no code of other plugins. */
    private void record(Logout logout) {
        try {
            LogoutAction.record(arguments.run(), arguments.number(), logout);
        } catch (Throwable e) { // What DoubleTick did stays done.
            LOGGER.log(Level.WARNING, e, () -> arguments.run() + ": cannot keep what became of a logout");
        }
    }

    @Override
    public void retrying(DoubleTickException failure, int tries, Duration wait) {
        String seconds = seconds(wait);
        statusWaiting(seconds);
        log(() -> Messages.MemberLogout_retrying(arguments.number(), failure.getMessage(), seconds, tries + 1));
    }

    @Override
    public void heldBack(Duration wait) {
        String seconds = seconds(wait);
        statusWaiting(seconds);
        log(() -> Messages.MemberLogout_heldBack(arguments.number(), seconds));
    }

    private void statusWaiting(String seconds) {
        status = "waiting " + seconds + " s before the next try for " + arguments.number();
    }

    private static String seconds(Duration wait) {
        return Long.toString((wait.toMillis() + 999) / 1000);
    }
}
