package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How numbers are read and shown. Several texts of a row have ¦ between them; ⏎ is a line break. */
@Timeout(30)
class LoginNumberTest {

    private static String[] split(String texts) {
        return texts == null ? new String[] {null} : texts.replace('⏎', '\n').split("¦");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '´', textBlock = """
            919876543210    | +919876543210¦919876543210¦ +91 98765 43210⏎¦+91\t98765⏎43210¦+91-98765-43210
            919876543210    | +91/98765/43210¦(+91) 98765 [43210]¦919876543210.¦tel:+91-98765-43210¦TEL:919876543210
            919876543210    | '+919876543210¦\u2019919876543210¦\u202A+91\u00A098765\u00A043210\u202C¦+91\u201398765\u201143210
            919876543210    | +91\u221298765\u2212\uFE0E43210\uDB40\uDDEF¦+91\uFE0098765\uFE0F43210\uDB40\uDD00
            919876543210    | \uFF0B91 \uFF19\uFF18765 43210¦\u0669\u0661\u0669\u0668\u0667\u0666\u0665\u0664\u0663\u0662\u0661\u0660
            919876543210    | \u096F\u0967 \u096F\u096E\u096D\u096C\u096B \u096A\u0969\u0968\u0967\u0966
            12025550123     | +1 (202) 555.0123
            1234567         | 1234567
            123456789012345 | 123456789012345
            # Not a decimal.
            919876543210    | +91 98765.43210
            9198765432101   | +91 987654321.01
            33123456700     | +33 1.23.45.67.00
            12345600        | 123456.00
            # The numbering plans have a valid number.
            441614960000    | +44 0161 496 0000¦tel:+440161 496 0000
            919876543210    | +91 098765 43210¦+91\uFF0898765\uFF0943210
            442079460958    | +44 (0)20 7946 0958¦\uFF0B44 [ 0 ]20 7946 0958
            390669812345    | +39 (0)6 698 12345¦+39 06 698 12345
            # They have none, a shorter one than DoubleTick takes, or are not asked.
            5215512345678   | +5215512345678
            5491123456789   | +5491123456789
            551187654321    | +551187654321
            99912345678     | +999 1234 5678
            4301110         | +43 0 1110
            4401614960000   | 44 0161 496 0000
            """)
    void isReadAsPeopleWriteIt(String digits, String texts) throws Exception {
        for (String text : split(texts)) {
            LoginNumber number = LoginNumber.parse(text);
            assertEquals(digits, number.digits(), text);
            assertEquals(number, LoginNumber.parse(number.value()));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '´', textBlock = """
            "A"                     | Alice
            ";"                     | +91 98765 43210;ext=1
            ","                     | 919876543210,0
            "~"                     | +91~98765~43210
            "'"                     | 919876543210'
            "+"                     | ++919876543210¦0+919876543210¦9+919876543210
            FULLWIDTH PLUS SIGN     | 919876543210\uFF0B
            GRINNING FACE           | 91\uD83D\uDE009876543210
            BULLET                  | \u2022 919876543210
            NULL                    | 91\0009876543210
            HIGH SURROGATES D83D    | 91\uD83D9876543210
            COMBINING ACUTE ACCENT  | 91\u03019876543210
            DEVANAGARI SIGN VISARGA | 91\u09039876543210
            COMBINING ENCLOSING KEYCAP | 1\u20E39876543210
            U+e01f0                 | 91\uDB40\uDDF09876543210
            """)
    void characterThatIsNotAllowedIsNamed(String name, String texts) {
        for (String text : split(texts)) {
            assertRefused("A login number cannot contain " + name + ". Use digits after an optional +,", text);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '´', textBlock = """
            The login number is blank. |
            The login number is blank. | ´ ¦ \t⏎´
            The login number ends like a decimal number from a spreadsheet. | 919876543210.0¦+43 6601234567.0
            The login number ends like a decimal number from a spreadsheet. | +1234567.00¦(919876543210.0)¦91987654321012345.0
            The (0) is dialled within the country only. | 44 (0)20 7946 0958¦0044 ( 0 ) 20 7946 0958
            The (0) is dialled within the country only. | +7 (0)495 123 45 67¦+999 [0]30 123456
            A login number begins with the country code | 00919876543210¦09876543210¦+0919876543210
            A login number has 7 to 15 digits with | 123456¦+¦()¦\u200B¦1234567890123456¦+1234567890123456
            """)
    void isRefusedWithTheReason(String message, String texts) {
        for (String text : split(texts)) {
            assertRefused(message, text);
        }
    }

    @Test
    void textOfMoreThan100CharactersIsNotRead() throws Exception {
        assertEquals("1234567", LoginNumber.parse("1234567" + " ".repeat(93)).digits());
        String length = "A login number has 7 to 15 digits with the country code,";
        assertRefused(length, "1234567" + " ".repeat(94));
        assertRefused(length, "+9" + "x".repeat(50_000_000));
    }

    private static void assertRefused(String message, String text) {
        DoubleTickException failure = assertThrows(DoubleTickException.class, () -> LoginNumber.parse(text));
        assertEquals(Reason.LOGIN_NUMBER_INVALID, failure.reason());
        assertTrue(failure.getMessage().startsWith(message), failure.getMessage());
        assertNull(LoginNumber.parseOrNull(text));
        assertNull(LoginNumber.listed(text));
    }

    /** Reads examples of all countries, also with one digit more behind the calling code, such as a trunk zero. */
    @Test
    void readingAgainChangesNothing() throws Exception {
        PhoneNumberUtil plans = PhoneNumberUtil.getInstance();
        Map<Integer, PhoneNumber> examples = new HashMap<>();
        plans.getSupportedGlobalNetworkCallingCodes()
                .forEach(code -> examples.put(code, plans.getExampleNumberForNonGeoEntity(code)));
        plans.getSupportedRegions()
                .forEach(region -> examples.put(plans.getCountryCodeForRegion(region), plans.getExampleNumber(region)));
        assertEquals(plans.getSupportedCallingCodes(), examples.keySet());
        for (PhoneNumber example : examples.values()) {
            String national = plans.getNationalSignificantNumber(example);
            for (String more : "|0|1|2|3|4|5|6|7|8|9".split("\\|")) {
                String digits = example.getCountryCode() + more + national;
                if (LoginNumber.hasLength(digits)) {
                    LoginNumber number = LoginNumber.parse("+" + digits);
                    assertEquals(number, LoginNumber.parse("+" + number.digits()));
                    assertEquals("+" + number.digits(), number.value());
                    LoginNumber asWritten = LoginNumber.parse(digits);
                    assertEquals(digits, asWritten.digits());
                    assertEquals(asWritten, LoginNumber.parse(asWritten.value()));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "+44 0161 496 0000, 4401614960000",
        "+91 98765-43210, 919876543210",
        "+44 (0)20 7946 0958, ",
        "call 0800 123456, ",
        ", ",
    })
    void listedDigitsStayAsTheyAre(String text, String digits) throws Exception {
        LoginNumber number = LoginNumber.listed(text);
        assertEquals(digits, number == null ? null : number.digits());
        assertEquals(number, number == null ? null : LoginNumber.parse(number.value()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            +91 98765 43210 | en           |
            98765 43210     | en           | This number is not in use in Iran (+98). Is the country code missing?
            +91 98765 4321  | de           | This number is not in use in Indien (+91). Is the country code missing?
            4401614960000   | en           | This number is not in use in United Kingdom (+44). Is the country code missing?
            +377 12345678   | ar-u-nu-arab | This number is not in use in موناكو (+377). Is the country code missing?
            +999 1234 5678  | en           | No country uses the country code of this number. Is the country code missing?
            +800 1234 567   | en           | No country uses the country code of this number. Is the country code missing?
            """)
    void formWarnsAboutANumberThatIsNotValid(String text, String language, String warning) throws Exception {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag(language));
            assertEquals(warning, LoginNumber.parse(text).warning());
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void sameNumber() throws Exception {
        LoginNumber number = LoginNumber.parse("+919876543210");
        assertEquals(number, LoginNumber.parseOrNull("91 98765 43210"));
        assertEquals(number.hashCode(), LoginNumber.parse("919876543210").hashCode());
        assertNotEquals(number, LoginNumber.parse("+919876543211"));
        assertNotEquals(number.hashCode(), LoginNumber.parse("+919876543211").hashCode());
    }

    @ParameterizedTest
    @CsvSource({
        "919876543210, +91••••••3210",
        "1234567, +12•••67",
        "123456789, +12•••••89",
        "1234567890, +12••••7890",
        "123456789012345, +12•••••••••2345",
    })
    void masked(String text, String masked) throws Exception {
        LoginNumber number = LoginNumber.parse(text);
        assertEquals(masked, number.masked());
        assertEquals(masked, number.toString());
        for (String part : new String[] {masked, "number •10", "+91•", "••"}) {
            assertTrue(LoginNumber.isMasked(part), part);
        }
        assertFalse(LoginNumber.isMasked(number.value()));
        assertRefused("This number is masked. Use the whole number,", masked);
    }

    @ParameterizedTest
    @CsvSource({
        "919876543210, No +91-98/76 (54) 32.10!, No +91••••••3210!",
        "919876543210, No9198765432109876543210, No+91••••••3210+91••••••3210",
        "919876543210, 9198765_4\u200D3\u200C\u200D\u200D210, +91••••••3210",
        "919876543210, \u0669\u0661\uFF19\uFF18765\uD835\uDFD23210, +91••••••3210",
        "919876543210, 00 9876543210@example.com, 00 +91••••••3210@example.com",
        "919876543210, 876543210 and 2 9876543210, +91••••••3210 and 2 +91••••••3210",
        "919876543210, 09876543210 and (0)9876-5432-10, 0+91••••••3210 and (0)+91••••••3210",
        "919876543210, +91 (0) 9876543210 and +91/987/654/321/0, +91 (0) +91••••••3210 and +91••••••3210",
        "919876543210, 76543210, 76543210",
        "919876543210, 91 98765   43210, +91••••••3210",
        "919876543210, 91 98765    43210, 91 98765    43210",
        "919876543210, 91 98765a43210, 91 98765a43210",
        "1234567, No 1234567, No +12•••67",
        "1234567, No 234567, No 234567",
        "12345678, No 2345678, No +12••••78",
        "12345678, +, +",
    })
    void isMaskedInAText(String number, String text, String masked) throws Exception {
        assertEquals(masked, LoginNumber.parse(number).maskIn(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1 - 1", "+", "1---", "1 1 1 1 1 1 1 1 1 1 1 1 1 1 2 "})
    void longTextIsMaskedInTime(String unit) throws Exception {
        assertTrue(LoginNumber.parse("111111111111111")
                .maskIn(unit.repeat(50_000))
                .endsWith(unit.substring(unit.length() - 1)));
    }
}
