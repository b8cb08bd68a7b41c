package io.jenkins.plugins.doubletick.client;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A phone number as somebody wrote or pasted it.
 *
 * @param digits ASCII digits
 * @param international whether it begins with {@code +}
 * @param trunkZero whether it has a {@code (0)}, which is dialled only within the country
 */
record WrittenNumber(String digits, boolean international, boolean trunkZero) {

    private static final int MAX_TEXT = 100;

    private static final char MINUS = '\u2212';

    /** Full-width forms of the ASCII characters from {@code !} to {@code ~}. */
    private static final char FIRST_FULL_WIDTH = '\uFF01';

    private static final char LAST_FULL_WIDTH = '\uFF5E';

    /** Matches the prefixes of spreadsheets and links. */
    private static final Pattern PREFIX = Pattern.compile("(?i)[\\p{Z}\\p{Cf}\\s]*+['\u2019]?(?:tel:)?");

    private static final Pattern TRUNK_ZERO = Pattern.compile("[(\\[] *0 *[)\\]]");

    /** @throws DoubleTickException as {@link LoginNumber#parse} does */
    static WrittenNumber read(String text) throws DoubleTickException {
        if (text == null || text.isBlank()) {
            throw invalid(Messages.LoginNumber_blank());
        }
        if (text.length() > MAX_TEXT) {
            throw wrongLength();
        }
        if (LoginNumber.isMasked(text)) {
            throw invalid(Messages.LoginNumber_masked());
        }
        String plain = plain(PREFIX.matcher(text).replaceFirst(""));
        if (isDecimal(plain)) {
            throw invalid(Messages.LoginNumber_decimal());
        }
        String digits = digits(plain);
        if (!LoginNumber.hasLength(digits)) {
            throw wrongLength();
        }
        return new WrittenNumber(
                digits, plain.indexOf('+') >= 0, TRUNK_ZERO.matcher(plain).find());
    }

    static DoubleTickException invalid(String message) {
        return new DoubleTickException(DoubleTickException.Reason.LOGIN_NUMBER_INVALID, message);
    }

    private static DoubleTickException wrongLength() {
        return invalid(Messages.LoginNumber_length(
                Integer.toString(LoginNumber.MIN_DIGITS), Integer.toString(LoginNumber.MAX_DIGITS)));
    }

    /** Writes the text in ASCII: digits, a plus before them, spaces, dashes, dots, slashes and brackets. */
    private static String plain(String text) throws DoubleTickException {
        StringBuilder plain = new StringBuilder();
        for (int c : text.codePoints().toArray()) {
            if (isInvisible(c)) {
                continue;
            }
            char ascii = ascii(c);
            if (ascii == 0 || ascii == '+' && plain.chars().anyMatch(before -> before == '+' || isDigit(before))) {
                throw invalid(Messages.LoginNumber_character(visible(c)));
            }
            plain.append(ascii);
        }
        return plain.toString();
    }

    private static boolean isInvisible(int c) {
        return Character.getType(c) == Character.FORMAT || c >= 0xFE00 && c <= 0xFE0F || c >= 0xE0100 && c <= 0xE01EF;
    }

    /** Returns the ASCII character that means the same; 0 for a character that is not allowed. */
    private static char ascii(int c) {
        if (Character.isDigit(c)) {
            return Character.forDigit(Character.digit(c, 10), 10);
        }
        if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
            return ' ';
        }
        if (c == MINUS || Character.getType(c) == Character.DASH_PUNCTUATION) {
            return '-';
        }
        int narrow = c >= FIRST_FULL_WIDTH && c <= LAST_FULL_WIDTH ? c - FIRST_FULL_WIDTH + '!' : c;
        return "+.()[]/".indexOf(narrow) >= 0 ? (char) narrow : 0;
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private static String digits(String plain) {
        return plain.replaceAll("[^0-9]", "");
    }

    /** Returns whether the number looks like a decimal: seven digits or more, one dot, and zeros. */
    private static boolean isDecimal(String plain) {
        int dot = plain.indexOf('.');
        return dot >= 0
                && dot == plain.lastIndexOf('.')
                && digits(plain.substring(0, dot)).length() >= LoginNumber.MIN_DIGITS
                && digits(plain.substring(dot)).matches("0+");
    }

    /** Returns a character as a message can show it: quoted if it is ASCII, otherwise its Unicode name. */
    private static String visible(int c) {
        return c > ' ' && c <= '~'
                ? "\"" + (char) c + "\""
                : Objects.requireNonNullElse(Character.getName(c), "U+" + Integer.toHexString(c));
    }
}
