package io.jenkins.plugins.doubletick.client;

import java.util.regex.Pattern;
import okio.ByteString;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * A DoubleTick API key that can be sent as the value of an HTTP header. It opens the whole DoubleTick account, so only
 * {@link #value()} returns it: {@link #toString()} does not.
 */
@Restricted(NoExternalUse.class)
public final class ApiKey {

    /** The longest key that DoubleTick documents, in characters. Longer ones are unusual, not impossible. */
    public static final int DOCUMENTED_LENGTH = 300;
    /** The longest text that is accepted as a key, in characters. */
    public static final int MAX_LENGTH = 1000;

    /** Matches an encrypted secret of Jenkins: base64 with a first byte of 1, the version. */
    private static final Pattern ENCRYPTED = Pattern.compile("\\{AQ[A-Za-z0-9+/]+={0,2}}");

    private static final Pattern JSON = Pattern.compile("[{\\[]\\s*[{\\[\"'].*", Pattern.DOTALL);

    private static final Pattern QUOTED =
            Pattern.compile("[\"'`\u201C\u201D\u2018\u2019].*[\"'`\u201C\u201D\u2018\u2019]", Pattern.DOTALL);

    private static final Pattern URL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*", Pattern.DOTALL);

    /**
     * Matches {@code NAME=key}, but not the padding of base64. DoubleTick's keys begin with {@code key_}, so
     * such a text is a name only if another key follows.
     */
    private static final Pattern NAMED = Pattern.compile(
            "(?:export\\s+)?(?:(?!key_)[A-Za-z_][\\w.-]*(?:\\s*=\\s*|:\\s+)[\"']?\\w|[\\w.-]+=[\"']?key_).*",
            Pattern.DOTALL);

    private final String value;

    private ApiKey(String value) {
        this.value = value;
    }

    /**
     * Reads a key from a form or a secret store. White space around the key, such as the line break at the end of a file, is
     * ignored.
     *
     * @throws DoubleTickException ({@link DoubleTickException.Reason#API_KEY_INVALID}) if the text is blank, is another
     *     kind of secret, or has a character that an HTTP header cannot carry; the message does not show the text
     */
    public static ApiKey parse(String text) throws DoubleTickException {
        String key = text == null ? "" : text.strip();
        String problem = problem(key);
        if (problem != null) {
            throw new DoubleTickException(DoubleTickException.Reason.API_KEY_INVALID, problem);
        }
        return new ApiKey(key);
    }

    private static String problem(String key) {
        if (key.isEmpty()) {
            return Messages.ApiKey_blank();
        }
        if (ENCRYPTED.matcher(key).matches()) {
            return Messages.ApiKey_encrypted();
        }
        if (JSON.matcher(key).matches()) {
            return Messages.ApiKey_json();
        }
        if (QUOTED.matcher(key).matches()) {
            return Messages.ApiKey_quoted();
        }
        if (URL.matcher(key).matches()) {
            return Messages.ApiKey_url();
        }
        if (NAMED.matcher(key).matches()) {
            return Messages.ApiKey_named();
        }
        if (key.length() > MAX_LENGTH) {
            return Messages.ApiKey_long(Integer.toString(MAX_LENGTH), Integer.toString(DOCUMENTED_LENGTH));
        }
        if (key.chars().anyMatch(c -> c == '\n' || c == '\r')) {
            return Messages.ApiKey_lines();
        }
        if (key.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            return Messages.ApiKey_characters();
        }
        return null;
    }

    public String value() {
        return value;
    }

    public String digest() {
        return ByteString.encodeUtf8(value).sha256().hex();
    }

    /**
     * Returns the text with every occurrence of this key replaced by {@code ****}: in upper and lower case, with a blank
     * or a joiner between two characters, and with percent-encoded characters.
     *
     * @param limit about how many characters to return at most; the rest of the text is left out
     */
    String removeFrom(String text, int limit) {
        StringBuilder without = new StringBuilder();
        int i = 0;
        while (i < text.length() && without.length() < limit) {
            int end = endOfKey(text, i);
            without.append(end < 0 ? text.substring(i, i + 1) : "****");
            i = end < 0 ? i + 1 : end;
        }
        return without.toString();
    }

    private int endOfKey(String text, int start) {
        int at = start;
        for (int i = 0; i < value.length(); i++) {
            if (i > 0 && at < text.length() && " \u200C\u200D".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            if (text.startsWith("%", at)
                    && text.regionMatches(true, at + 1, Integer.toHexString(value.charAt(i)), 0, 2)) {
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
