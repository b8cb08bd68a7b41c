package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyTest {

    @Test
    void whiteSpaceAroundIsNotPartOfIt() throws Exception {
        assertEquals("key_abc", ApiKey.parse(" key_abc\r\n").value());
    }

    @Test
    void sameKey() throws Exception {
        ApiKey key = ApiKey.parse("key_abc~");
        assertEquals(key, ApiKey.parse(" key_abc~"));
        assertEquals(key.hashCode(), ApiKey.parse("key_abc~").hashCode());
        assertNotEquals(key, ApiKey.parse("key_abd~"));
        assertNotEquals(key.hashCode(), ApiKey.parse("key_abd~").hashCode());
        assertNotEquals(key, key.value());
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
    void anotherSecretIsNotTakenForAKey() throws Exception {
        assertEquals(1000, ApiKey.parse("k".repeat(1000)).value().length());
        DoubleTickException failure =
                assertThrows(DoubleTickException.class, () -> ApiKey.parse("apiVersion:v1".repeat(200)));
        assertEquals(DoubleTickException.Reason.API_KEY_INVALID, failure.reason());
        assertEquals(
                "The API key has more than 1000 characters, and DoubleTick's have up to 300; this may be another secret,"
                        + " such as a kubeconfig, or more than just the key",
                failure.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "key_a+/1, ****",
        "x key_a+/1y, x ****y",
        "KEY_A+/1, ****",
        "k e y _ a + / 1, ****",
        "key_a%2B%2f1, ****",
        "%6bey_a+/1, ****",
        "key_a+/1key_a+/1, ********",
        "key_key_a+/1, key_****",
        "key_a+/2, key_a+/2",
        "key_a+/, key_a+/",
        "k  ey_a+/1, k  ey_a+/1",
    })
    void isRemovedFromText(String text, String without) throws Exception {
        assertEquals(without, ApiKey.parse("key_a+/1").removeFrom(text));
    }

    @Test
    void percentSignInAKey() throws Exception {
        assertEquals("****", ApiKey.parse("a%41b").removeFrom("a%41b"));
        assertEquals("****", ApiKey.parse("a%41b").removeFrom("a%2541b"));
    }

    @Test
    void isNotShown() throws Exception {
        assertEquals("****", ApiKey.parse("key_abc").toString());
    }
}
