package io.jenkins.plugins.doubletick.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import okhttp3.Headers;
import okhttp3.Interceptor;
import okhttp3.Response;

/**
 * Reads how long DoubleTick asks to wait: from the header {@code Retry-After} (RFC 9110), or from {@code retryAfter} and
 * {@code resetAt} in the body of a 429, the only documented form. Their units are not documented.
 */
final class RetryAfter {

    /** The longest wait that a call accepts, because a person or an executor is waiting for it. */
    static final Duration LONGEST = Duration.ofSeconds(60);

    /** The name of {@code Retry-After} after {@link #hideFromOkHttp}. */
    static final String HIDDEN = "DoubleTick-Retry-After";

    /** Clocks and the header {@code Date} leave out fractions of a second, so a wait of a minute can look longer. */
    private static final Duration CLOCK_ERROR = Duration.ofSeconds(2);

    /** Larger numbers are Unix times in milliseconds: in seconds they would be after the year 5138. */
    private static final double MILLISECONDS = 1e11;
    /** All longer waits are treated as this one, some 31 years, so that no computation overflows. */
    private static final double LONGEST_SECONDS = 999_999_999;

    private RetryAfter() {}

    /** Whether a response asks for a wait. */
    static boolean isWait(Duration asked) {
        return asked != null && !asked.isZero();
    }

    /** Whether a response asks for a longer wait than a call accepts. */
    static boolean isTooLong(Duration asked) {
        return asked != null && asked.compareTo(LONGEST.plus(CLOCK_ERROR)) > 0;
    }

    /** Returns how long to wait; null if the response does not say. */
    static Duration of(Headers headers, JsonNode extraData) {
        // The server's times are relative to the server's clock, because the controller's clock may be wrong.
        Date date = headers.getDate("Date");
        Instant now = date == null ? Instant.now() : date.toInstant();
        Duration header = ofHeader(headers, now);
        return isWait(header) ? header : ofBody(extraData, now);
    }

    private static Duration ofHeader(Headers headers, Instant now) {
        String header = headers.get(HIDDEN);
        if (header == null) {
            return null;
        }
        if (header.matches("[0-9]+")) {
            return seconds(Double.parseDouble(header));
        }
        Date date = headers.getDate(HIDDEN);
        return date == null ? null : until(date.toInstant(), now);
    }

    private static Duration ofBody(JsonNode extraData, Instant now) {
        Duration untilReset = null;
        if (isPositive(extraData.path("resetAt"))) {
            double resetAt = extraData.path("resetAt").doubleValue();
            double milliseconds = resetAt >= MILLISECONDS ? resetAt : resetAt * 1000;
            untilReset = until(Instant.ofEpochMilli((long) Math.min(milliseconds, 1e15)), now);
        }
        if (!isPositive(extraData.path("retryAfter"))) {
            return untilReset;
        }
        double retryAfter = extraData.path("retryAfter").doubleValue();
        Duration inSeconds = seconds(retryAfter);
        Duration inMilliseconds = seconds(retryAfter / 1000);
        return untilReset != null && distance(inMilliseconds, untilReset) < distance(inSeconds, untilReset)
                ? inMilliseconds
                : inSeconds;
    }

    private static boolean isPositive(JsonNode number) {
        return number.isNumber() && number.doubleValue() > 0;
    }

    private static double distance(Duration one, Duration other) {
        return Math.abs((double) one.toMillis() - other.toMillis());
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis((long) (Math.min(seconds, LONGEST_SECONDS) * 1000));
    }

    private static Duration until(Instant time, Instant now) {
        return time.isAfter(now) ? Duration.between(now, time) : Duration.ZERO;
    }

    /** Hides the header from OkHttp, which silently repeats the request for 0 and fails for long numbers. */
    static Response hideFromOkHttp(Interceptor.Chain chain) throws IOException {
        Response response = chain.proceed(chain.request());
        String header = response.header("Retry-After");
        return header == null
                ? response
                : response.newBuilder()
                        .removeHeader("Retry-After")
                        .header(HIDDEN, header)
                        .build();
    }
}
