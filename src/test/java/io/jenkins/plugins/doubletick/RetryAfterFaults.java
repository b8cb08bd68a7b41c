package io.jenkins.plugins.doubletick;

import static io.jenkins.plugins.doubletick.client.ScriptedServer.answer;

import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Rows of the fault matrix: how long DoubleTick asks to wait. */
final class RetryAfterFaults {

    private static final ScriptedServer.Reply SUCCESS = ScriptedServer.success();

    private RetryAfterFaults() {}

    static Stream<Fault> all() {
        ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
        return IntStream.of(429, 503)
                .boxed()
                .flatMap(status -> Stream.of(
                        waits(status, "1"),
                        waits(status, "0"),
                        waits(status, date(now.plusSeconds(2))),
                        waits(status, date(now.minusYears(1))),
                        waits(status, "soon"),
                        waits(status, "-5"),
                        waits(status, "0.5"),
                        waits(status, "\u00A01"),
                        waits(status, ""),
                        asksTooLong(status, "61", "61"),
                        asksTooLong(status, "86400", "86400"),
                        asksTooLong(status, "9".repeat(40), "999999999"),
                        asksTooLong(status, date(now.plusHours(1)), "{n}"),
                        asksTooLong(status, "Fri, 31 Dec 9999 23:59:59 GMT", "{n}")));
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
                        answer(status, "{}", "Retry-After: " + retryAfter),
                        SUCCESS)
                .fails(
                        "DoubleTick answered " + status + ": Status; it asks to wait " + seconds
                                + " s, longer than the 60 s that a logout waits",
                        status == 429 ? Fault.RATE : Fault.SERVER);
    }

    private static String date(ZonedDateTime time) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(time);
    }
}
