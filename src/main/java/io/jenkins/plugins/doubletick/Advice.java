package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import okhttp3.HttpUrl;
import org.apache.commons.lang3.StringUtils;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Explains a failure to a person: what happened, and what to do. */
@Restricted(NoExternalUse.class)
public final class Advice {

    private static final Logger LOGGER = Logger.getLogger(Advice.class.getName());

    private Advice() {}

    /** The purpose of the request that failed. */
    public enum Purpose {
        /** A build tried to log a member out. */
        LOGOUT,
        /** A build looked up a member. */
        LOOKUP,
        /** A form or the daily check asked for the team or the roles. */
        FORM
    }

    /**
     * Returns whole sentences. Logs an unexpected failure.
     *
     * @param number the login number that was sent; null if none was
     */
    @NonNull
    public static String explain(
            Throwable failure, Purpose purpose, String credentialsId, @CheckForNull LoginNumber number) {
        Throwable cause = Lane.cause(failure);
        if (cause instanceof DoubleTickException e) {
            String advice = advice(e, purpose, credentialsId, number);
            return advice.isEmpty()
                    ? Messages.Advice_sentence(e.getMessage())
                    : Messages.Advice_sentences(e.getMessage(), advice);
        }
        if (cause instanceof AbortException) {
            return cause.getMessage();
        }
        LOGGER.log(Level.WARNING, cause, () -> "Unexpected failure of a request with the credential " + credentialsId);
        return Messages.Advice_unexpected(cause.getClass().getName());
    }

    private static String advice(
            DoubleTickException failure, Purpose purpose, String credentialsId, @CheckForNull LoginNumber number) {
        String host = host();
        return switch (failure.reason()) {
            case LOGIN_NUMBER_INVALID -> "";
            case API_KEY_INVALID, API_KEY_REJECTED -> Messages.Advice_key(credentialsId);
            case PERMISSION_MISSING -> Messages.Advice_permission(credentialsId);
            case API_KEY_FORBIDDEN -> Messages.Advice_forbidden(credentialsId);
            case LOGIN_NUMBER_REJECTED -> purpose == Purpose.LOGOUT ? onNumber(number) : Messages.Advice_answer(host);
            case RATE_LIMITED ->
                switch (purpose) {
                    case LOGOUT -> Messages.Advice_rate();
                    case LOOKUP -> Messages.Advice_later();
                    case FORM -> "";
                };
            case SERVER_ERROR -> purpose == Purpose.FORM ? "" : Messages.Advice_later();
            case REDIRECTED, NOT_CONFIRMED, UNEXPECTED_STATUS ->
                purpose == Purpose.LOGOUT ? Messages.Advice_unclear(host) : Messages.Advice_answer(host);
            case TEAM_TOO_LARGE -> purpose == Purpose.FORM ? "" : Messages.Advice_teamTooLarge();
            case UNKNOWN_HOST, CONNECTION_FAILED, CONNECTION_LOST, TIMED_OUT, PROXY -> Messages.Advice_network(host);
            case PROXY_LOGIN -> Messages.Advice_proxyLogin();
            case TLS -> Messages.Advice_tls(host);
            case INTERNAL -> purpose == Purpose.FORM ? "" : Messages.Advice_internal();
        };
    }

    /** Says what to do about a number that nobody in the team has. */
    @NonNull
    public static String onNumber(@CheckForNull LoginNumber number) {
        String warning = number == null ? null : number.warning();
        return warning == null ? Messages.Advice_number() : warning + " " + Messages.Advice_number();
    }

    /** Explains why a store of credentials failed. Vaults say it in the message of an unchecked exception. */
    @NonNull
    static String onStore(RuntimeException failure, String credentialsId) {
        LOGGER.log(Level.WARNING, failure, () -> "Cannot read the credential " + credentialsId);
        String reason = Objects.requireNonNullElse(
                failure.getMessage(), failure.getClass().getName());
        String line =
                StringUtils.removeEnd(reason.replaceAll("[\\s\\p{Cntrl}]+", " ").strip(), ".");
        return Messages.ApiKeyFinder_failed(credentialsId, StringUtils.abbreviate(line, 300));
    }

    private static String host() {
        try {
            return DoubleTickClientProvider.url().host();
        } catch (AbortException e) {
            return HttpUrl.get(DoubleTickClient.DEFAULT_URL).host();
        }
    }
}
