package io.jenkins.plugins.doubletick.client;

import static io.jenkins.plugins.doubletick.client.ScriptedServer.answer;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Rows of the fault matrix: how long DoubleTick asks to wait. */
final class RetryAfterFaults {

    private static final ScriptedServer.Reply SUCCESS = ScriptedServer.success();

    private RetryAfterFaults() {}

    static Stream<Fault> all() {
        ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
        return forEachStatus(status -> Stream.of(
                waits(status, "0"),
                waits(status, date(now.minusYears(1))),
                waits(status, "soon"),
                waits(status, "-5"),
                waits(status, "0.5"),
                waits(status, ""),
                asksTooLong(status, "63", "63"),
                asksTooLong(status, "86400", "86400"),
                asksTooLong(status, "9".repeat(40), "999999999"),
                asksTooLong(status, date(now.plusHours(1)), "{n}"),
                asksTooLong(status, "Fri, 31 Dec 9999 23:59:59 GMT", "{n}")));
    }

    /** Those that wait for as long as they are asked to. */
    static Stream<Fault> slow() {
        ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
        return forEachStatus(status ->
                Stream.of(waits(status, "1"), waits(status, "\u00A01"), waits(status, date(now.plusSeconds(2)))));
    }

    private static Stream<Fault> forEachStatus(IntFunction<Stream<Fault>> rows) {
        return IntStream.of(429, 503).boxed().flatMap(rows::apply);
    }

    private static Fault waits(int status, String retryAfter) {
        return Fault.of(
                        status + " with Retry-After: " + retryAfter,
                        answer(status, "{}", "Retry-After: " + retryAfter),
                        SUCCESS)
                .tries(2)
                .succeeds();
    }

    private static Fault asksTooLong(int status, String retryAfter, String seconds) {
        return Fault.of(
                        status + " with Retry-After: " + retryAfter,
                        answer(status, AnswerFaults.OK, "Retry-After: " + retryAfter),
                        SUCCESS)
                .fails(
                        status == 429 ? Reason.RATE_LIMITED : Reason.SERVER_ERROR,
                        "DoubleTick answered " + status + ": Status; it asks to wait " + seconds
                                + " s, longer than the 60 s that this plugin waits");
    }

    private static String date(ZonedDateTime time) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(time);
    }
}
