package io.jenkins.plugins.doubletick.client;

import java.util.regex.Pattern;
import org.jvnet.localizer.LocaleProvider;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * The phone number that a team member logs in to DoubleTick with, country code included. Instances have 7 to 15 digits
 * and do not begin with 0. A number is personal data: {@link #toString()} is masked.
 */
@Restricted(NoExternalUse.class)
public final class LoginNumber {

    /** The fewest digits that DoubleTick accepts. */
    public static final int MIN_DIGITS = 7;
    /** The most digits of an international number (ITU-T E.164), which DoubleTick accepts. */
    public static final int MAX_DIGITS = 15;

    private static final int MAX_COUNTRY_CODE = 3;

    private static final int MAX_GAP = 3;

    private static final char MASK = '\u2022';
    private static final Pattern MASKED = Pattern.compile("[0-9]\u2022|\u2022[0-9\u2022]");

    private final String digits;

    private LoginNumber(String digits) {
        this.digits = digits;
    }

    /**
     * Reads a number as people write or paste it. If the number begins with {@code +} and is valid in the numbering plans, returns
     * the valid number, without a trunk zero for example; otherwise the digits as written.
     *
     * @throws DoubleTickException ({@link DoubleTickException.Reason#LOGIN_NUMBER_INVALID}) whose message names the
     *     rule that the text breaks, or the character that is not allowed, and nothing else of the text
     */
    public static LoginNumber parse(String text) throws DoubleTickException {
        WrittenNumber written = WrittenNumber.read(text);
        String valid = written.international() ? NumberingPlans.valid(written.digits()) : null;
        return valid == null ? asWritten(written) : new LoginNumber(valid);
    }

    public static LoginNumber parseOrNull(String text) {
        try {
            return parse(text);
        } catch (DoubleTickException e) {
            return null;
        }
    }

    /** Reads a number of DoubleTick's list, which finds the member by just these digits; null if it is no number. */
    public static LoginNumber listed(String text) {
        try {
            return asWritten(WrittenNumber.read(text));
        } catch (DoubleTickException e) {
            return null;
        }
    }

    private static LoginNumber asWritten(WrittenNumber written) throws DoubleTickException {
        if (written.trunkZero()) {
            throw WrittenNumber.invalid(Messages.LoginNumber_trunkZero());
        }
        if (written.digits().startsWith("0")) {
            throw WrittenNumber.invalid(Messages.LoginNumber_zero());
        }
        return new LoginNumber(written.digits());
    }

    static boolean hasLength(String digits) {
        return digits.length() >= MIN_DIGITS && digits.length() <= MAX_DIGITS;
    }

    /** Returns the digits with the country code, which identify a member at DoubleTick. */
    public String digits() {
        return digits;
    }

    /**
     * Returns the number as a text that {@link #parse} reads as this number: {@code +} and the digits, or only the digits
     * if {@code parse} would change them after a {@code +}.
     */
    public String value() {
        String valid = NumberingPlans.valid(digits);
        return valid == null || valid.equals(digits) ? "+" + digits : digits;
    }

    /** Returns sentences for a form about a number that is not valid in the numbering plans; null if it is valid. */
    public String warning() {
        if (digits.equals(NumberingPlans.valid(digits))) {
            return null;
        }
        NumberingPlans.CallingCode code = NumberingPlans.callingCode(digits, LocaleProvider.getLocale());
        return code == null
                ? Messages.LoginNumber_notInUseAnywhere()
                : Messages.LoginNumber_notInUse(code.country(), code.digits());
    }

    /**
     * Returns the number as it may be shown: {@code +91••••••3210}. Somebody who knows the number recognises it. Numbers of
     * less than ten digits end with two digits only.
     */
    public String masked() {
        int hidden = digits.length() - (digits.length() < 10 ? 4 : 6);
        return "+" + digits.substring(0, 2) + String.valueOf(MASK).repeat(hidden) + digits.substring(2 + hidden);
    }

    public static boolean isMasked(String text) {
        return MASKED.matcher(text).find();
    }

    /**
     * Returns the text with every occurrence of this number replaced by its masked form: in digits of any script, however
     * they are spaced, with and without the country code.
     */
    public String maskIn(String text) {
        StringBuilder masked = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            int end = endOfNumber(text, text.charAt(i) == '+' ? i + 1 : i);
            masked.append(end < 0 ? text.substring(i, i + 1) : masked());
            i = end < 0 ? i + 1 : end;
        }
        return masked.toString();
    }

    private int endOfNumber(String text, int start) {
        int end = -1;
        for (int from = 0; from <= Math.min(MAX_COUNTRY_CODE, digits.length() - MIN_DIGITS) && end < 0; from++) {
            end = endOfDigits(text, start, from);
        }
        return end;
    }

    private int endOfDigits(String text, int start, int from) {
        int at = start;
        for (int i = from; i < digits.length(); i++) {
            for (int gap = 0; i > from && gap < MAX_GAP && at < text.length() && isGap(text.codePointAt(at)); gap++) {
                at += Character.charCount(text.codePointAt(at));
            }
            if (at >= text.length() || Character.digit(text.codePointAt(at), 10) != digits.charAt(i) - '0') {
                return -1;
            }
            at += Character.charCount(text.codePointAt(at));
        }
        return at;
    }

    private static boolean isGap(int c) {
        return !Character.isLetterOrDigit(c);
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
