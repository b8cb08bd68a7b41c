package io.jenkins.plugins.doubletick.client;

import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * A DoubleTick API key that can be sent as the value of an HTTP header. It opens the whole DoubleTick account, so
 * nothing but {@link #value()} gives it out: {@link #toString()} does not.
 */
@Restricted(NoExternalUse.class)
public final class ApiKey {

    /** The longest key that DoubleTick documents, in characters. Longer ones are unusual, not impossible. */
    public static final int DOCUMENTED_LENGTH = 300;
    /** The longest text that is taken for a key, in characters. A longer one is another secret, chosen by mistake. */
    public static final int MAX_LENGTH = 1000;

    private final String value;

    private ApiKey(String value) {
        this.value = value;
    }

    /**
     * Reads a key as people and secret stores hand it over: white space around it, such as the line break at the end
     * of a file, is not part of it.
     *
     * @throws DoubleTickException ({@link DoubleTickException.Reason#API_KEY_INVALID}) if the key is blank, too
     *     long, or has a character that an HTTP header cannot carry; the message does not show the key
     */
    public static ApiKey parse(String text) throws DoubleTickException {
        String key = text == null ? "" : text.strip();
        if (key.isEmpty()) {
            throw invalid(Messages.ApiKey_blank());
        }
        if (key.length() > MAX_LENGTH) {
            throw invalid(Messages.ApiKey_long(MAX_LENGTH, DOCUMENTED_LENGTH));
        }
        if (key.chars().anyMatch(c -> c == '\n' || c == '\r')) {
            throw invalid(Messages.ApiKey_lines());
        }
        if (key.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw invalid(Messages.ApiKey_characters());
        }
        return new ApiKey(key);
    }

    private static DoubleTickException invalid(String message) {
        return new DoubleTickException(DoubleTickException.Reason.API_KEY_INVALID, message);
    }

    /** The key itself, for the {@code Authorization} header. */
    public String value() {
        return value;
    }

    /**
     * Returns the text with every occurrence of this key replaced by {@code ****}: in whatever case, with blanks in it,
     * and with percent-encoded characters.
     */
    String removeFrom(String text) {
        StringBuilder without = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            int end = endOfKey(text, i);
            without.append(end < 0 ? text.substring(i, i + 1) : "****");
            i = end < 0 ? i + 1 : end;
        }
        return without.toString();
    }

    /** Returns where this key ends in a text if it begins at {@code start}, else -1. */
    private int endOfKey(String text, int start) {
        int at = start;
        for (int i = 0; i < value.length(); i++) {
            if (i > 0 && text.startsWith(" ", at)) {
                at++;
            }
            if (text.startsWith("%", at)
                    && text.regionMatches(true, at, String.format("%%%02X", (int) value.charAt(i)), 0, 3)) {
                at += 3;
            } else if (text.regionMatches(true, at, value, i, 1)) {
                at++;
            } else {
                return -1;
            }
        }
        return at;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ApiKey key && key.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return "****";
    }
}
