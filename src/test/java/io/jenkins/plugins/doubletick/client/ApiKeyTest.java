package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyTest {

    @Test
    void whiteSpaceAroundIsNotPartOfIt() throws Exception {
        assertEquals("key_abc", ApiKey.parse(" key_abc\r\n").value());
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                " \n ",
                "key_a\nbc",
                "key_a\rbc",
                "key_a bc",
                "key_a\tbc",
                "key_äbc",
                "key_\u200Babc",
                "k\u0000"
            })
    void notForAHeader(String text) {
        DoubleTickException failure = assertThrows(DoubleTickException.class, () -> ApiKey.parse(text));
        assertEquals(DoubleTickException.Reason.API_KEY_INVALID, failure.reason());
        assertFalse(failure.getMessage().contains("key_"), failure.getMessage());
    }

    @Test
    void isNotShown() throws Exception {
        assertEquals("****", ApiKey.parse("key_abc").toString());
    }
}
