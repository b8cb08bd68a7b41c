package io.jenkins.plugins.doubletick.parameter;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.doubletick.client.TeamMember;
import java.text.Bidi;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The texts of a member: what a form shows, and what a search compares. A search sees only the digits that a suggestion shows,
 * because the hidden digits could be guessed one at a time otherwise.
 *
 * @param name the name, with the e-mail address if other members have the same name; empty if there is none
 * @param description the name with role and ownership: {@code Asha Rao, Agent}
 * @param suggestion the description with the masked number; empty if the form does not offer the member
 * @param exact the texts that select the member: number, name, e-mail address and suggestion, each as a {@link SearchText}
 * @param parts the texts whose words find the member, as a {@link SearchText}
 */
record MemberText(
        TeamMember member, String name, String description, String suggestion, List<String> exact, String parts) {

    static final int NO_MATCH = 3;

    /** The most characters of a name or a role, so that the number behind them stays visible. */
    private static final int MAX_SHOWN = 40;

    /** Fewer digits match names only, because they are part of too many numbers. */
    private static final int MIN_DIGITS = 3;

    /** Not localised, because a suggestion from one user's form must work in other languages. */
    private static final String OWNER = "Owner";

    /** Keeps the order of a number after a right-to-left name. */
    private static final String LEFT_TO_RIGHT_MARK = "\u200E";

    /**
     * @param key the {@link SearchText} of the {@link #shownName}, which is computed only once
     * @param isUnique whether no other member has the key
     */
    static MemberText of(TeamMember member, String key, boolean isUnique) {
        String shown = shownName(member);
        String role = shortened(member.role());
        String owner = member.owner() ? OWNER : null;
        String email = isUnique || shown.equals(member.email()) ? null : member.email();
        String who = join(shown, role, owner, email);
        String digits = member.loginNumber() == null ? "" : member.loginNumber().digits();
        String masked = member.loginNumber() == null ? "" : member.loginNumber().masked();
        String mark = Bidi.requiresBidi(who.toCharArray(), 0, who.length()) ? LEFT_TO_RIGHT_MARK : "";
        String suggestion = masked.isEmpty() || shown.isEmpty() ? "" : join(who, mark + masked);
        String fullName = member.name().length() > MAX_SHOWN ? SearchText.of(member.name()) : key;
        String address = SearchText.of(member.email());
        String parts = join(key, SearchText.of(role), SearchText.of(owner), SearchText.of(email));
        List<String> exact = new ArrayList<>(List.of(digits, fullName, address, join(parts, masked)));
        exact.removeIf(text -> text.isEmpty() || !text.equals(digits) && !SearchText.isName(text));
        return new MemberText(member, join(shown, email), who, suggestion, exact, join(parts, fullName, address));
    }

    /** Returns the name, or the e-mail address if the name has no letters; empty if neither has. */
    static String shownName(TeamMember member) {
        String name = SearchText.isName(member.name()) ? member.name() : member.email();
        return SearchText.isName(name) ? shortened(name) : "";
    }

    @CheckForNull
    private static String shortened(@CheckForNull String text) {
        return text == null || text.codePointCount(0, text.length()) <= MAX_SHOWN
                ? text
                : text.substring(0, text.offsetByCodePoints(0, MAX_SHOWN - 1)) + "…";
    }

    private static String join(String... parts) {
        return Stream.of(parts).filter(part -> part != null && !part.isEmpty()).collect(Collectors.joining(", "));
    }

    /** Returns 0 for an exact text, 1 for whole words, 2 for beginnings of words, otherwise {@link #NO_MATCH}. */
    int rank(String wanted, List<String> typed) {
        if (exact.contains(wanted)) {
            return 0;
        }
        String shownDigits = suggestion.substring(suggestion.lastIndexOf('•') + 1);
        Predicate<String> isShown = word -> word.length() >= MIN_DIGITS && shownDigits.startsWith(word);
        // Checked first, because the search for words takes longer.
        if (typed.isEmpty() || !typed.stream().allMatch(word -> parts.contains(word) || isShown.test(word))) {
            return NO_MATCH;
        }
        String words = " " + String.join(" ", SearchText.words(parts)) + " ";
        if (typed.stream().allMatch(word -> words.contains(" " + word + " "))) {
            return 1;
        }
        return typed.stream().allMatch(word -> words.contains(" " + word) || isShown.test(word)) ? 2 : NO_MATCH;
    }
}
