package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ApiKeyTest {

    @Test
    void isSentAsItIs() throws Exception {
        String keys =
                "key_abc¦ key_abc\r\n¦key_live=abc¦key_YWJj=.ZGVm==¦YWJj==¦YWJj=.ZGVm=¦eyJh.eyJi.c-_~¦a:b¦{abc}¦{AQ}"
                        + "¦\"a¦a\"¦9=a¦!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~";
        for (String text : keys.split("¦")) {
            assertEquals(text.strip(), ApiKey.parse(text).value());
        }
    }

    /** Texts that are refused, with ¦ between them; ⏎ is a line break. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '´', textBlock = """
            The API key is blank | ´ ¦ ⏎ ´
            This is JSON, not an API key. | [{"apiKey": "key_abc"}]¦["key_abc"]
            This is JSON, not an API key. | {"apiKey": "key_abc", "password": "secret"}¦{⏎  'apiKey': 'key_abc'⏎}⏎
            Another Jenkins controller encrypted this text, | {AQAAABAAAAAwq3zX1W/Yb+KFN0zqy3dSA==}¦ {AQAAABAAAAAg=}⏎
            The API key is in quotes. | "key_abc"¦'key_⏎abc'¦\u201Ckey_abc\u201D¦\u2018key_abc\u2019
            This is a URL, not an API key. | https://user:secret@db.example.com/team¦jdbc+x.y-z2://h⏎second line
            The API key has a name before it, | DOUBLETICK_API_KEY=key_abc¦key_of.double-tick='key_abc'
            The API key has a name before it, | apiKey: key_abc¦apiKey=abc¦export API_KEY = "key_abc"⏎OTHER=secret
            The API key has a line break. | key_a⏎bc
            The API key has a space or a character that is not ASCII. | key_a bc¦key_a\tbc¦key_äbc¦key_\u200Babc¦k\0y¦k\u007Fy
            """)
    void anotherSecretIsNotSent(String message, String texts) {
        for (String text : texts.replace('⏎', '\n').split("¦")) {
            assertRefused(message, text);
        }
    }

    @Test
    void longTextAndNothingAreNotSent() throws Exception {
        assertEquals(1000, ApiKey.parse("k".repeat(1000)).value().length());
        assertRefused(
                "The text has more than 1000 characters, but DoubleTick's keys have up to 300.", "k".repeat(1001));
        assertRefused("This is JSON, not an API key.", "{[" + "x".repeat(2000));
        assertRefused("The API key is blank", null);
        assertRefused("The API key has a line break.", "key_a\rbc");
    }

    private static void assertRefused(String message, String text) {
        DoubleTickException failure = assertThrows(DoubleTickException.class, () -> ApiKey.parse(text), text);
        assertEquals(Reason.API_KEY_INVALID, failure.reason());
        assertTrue(failure.getMessage().startsWith(message), failure.getMessage());
        assertFalse(failure.getMessage().contains("secret\"")
                || failure.getMessage().contains("key_a"));
    }

    @Test
    void sameKey() throws Exception {
        ApiKey key = ApiKey.parse("key_Aa");
        ApiKey same = ApiKey.parse(" key_Aa");
        ApiKey other = ApiKey.parse("key_BB"); // Strings with the same hash code.
        assertEquals(key, same);
        assertEquals(key.hashCode(), same.hashCode());
        assertEquals(key.digest(), same.digest());
        assertNotEquals(key, other);
        assertNotEquals(key.digest(), other.digest());
        assertNotEquals(key.hashCode(), ApiKey.parse("key_BC").hashCode());
        assertEquals("****", key.toString());
        assertTrue(key.digest().matches("[0-9a-f]{64}"), key.digest());
    }

    @ParameterizedTest
    @CsvSource({
        "key_a+/1, x key_a+/1y, x ****y",
        "key_a+/1, KEY_A+/1, ****",
        "key_a+/1, k e y _ a + / 1, ****",
        "key_a+/1, k\u200Dey\u200C_a+/1, ****",
        "key_a+/1, %6bey_a%2B%2f1, ****",
        "key_a+/1, key_a+/1key_a+/1, ********",
        "key_a+/1, key_key_a+/1, key_****",
        "key_a+/1, key_a+/2key_a+/, key_a+/2ke",
        "key_a+/1, k  ey_a+/1, k  ey_a+/1",
        "a%41b, a%41b, ****",
        "a%41b, a%2541b, ****",
        "key_abc, aaaaaaaaakey_abckey_abc, aaaaaaaaa****",
        "key_abc, aaaaaaaaaakey_abc, aaaaaaaaaa",
    })
    void isRemovedFromText(String key, String text, String without) throws Exception {
        assertEquals(without, ApiKey.parse(key).removeFrom(text, 10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "%61", "a "})
    void isRemovedInTime(String unit) throws Exception {
        ApiKey key = ApiKey.parse("a".repeat(999) + "b");
        assertFalse(key.removeFrom(unit.repeat(1_000_000), 2000).contains("*"));
    }
}
