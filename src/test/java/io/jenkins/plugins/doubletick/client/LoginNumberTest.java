package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoginNumberTest {

    @ParameterizedTest
    @CsvSource({
        "+919876543210, +919876543210",
        "919876543210, +919876543210",
        "'  +91 98765 43210\n', +919876543210",
        "+91-98765-43210, +919876543210",
        "'+91\t98765\r\n43210', +919876543210",
        "+1 (202) 555.0123, +12025550123",
        "'\u202A+91\u00A098765\u00A043210\u202C', +919876543210",
        "+91\u201398765\u201143210, +919876543210",
        "1234567, +1234567",
        "123456789012345, +123456789012345",
    })
    void punctuationIsLeftOut(String text, String number) throws Exception {
        assertEquals(number, LoginNumber.parse(text).value());
        assertEquals(number.substring(1), LoginNumber.parse(text).digits());
    }

    @Test
    void writtenWithAndWithoutPlusIsTheSame() throws Exception {
        assertEquals(LoginNumber.parse("+919876543210"), LoginNumber.parse("91 98765 43210"));
        assertEquals(
                LoginNumber.parse("+919876543210").hashCode(),
                LoginNumber.parse("919876543210").hashCode());
        assertNotEquals(LoginNumber.parse("+919876543210"), LoginNumber.parse("+919876543211"));
        assertNotEquals(
                LoginNumber.parse("+919876543210").hashCode(),
                LoginNumber.parse("+919876543211").hashCode());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"+44 (0)20 7946 0958", "+44(0) 20 7946 0958", "0044 ( 0 ) 20 7946 0958", "+49 [0]30 123456"})
    void trunkZero(String text) {
        assertRefused("leave it out, as in +442079460958", text);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "   ", "\t\n"})
    void blank(String text) {
        assertRefused("is blank", text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Alice",
                "+91 98765 4321O",
                "++919876543210",
                "91+9876543210",
                "919876543210+",
                "$LOGIN_NUMBER",
                "9.19876543210E11x",
                "\u0669\u0661\u0669\u0668\u0667\u0666\u0665\u0664\u0663\u0662\u0661\u0660",
                "+91/9876543210",
                "{\"a\":1}1234567"
            })
    void otherCharacters(String text) {
        assertRefused("digits only", text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"123456", "+", "()", "1234567890123456", "+1234567890123456"})
    void tooShortOrTooLong(String text) {
        assertRefused("has 7 to 15 digits", text);
    }

    @Test
    void absurdlyLong() throws Exception {
        assertEquals("+1234567", LoginNumber.parse("1234567" + ".".repeat(93)).value());
        assertRefused("has 7 to 15 digits", "1234567" + ".".repeat(94));
        assertRefused("has 7 to 15 digits", "9".repeat(1_000_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"00919876543210", "09876543210", "+0919876543210"})
    void countryCodeIsNotGuessed(String text) {
        assertRefused("begins with the country code", text);
    }

    private static void assertRefused(String rule, String text) {
        DoubleTickException failure = assertThrows(DoubleTickException.class, () -> LoginNumber.parse(text));
        assertEquals(DoubleTickException.Reason.LOGIN_NUMBER_INVALID, failure.reason());
        assertTrue(failure.getMessage().contains(rule), failure.getMessage());
        assertFalse(failure.getMessage().contains("\n"));
    }

    @ParameterizedTest
    @CsvSource({
        "+919876543210, +91••••••3210",
        "919876543210, +91••••••3210",
        "1234567, +12•••67",
        "+1234567, +12•••67",
        "1234567890, +12••••7890",
        "123456789, +12•••••89",
        "123456789012345, +12•••••••••2345",
    })
    void masked(String number, String masked) throws Exception {
        assertEquals(masked, LoginNumber.parse(number).masked());
        assertEquals(masked, LoginNumber.parse(number).toString());
    }

    @Test
    void maskedNumbersAreNone() throws Exception {
        LoginNumber number = LoginNumber.parse("+919876543210");
        assertTrue(LoginNumber.isMasked(number.masked()));
        assertTrue(LoginNumber.isMasked("•3210"));
        assertFalse(LoginNumber.isMasked(number.value()));
        assertNull(LoginNumber.parseOrNull(number.masked()));
        assertEquals(number, LoginNumber.parseOrNull("919876543210"));
    }

    @ParameterizedTest
    @CsvSource({
        "+919876543210, No 98 76 (54) 3210, No +91••••••3210",
        "+919876543210, No 43210, No 43210",
        "1234567, No 1234567, No +12•••67",
        "1234567, No 4567, No 4567",
        "12345678, No 2345678, No +12••••78",
    })
    void maskedInAText(String number, String text, String masked) throws Exception {
        assertEquals(masked, LoginNumber.parse(number).maskIn(text));
    }
}
