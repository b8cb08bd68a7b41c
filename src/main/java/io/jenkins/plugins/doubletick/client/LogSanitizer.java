package io.jenkins.plugins.doubletick.client;

import java.util.regex.Pattern;

/** Makes text from outside safe to show: one short line, without control characters and secrets. */
final class LogSanitizer {

    private static final int MAX_MESSAGE = 300;

    private static final int MAX_NAME = 100;

    /** How many characters are searched for a number: more than a message has before its numbers are masked. */
    private static final int MAX_SEARCHED = 2000;

    /** Matches terminal escapes whole, and Jenkins's console notes, which are text between two of them. */
    private static final Pattern ESCAPES =
            Pattern.compile("\u001B\\[8mha:[^\u001B]*+(\u001B\\[0m)?|\u001B\\[[0-9;?]*+[@-~]|\u001B");

    private static final Pattern JOINERS = Pattern.compile("[\u200C\u200D]");

    /** Matches invisible characters, also invisible letters and symbols, but no joiners. */
    private static final Pattern INVISIBLE = Pattern.compile(
            "[\\p{Cf}\\p{Co}\\p{Cn}\\p{Cs}\u034F\u115F\u1160\u17B4\u17B5\u2800\u3164\uFFA0&&[^\u200C\u200D]]");

    private static final Pattern BLANKS = Pattern.compile("[\\p{Cc}\\p{Z}]+");

    /** Matches joiners that join nothing, and marks without a letter. */
    private static final Pattern LOOSE =
            Pattern.compile("^[\\p{Mn}\\p{Me}\u200C\u200D ]+|(?<=[\u200C\u200D])[\u200C\u200D]+");

    private static final Pattern FULL_STOP = Pattern.compile("[. ]++$");

    private LogSanitizer() {}

    /** Makes one short line of a text, without a full stop at its end, because another sentence follows. */
    static String clean(String text, ApiKey key, LoginNumber number) {
        String line = withoutSecrets(visible(JOINERS.matcher(text).replaceAll("")), key, number);
        return FULL_STOP.matcher(cut(line, MAX_MESSAGE)).replaceFirst("");
    }

    /** Makes one short line of a member's text. Joiners stay, because some scripts and emoji need them. */
    static String name(String text, ApiKey key, LoginNumber number) {
        String line = LOOSE.matcher(visible(text)).replaceAll("");
        return cut(withoutSecrets(line, key, number), MAX_NAME);
    }

    private static String visible(String text) {
        String line = ESCAPES.matcher(text).replaceAll("");
        line = INVISIBLE.matcher(line).replaceAll("");
        return BLANKS.matcher(line).replaceAll(" ").strip();
    }

    /** Requires the visible text before it is cut: an invisible character or a cut could hide part of a key or number. */
    private static String withoutSecrets(String line, ApiKey key, LoginNumber number) {
        String withoutKey = key.removeFrom(line, MAX_SEARCHED);
        return number == null ? withoutKey : number.maskIn(withoutKey);
    }

    /** Cuts a text that is longer than {@code length} characters, but does not split a character. */
    private static String cut(String line, int length) {
        if (line.length() <= length) {
            return line;
        }
        boolean splitsPair = Character.isHighSurrogate(line.charAt(length - 1));
        return line.substring(0, splitsPair ? length - 1 : length).stripTrailing() + "…";
    }
}
