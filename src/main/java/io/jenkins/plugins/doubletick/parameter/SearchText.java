package io.jenkins.plugins.doubletick.parameter;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.commons.lang3.StringUtils;

/** Makes texts equal that people take for the same: what somebody types, and what the team has. */
final class SearchText {

    /** The longest text that is looked at, in characters; the longest suggestion is shorter. */
    private static final int MAX_LENGTH = 500;

    /** Letters that draw nothing. */
    private static final String FILLERS = "\u115F\u1160\u3164\uFFA0";

    /** Matches what draws nothing: formatting and control characters, fillers, variation selectors. */
    private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cf}\\p{Cc}" + FILLERS
            + "\\u17B4\\u17B5\\u180B-\\u180F\\u2800\\uFE00-\\uFE0F\\x{E0100}-\\x{E01EF}&&\\S]+");

    private static final Pattern BETWEEN_WORDS = Pattern.compile("[^\\p{L}\\p{M}\\p{N}]+");

    private SearchText() {}

    /** Returns the text without accents, invisible characters and case; "" for one that is too long or invisible. */
    static String of(@CheckForNull String text) {
        // Comes first: to normalise many combining characters takes minutes.
        if (text == null || text.length() > MAX_LENGTH) {
            return "";
        }
        if (StringUtils.isAsciiPrintable(text)) {
            return StringUtils.normalizeSpace(text).toUpperCase(Locale.ROOT);
        }
        String visible = INVISIBLE.matcher(StringUtils.stripAccents(text)).replaceAll("");
        // The upper case is the same for both letters i of Turkish, and for the sigma at a word's end.
        String upper = StringUtils.normalizeSpace(visible).toUpperCase(Locale.ROOT);
        return upper.replace("Ø", "O").replace("Æ", "AE"); // Neither is decomposed.
    }

    /** Tells whether a text can be a name, an e-mail address or a suggestion, but no login number. */
    static boolean isName(@CheckForNull String text) {
        return text != null
                && text.length() <= MAX_LENGTH
                && text.codePoints().anyMatch(c -> Character.isLetter(c) && FILLERS.indexOf(c) < 0);
    }

    /** Returns the words of what {@link #of} returned. */
    static List<String> words(String searchText) {
        return List.of(StringUtils.split(BETWEEN_WORDS.matcher(searchText).replaceAll(" ")));
    }
}
