package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The texts of other systems in messages. {@link TeamResponseTest} has the names of members. */
class LogSanitizerTest {

    private static final String KEY = "key_echoed-4c1D+/e0==";
    private static final String DIGITS = "919876543210";

    private static String clean(String text) throws DoubleTickException {
        return LogSanitizer.clean(text, ApiKey.parse(KEY), LoginNumber.parse(DIGITS));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "No member... | No member",
                "' . No . ' | . No",
                "<b>No</b> & no | <b>No</b> & no",
                "'\u001B[31mNo\u001B[0m such\u001B[1;4H member' | No such member",
                "'\u001B]0;gone\u0007No' | ]0;gone No",
                "'No\r\nFinished: SUCCESS\n\u0085\u2028\u2029yes' | No Finished: SUCCESS yes",
                "No\b\b such | No such",
                "Ask \u001B[8mha:////4Note==\u001B[0msomebody | Ask somebody",
                "Ask \u001B[8mha:////4Note== | Ask",
                "Ask \u001B[8m\u001B[31mha:////4Note==\u001B[0m | Ask ha:////4Note==",
                "'\u001B\u001B[0m[8mha:////4AAA\u001B[0m' | [8mha:////4AAA",
                "\u202Egnorw\u202C is \u200Bit\u200D\uFEFF | gnorw is it",
                "No\uD83D such\uDE00 | No such",
            })
    void isOneVisibleLine(String text, String line) throws Exception {
        assertEquals(line, clean(text));
    }

    @Test
    void keyAndNumberAreHiddenHoweverTheyAreBrokenUp() throws Exception {
        String separators = "¦\0¦\n¦\r\n¦\t¦ ¦\u007F¦\u0085¦\u00A0¦\u00AD¦\u200B¦\u200D¦\u202E¦\u2028¦\uFEFF"
                + "¦\u001B¦\u001B[31m¦\u001B[8mha:AAAA\u001B[0m";
        for (String separator : separators.split("¦")) {
            for (String[] secret : new String[][] {{KEY, "****"}, {DIGITS, "+91••••••3210"}}) {
                String apart = String.join(separator, secret[0].split(""));
                assertEquals("No " + secret[1] + " here", clean("No " + apart + " here."));
                assertEquals("x".repeat(288), clean("x".repeat(288) + apart).substring(0, 288));
                assertEquals("x".repeat(300) + "…", clean("x".repeat(300) + apart));
                // Shrinks far more than a message is long.
                String many = (apart + " ").repeat(1000);
                assertEquals((secret[1] + " ").repeat(1000).substring(0, 300).stripTrailing() + "…", clean(many));
            }
        }
    }
}
