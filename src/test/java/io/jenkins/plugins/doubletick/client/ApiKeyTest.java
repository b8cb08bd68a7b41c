package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyTest {

    private static final String JSON = "This is JSON, not an API key. Store the API key alone";
    private static final String ENCRYPTED =
            "Another Jenkins controller encrypted this text, and only that controller can decrypt it. Enter the API key again";
    private static final String QUOTED = "The API key is in quotes. Store the API key without quotes";
    private static final String NAMED = "The API key has a name before it, as in NAME=key. Store the API key alone";
    private static final String URL = "This is a URL, not an API key. Store the API key alone";
    private static final String LONG =
            "The text has more than 1000 characters, but DoubleTick's keys have up to 300. Check that the text is just the API key";
    private static final String CHARACTERS =
            "The API key has a space or a character that is not ASCII. Copy just the key again";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "key_abc",
                " key_abc\r\n",
                "key_live=abc",
                "key_YWJj=.ZGVm==",
                "YWJj==",
                "YWJj=.ZGVm=",
                "eyJh.eyJi.c-_~",
                "a:b",
                "{abc}",
                "{AQ}",
                "\"a",
                "a\"",
                "9=a",
                "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~",
            })
    void isSentAsItIs(String text) throws Exception {
        assertEquals(text.strip(), ApiKey.parse(text).value());
    }

    @Test
    void anotherSecretIsNotSent() throws Exception {
        assertRefused(JSON, "{\"apiKey\": \"key_abc\", \"dbPassword\": \"secret\"}");
        assertRefused(JSON, "{\n  'apiKey': 'key_abc'\n}\n");
        assertRefused(JSON, "[{\"apiKey\": \"key_abc\"}]");
        assertRefused(JSON, "[\"key_abc\"]");
        assertRefused(JSON, "{[" + "x".repeat(2000));
        assertRefused(ENCRYPTED, "{AQAAABAAAAAwq3zX1W/Yb+KFN0zqy/3dSA==}");
        assertRefused(ENCRYPTED, " {AQAAABAAAAAg=}\n");
        assertRefused(QUOTED, "\"key_abc\"");
        assertRefused(QUOTED, "'key_abc'");
        assertRefused(QUOTED, "`key_\nabc`");
        assertRefused(QUOTED, "\u201Ckey_abc\u201D");
        assertRefused(QUOTED, "\u2018key_abc\u2019");
        assertRefused(URL, "https://user:secret@db.example.com/team");
        assertRefused(URL, "jdbc+x.y-z2://h\nsecond line");
        assertRefused(NAMED, "DOUBLETICK_API_KEY=key_abc");
        assertRefused(NAMED, "export API_KEY = \"key_abc\"\nOTHER=secret");
        assertRefused(NAMED, "key_of.double-tick='key_abc'");
        assertRefused(NAMED, "apiKey: key_abc");
        assertRefused(NAMED, "apiKey=abc");
        assertRefused(LONG, "k".repeat(1001));
        assertEquals(1000, ApiKey.parse("k".repeat(1000)).value().length());
    }

    @ParameterizedTest
    @CsvSource({"''", "' \n '", ","})
    void blank(String text) {
        assertRefused("The API key is blank", text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"key_a bc", "key_a\tbc", "key_äbc", "key_\u200Babc", "k\u0000", "k\u007Fy"})
    void notForAHeader(String text) {
        assertRefused(CHARACTERS, text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"key_a\nbc", "key_a\rbc"})
    void lines(String text) {
        assertRefused("The API key has a line break. Store the key as one line", text);
    }

    private static void assertRefused(String message, String text) {
        DoubleTickException failure = assertThrows(DoubleTickException.class, () -> ApiKey.parse(text));
        assertEquals(DoubleTickException.Reason.API_KEY_INVALID, failure.reason());
        assertEquals(message, failure.getMessage());
    }

    @Test
    void sameKey() throws Exception {
        ApiKey key = ApiKey.parse("key_Aa");
        assertEquals(key, ApiKey.parse(" key_Aa"));
        assertEquals(key.hashCode(), ApiKey.parse("key_Aa").hashCode());
        assertEquals(key.digest(), ApiKey.parse("key_Aa").digest());
        assertNotEquals(key, key.value());
        // String.hashCode is the same for both.
        ApiKey other = ApiKey.parse("key_BB");
        assertNotEquals(key, other);
        assertNotEquals(key.digest(), other.digest());
        assertNotEquals(key.hashCode(), ApiKey.parse("key_BC").hashCode());
    }

    @Test
    void isNotShown() throws Exception {
        ApiKey key = ApiKey.parse("key_abc");
        assertEquals("****", key.toString());
        assertFalse(key.digest().contains("key_abc"));
        assertEquals(64, key.digest().length());
    }

    @ParameterizedTest
    @CsvSource({
        "key_a+/1, ****",
        "x key_a+/1y, x ****y",
        "KEY_A+/1, ****",
        "k e y _ a + / 1, ****",
        "k\u200Dey\u200C_a+/1, ****",
        "key_a%2B%2f1, ****",
        "%6bey_a+/1, ****",
        "key_a+/1key_a+/1, ********",
        "key_key_a+/1, key_****",
        "key_a+/2, key_a+/2",
        "key_a+/, key_a+/",
        "k  ey_a+/1, k  ey_a+/1",
    })
    void isRemovedFromText(String text, String without) throws Exception {
        assertEquals(without, ApiKey.parse("key_a+/1").removeFrom(text, 100));
    }

    @Test
    void percentSignInAKey() throws Exception {
        assertEquals("****", ApiKey.parse("a%41b").removeFrom("a%41b", 100));
        assertEquals("****", ApiKey.parse("a%41b").removeFrom("a%2541b", 100));
    }

    @Test
    void noMoreThanTheLimitIsSearched() throws Exception {
        assertEquals("xx****", ApiKey.parse("key_abc").removeFrom("xxkey_abckey_abc", 3));
        assertEquals("xxx", ApiKey.parse("key_abc").removeFrom("xxxkey_abc", 3));
        ApiKey key = ApiKey.parse("a".repeat(999) + "b");
        for (String unit : List.of("a", "%61", "a ")) {
            String text = unit.repeat(5_000_000);
            assertTimeoutPreemptively(Duration.ofSeconds(5), () -> key.removeFrom(text, 2000));
        }
    }
}
