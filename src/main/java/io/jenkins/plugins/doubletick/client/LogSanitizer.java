package io.jenkins.plugins.doubletick.client;

import java.util.regex.Pattern;

/** Makes text from outside safe for a log: one short line, without control characters and secrets. */
final class LogSanitizer {

    private static final int MAX_LENGTH = 300;

    /** Matches terminal escapes whole, and Jenkins's console notes, which are text between two of them. */
    private static final Pattern ESCAPES =
            Pattern.compile("\u001B\\[8mha:[^\u001B]*(\u001B\\[0m)?|\u001B\\[[0-9;?]*[@-~]|\u001B");

    private static final Pattern INVISIBLE = Pattern.compile("\\p{Cf}|\\p{Co}|\\p{Cn}|\\p{Cs}");
    private static final Pattern BLANKS = Pattern.compile("[\\p{Cc}\\p{Z}]+");

    private static final Pattern FULL_STOP = Pattern.compile("[. ]++$");

    private LogSanitizer() {}

    /**
     * Makes one short line of a text, without the key, with the number masked, and without a full stop at its end, because
     * another sentence follows.
     *
     * @param number null where none was sent
     */
    static String clean(String text, ApiKey key, LoginNumber number) {
        // Keep this order: neither a character between theirs nor the cut may hide a key or a number.
        String line = key.removeFrom(visible(text));
        return FULL_STOP
                .matcher(cut(number == null ? line : number.maskIn(line), MAX_LENGTH))
                .replaceFirst("");
    }

    private static String visible(String text) {
        String line = ESCAPES.matcher(text).replaceAll("");
        line = INVISIBLE.matcher(line).replaceAll("");
        return BLANKS.matcher(line).replaceAll(" ").strip();
    }

    /** Cuts what is longer than {@code length} characters, but no character in two. */
    static String cut(String line, int length) {
        if (line.length() <= length) {
            return line;
        }
        boolean splitsPair = Character.isHighSurrogate(line.charAt(length - 1));
        return line.substring(0, splitsPair ? length - 1 : length).stripTrailing() + "…";
    }
}
