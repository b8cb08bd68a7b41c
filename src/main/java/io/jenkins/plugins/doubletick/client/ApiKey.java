package io.jenkins.plugins.doubletick.client;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A DoubleTick API key that can be sent as the value of an HTTP header. It opens the whole DoubleTick account, so
 * nothing but {@link #value()} gives it out: {@link #toString()} does not.
 */
public final class ApiKey {

    /** Longest key that DoubleTick documents, in characters. Longer ones are unusual, not impossible. */
    public static final int DOCUMENTED_LENGTH = 300;

    private final String value;

    private ApiKey(String value) {
        this.value = value;
    }

    /**
     * Reads a key as people and secret stores hand it over: white space around it, such as the line break at the end
     * of a file, is not part of it.
     *
     * @throws DoubleTickException ({@link DoubleTickException.Reason#API_KEY_INVALID}) if the key is blank or has a
     *     character that an HTTP header cannot carry; the message does not show the key
     */
    public static ApiKey parse(String text) throws DoubleTickException {
        String key = text == null ? "" : text.strip();
        if (key.isEmpty()) {
            throw invalid(Messages.ApiKey_blank());
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
     * The text with every occurrence of this key replaced by {@code ****}: in whatever case, with blanks in it, and
     * with percent-encoded characters.
     */
    String removeFrom(String text) {
        String written = value.chars()
                .mapToObj(c -> String.format("(?:\\x%02x|%%%02x)", c, c))
                .collect(Collectors.joining(" ?"));
        return Pattern.compile(written, Pattern.CASE_INSENSITIVE).matcher(text).replaceAll("****");
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
