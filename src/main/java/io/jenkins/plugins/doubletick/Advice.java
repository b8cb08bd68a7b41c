package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.doubletick.client.DoubleTickException;

/** Says what a person can do about a failure. */
final class Advice {

    private Advice() {}

    /**
     * Returns what to do when a member could not be looked up.
     *
     * @param host where the API is
     */
    static String onTeam(DoubleTickException failure, String credentialsId, String host) {
        return switch (failure.reason()) {
            case TEAM_TOO_LARGE -> Messages.Advice_teamTooLarge();
            case LOGIN_NUMBER_REJECTED, REDIRECTED, NOT_CONFIRMED, UNEXPECTED_STATUS ->
                Messages.Advice_teamAnswer(host);
            case RATE_LIMITED -> Messages.Advice_teamRate();
            default -> on(failure, credentialsId, host);
        };
    }

    /**
     * Returns what to do when a member could not be logged out.
     *
     * @param host where the API is
     */
    static String on(DoubleTickException failure, String credentialsId, String host) {
        return switch (failure.reason()) {
            case LOGIN_NUMBER_INVALID -> "";
            case API_KEY_INVALID -> Messages.Advice_key(credentialsId);
            case API_KEY_REJECTED ->
                isMissingPermission(failure.getMessage())
                        ? Messages.Advice_permission(credentialsId)
                        : Messages.Advice_key(credentialsId);
            case API_KEY_FORBIDDEN -> Messages.Advice_forbidden(credentialsId);
            case LOGIN_NUMBER_REJECTED -> Messages.Advice_number();
            case RATE_LIMITED -> Messages.Advice_rate();
            case SERVER_ERROR -> Messages.Advice_server();
            case REDIRECTED, NOT_CONFIRMED, TEAM_TOO_LARGE, UNEXPECTED_STATUS -> Messages.Advice_answer(host);
            case UNKNOWN_HOST, CONNECTION_FAILED, CONNECTION_LOST, TIMED_OUT, PROXY -> Messages.Advice_network(host);
            case TLS -> Messages.Advice_tls(host);
            case INTERNAL -> Messages.Advice_internal();
        };
    }

    /** Tells the message of a 401 to a key that is good. */
    static boolean isMissingPermission(@CheckForNull String message) {
        return message != null && message.contains("Insufficient permissions");
    }
}
