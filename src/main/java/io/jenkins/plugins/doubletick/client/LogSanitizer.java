package io.jenkins.plugins.doubletick.client;

import java.util.regex.Pattern;

/** Makes text from outside fit to stand in a build log: one line, harmless, short, without secrets. */
final class LogSanitizer {

    private static final int MAX_LENGTH = 300;

    /** Terminal escapes whole, and with them Jenkins's console notes, which are text between two of them. */
    private static final Pattern ESCAPES =
            Pattern.compile("\u001B\\[8mha:[^\u001B]*(\u001B\\[0m)?|\u001B\\[[0-9;?]*[@-~]|\u001B");

    private static final Pattern INVISIBLE = Pattern.compile("\\p{Cf}|\\p{Co}|\\p{Cn}|\\p{Cs}");
    private static final Pattern BLANKS = Pattern.compile("[\\p{Cc}\\p{Z}]+");

    private LogSanitizer() {}

    static String of(String text) {
        return cut(clean(text));
    }

    /** Also without the key and with the number masked; {@code number} is null where none was sent. */
    static String of(String text, ApiKey key, LoginNumber number) {
        // In this order, so that neither a character between theirs nor the cut hides a key or number.
        String line = key.removeFrom(clean(text));
        return cut(number == null ? line : number.maskIn(line));
    }

    private static String clean(String text) {
        String line = ESCAPES.matcher(text).replaceAll("");
        line = INVISIBLE.matcher(line).replaceAll("");
        return BLANKS.matcher(line).replaceAll(" ").strip();
    }

    private static String cut(String line) {
        if (line.length() <= MAX_LENGTH) {
            return line;
        }
        boolean splitsPair = Character.isHighSurrogate(line.charAt(MAX_LENGTH - 1));
        return line.substring(0, splitsPair ? MAX_LENGTH - 1 : MAX_LENGTH).stripTrailing() + "…";
    }
}
