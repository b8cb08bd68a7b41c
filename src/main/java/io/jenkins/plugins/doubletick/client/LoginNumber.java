package io.jenkins.plugins.doubletick.client;

import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * The phone number that a team member logs in to DoubleTick with, in international format. A number is valid or it
 * does not exist. It is personal data: {@link #toString()} is masked, only {@link #value()} gives it out.
 */
@Restricted(NoExternalUse.class)
public final class LoginNumber {

    /** Fewest digits of an international number that is in use. */
    public static final int MIN_DIGITS = 7;
    /** Most digits of an international number, country code included (ITU-T E.164). */
    public static final int MAX_DIGITS = 15;

    /** The longest text that is looked at, in characters. Nobody writes a number with more. */
    private static final int MAX_TEXT = 100;

    private static final int MAX_COUNTRY_CODE = 3;

    /** Matches what people, and services that format numbers, write between two digits. */
    private static final String BETWEEN_DIGITS = "[\\s\\p{Pd}./()]{0,3}";

    private static final char MASK = '\u2022';

    /** The zero that is dialled in place of the country code, as some people write it: {@code +44 (0)20 7946 0958}. */
    private static final Pattern TRUNK_ZERO = Pattern.compile("[(\\[]\\s?0\\s?[)\\]]");

    private final String digits;

    private LoginNumber(String digits) {
        this.digits = digits;
    }

    /**
     * Reads a number as people write or paste it, with or without a leading {@code +}: spaces, dots, dashes, brackets and
     * invisible formatting characters are left out. A missing country code is never guessed.
     *
     * @throws DoubleTickException ({@link DoubleTickException.Reason#LOGIN_NUMBER_INVALID}) whose message names the
     *     rule that the text breaks, and does not repeat the text
     */
    public static LoginNumber parse(String text) throws DoubleTickException {
        if (text == null || text.isBlank()) {
            throw invalid(Messages.LoginNumber_blank());
        }
        if (text.length() > MAX_TEXT) {
            throw invalid(Messages.LoginNumber_length(MIN_DIGITS, MAX_DIGITS));
        }
        String number = text.codePoints()
                .filter(c -> !isPunctuation(c))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        if (TRUNK_ZERO.matcher(text).find()) {
            throw invalid(Messages.LoginNumber_trunkZero());
        }
        String digits = number.startsWith("+") ? number.substring(1) : number;
        // Takes ASCII digits only, as DoubleTick does: other scripts' digits are a paste gone wrong.
        if (!digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw invalid(Messages.LoginNumber_characters());
        }
        if (digits.length() < MIN_DIGITS || digits.length() > MAX_DIGITS) {
            throw invalid(Messages.LoginNumber_length(MIN_DIGITS, MAX_DIGITS));
        }
        if (digits.startsWith("0")) {
            throw invalid(Messages.LoginNumber_zero());
        }
        return new LoginNumber(digits);
    }

    /** Reads a number as {@link #parse} does; returns null for what is none. */
    public static LoginNumber parseOrNull(String text) {
        try {
            return parse(text);
        } catch (DoubleTickException e) {
            return null;
        }
    }

    private static boolean isPunctuation(int c) {
        int type = Character.getType(c);
        return type == Character.SPACE_SEPARATOR
                || type == Character.FORMAT
                || type == Character.DASH_PUNCTUATION
                || "\t\r\n.()[]".indexOf(c) >= 0;
    }

    private static DoubleTickException invalid(String message) {
        return new DoubleTickException(DoubleTickException.Reason.LOGIN_NUMBER_INVALID, message);
    }

    /** Returns the digits, country code included, which are what DoubleTick knows a number by. */
    public String digits() {
        return digits;
    }

    /** Returns the number in international format (ITU-T E.164): {@code +} and the digits. */
    public String value() {
        return "+" + digits;
    }

    /**
     * Returns the number as it may be shown: {@code +91••••••3210}. That is enough for somebody who knows it to recognise
     * it; of a number with less than ten digits only two are left at its end.
     */
    public String masked() {
        int hidden = digits.length() - (digits.length() < 10 ? 4 : 6);
        return "+" + digits.substring(0, 2) + String.valueOf(MASK).repeat(hidden) + digits.substring(2 + hidden);
    }

    /** Whether the text is a number that was {@linkplain #masked() masked}, and so is none any more. */
    public static boolean isMasked(String text) {
        return text.indexOf(MASK) >= 0;
    }

    /**
     * Returns the text with every occurrence of this number, however it is spaced and also without its country code,
     * replaced by its masked form.
     */
    String maskIn(String text) {
        int national = Math.min(MAX_COUNTRY_CODE, digits.length() - MIN_DIGITS);
        String countryCode = digits.substring(0, national)
                .chars()
                .mapToObj(c -> "(?:" + (char) c + BETWEEN_DIGITS + ")?")
                .collect(Collectors.joining());
        String rest = digits.substring(national)
                .chars()
                .mapToObj(Character::toString)
                .collect(Collectors.joining(BETWEEN_DIGITS));
        return Pattern.compile("\\+?" + countryCode + rest).matcher(text).replaceAll(masked());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LoginNumber number && number.digits.equals(digits);
    }

    @Override
    public int hashCode() {
        return digits.hashCode();
    }

    @Override
    public String toString() {
        return masked();
    }
}
