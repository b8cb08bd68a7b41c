package io.jenkins.plugins.doubletick.client;

import java.io.IOException;
import java.io.Serial;
import java.time.Duration;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * Thrown if a call of the API fails. The message is one line for a person: what happened, with DoubleTick's own message if there is
 * one. It never contains the API key or the clear login number.
 */
@Restricted(NoExternalUse.class)
public final class DoubleTickException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    public enum Reason {
        /** The text is not a login number; nothing was sent. */
        LOGIN_NUMBER_INVALID(false),
        /** The text cannot be an API key; nothing was sent. */
        API_KEY_INVALID(false),
        /** 401: DoubleTick does not accept the API key. */
        API_KEY_REJECTED(false),
        /** 401: DoubleTick accepts the API key, but it lacks a permission. */
        PERMISSION_MISSING(false),
        /** 403: the key is revoked, or the controller's address may not use it. */
        API_KEY_FORBIDDEN(false),
        /** 400 or 422: DoubleTick does not accept the login number, or it belongs to nobody in the team. */
        LOGIN_NUMBER_REJECTED(false),
        /** 429: too many requests with this API key. */
        RATE_LIMITED(true),
        /** 500, 502, 503 or 504: DoubleTick, or a gateway before it, cannot answer now. */
        SERVER_ERROR(true),
        /** 3xx: redirects are not followed, because the API key must not be sent to another host. */
        REDIRECTED(false),
        /** 2xx, but without a JSON object whose {@code success} is {@code true}. */
        NOT_CONFIRMED(false),
        /** 2xx, but the team has more members than are read. */
        TEAM_TOO_LARGE(false),
        UNEXPECTED_STATUS(false),
        /** The name of the API's or the proxy's host cannot be resolved. */
        UNKNOWN_HOST(true),
        CONNECTION_FAILED(true),
        CONNECTION_LOST(true),
        TIMED_OUT(true),
        /** The server's certificate is not trusted, or no secure connection could be agreed on. */
        TLS(false),
        /** The proxy demands a login and does not accept the one that Jenkins has, if any. */
        PROXY_LOGIN(false),
        /** The proxy does not let the request through, or its settings cannot be used. */
        PROXY(false),
        /** Jenkins could not send the request or read the response; no thread could be started, for example. */
        INTERNAL(true);

        private final boolean temporary;

        Reason(boolean temporary) {
            this.temporary = temporary;
        }

        /** Whether the same request may succeed a moment later. */
        public boolean isTemporary() {
            return temporary;
        }
    }

    private final Reason reason;
    private final int status;
    private final int tries;
    private final Duration retryAfter;

    DoubleTickException(Reason reason, String message) {
        this(reason, message, 0, null);
    }

    /** @param retryAfter how long DoubleTick asks to wait; null if it does not */
    DoubleTickException(Reason reason, String message, int status, Duration retryAfter) {
        this(reason, message, status, retryAfter, 0, null);
    }

    DoubleTickException(Reason reason, String message, Throwable cause) {
        this(reason, message, 0, null, 0, cause);
    }

    private DoubleTickException(
            Reason reason, String message, int status, Duration retryAfter, int tries, Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.status = status;
        this.retryAfter = retryAfter;
        this.tries = tries;
    }

    /** Returns this failure as the end of a call that sent {@code count} requests. */
    DoubleTickException after(int count) {
        String message = getMessage();
        if (RetryAfter.isTooLong(retryAfter)) {
            message = Messages.DoubleTickException_asksTooLong(
                    message, Long.toString(retryAfter.toSeconds()), Long.toString(RetryAfter.LONGEST.toSeconds()));
        }
        if (count > 1) {
            message = Messages.DoubleTickException_afterTries(message, Integer.toString(count));
        }
        return new DoubleTickException(reason, message, status, retryAfter, count, getCause());
    }

    /**
     * Returns this failure without the key and the clear number in its message and its causes. OkHttp's exceptions quote a
     * malformed response, which may quote the request.
     *
     * @param number null if none was sent
     */
    DoubleTickException without(ApiKey key, LoginNumber number) {
        return new DoubleTickException(
                reason,
                LogSanitizer.clean(getMessage(), key, number),
                status,
                retryAfter,
                tries,
                withoutSecrets(getCause(), key, number));
    }

    private static Throwable withoutSecrets(Throwable cause, ApiKey key, LoginNumber number) {
        if (cause == null) {
            return null;
        }
        Throwable copy = new IOException(
                LogSanitizer.clean(cause.toString(), key, number), withoutSecrets(cause.getCause(), key, number));
        copy.setStackTrace(cause.getStackTrace());
        return copy;
    }

    public Reason reason() {
        return reason;
    }

    /** The HTTP status that DoubleTick answered with; 0 if there was no answer. */
    public int status() {
        return status;
    }

    public int tries() {
        return tries;
    }

    Duration retryAfter() {
        return retryAfter;
    }
}
