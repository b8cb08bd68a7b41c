package io.jenkins.plugins.doubletick.parameter;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.commons.lang3.StringUtils;

/** Normalises texts, so that the same text as people see it is equal: in the field and in the team. */
final class SearchText {

    /** The longest text that is normalised, in characters. The longest suggestion is shorter. */
    private static final int MAX_LENGTH = 500;

    /** Invisible letters. */
    private static final String FILLERS = "\u115F\u1160\u3164\uFFA0";

    /** Matches invisible characters: formatting and control characters, fillers, variation selectors. */
    private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cf}\\p{Cc}" + FILLERS
            + "\\u17B4\\u17B5\\u180B-\\u180F\\u2800\\uFE00-\\uFE0F\\x{E0100}-\\x{E01EF}&&\\S]+");

    private static final Pattern APOSTROPHE = Pattern.compile("[\u2018\u2019\u02BC\u00B4]");

    private static final Pattern DASH = Pattern.compile("\\p{Pd}");

    private static final Pattern BETWEEN_WORDS = Pattern.compile("[^\\p{L}\\p{M}\\p{N}]+");

    private SearchText() {}

    /** Returns the text without accents, invisible characters and case; "" for one that is too long or invisible. */
    static String of(@CheckForNull String text) {
        // Checked first, because normalising many combining characters takes minutes.
        if (text == null || text.length() > MAX_LENGTH) {
            return "";
        }
        if (StringUtils.isAsciiPrintable(text)) {
            return StringUtils.normalizeSpace(text).toUpperCase(Locale.ROOT);
        }
        String visible = INVISIBLE.matcher(StringUtils.stripAccents(text)).replaceAll("");
        // Upper case, because it is the same for the Turkish letters i and for the final sigma.
        String upper = StringUtils.normalizeSpace(visible).toUpperCase(Locale.ROOT);
        String letters = upper.replace("Ø", "O").replace("Æ", "AE"); // Unicode does not decompose these letters.
        return DASH.matcher(APOSTROPHE.matcher(letters).replaceAll("'")).replaceAll("-");
    }

    /** Returns whether a text can be a name, an e-mail address or a suggestion, but no login number. */
    static boolean isName(@CheckForNull String text) {
        return text != null
                && text.length() <= MAX_LENGTH
                && text.codePoints().anyMatch(c -> Character.isLetter(c) && FILLERS.indexOf(c) < 0);
    }

    static List<String> words(String searchText) {
        return List.of(StringUtils.split(BETWEEN_WORDS.matcher(searchText).replaceAll(" ")));
    }
}
