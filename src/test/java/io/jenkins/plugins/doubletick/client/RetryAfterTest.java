package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Duration;
import java.time.Instant;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterTest {

    /** The server's clock is far from the one here. */
    private static final String DATE = "Thu, 01 Jan 2026 00:00:00 GMT";

    static Duration read(String header, String extraData) throws Exception {
        Headers.Builder headers = new Headers.Builder().add("Date", DATE);
        if (header != null) {
            headers.add("Retry-After", header);
        }
        return RetryAfter.of(
                headers.build(), JsonMapper.builder().build().readTree(extraData == null ? "{}" : extraData));
    }

    // 1767225600 is 1 January 2026.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            5   |                                                     | 5000
            5   | {"retryAfter": 9, "resetAt": 1767225620}            | 5000
            Thu, 01 Jan 2026 00:00:07 GMT | {}                        | 7000
            Wed, 31 Dec 2025 00:00:00 GMT | {}                        | 0
            soon| {"retryAfter": 9}                                   | 9000
                | {"retryAfter": 9}                                   | 9000
                | {"retryAfter": 0.25}                                | 250
                | {"retryAfter": 9000}                                | 9000000
                | {"resetAt": 1767225620}                             | 20000
                | {"resetAt": 1767225620500}                          | 20500
                | {"retryAfter": 20, "resetAt": 1767225620}           | 20000
                | {"retryAfter": 20000, "resetAt": 1767225620}        | 20000
                | {"retryAfter": 20000, "resetAt": 1767225620500}     | 20000
                | {"retryAfter": 1200, "resetAt": 1767225601200}      | 1200
                | {"retryAfter": 5, "resetAt": 1}                     | 5
                | {"retryAfter": 5, "resetAt": "soon"}                | 5000
                | {"retryAfter": -5, "resetAt": 1767225620}           | 20000
                | {"retryAfter": 1e300}                               | 999999999000
                | {"resetAt": 1e300}                                  | 998232774400000
            """)
    void milliseconds(String header, String extraData, long expected) throws Exception {
        assertEquals(Duration.ofMillis(expected), read(header, extraData));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                 | {}
            soon | {"retryAfter": "soon", "resetAt": null}
            -5   | {"retryAfter": -1, "resetAt": -1}
            0.5  | {"retryAfter": [5]}
            """)
    void notTold(String header, String extraData) throws Exception {
        assertNull(read(header, extraData));
    }

    @Test
    void withoutADateTheControllersClockCounts() throws Exception {
        long resetAt = Instant.now().plusSeconds(1000).toEpochMilli();
        Duration wait =
                RetryAfter.of(Headers.of(), JsonMapper.builder().build().readTree("{\"resetAt\":" + resetAt + "}"));
        assertEquals(1000, wait.toSeconds(), 10);
    }
}
