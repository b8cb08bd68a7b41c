package io.jenkins.plugins.doubletick.parameter;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import io.jenkins.plugins.doubletick.client.Team;
import io.jenkins.plugins.doubletick.client.TeamMember;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a form suggests of a team, and which member a text means. A search sees no more of a number than a suggestion
 * shows: otherwise somebody could find out the hidden digits one by one.
 */
final class TeamSuggestions {

    /** How many suggestions Jenkins shows at a time. */
    static final int MAX_SUGGESTIONS = 10;

    /** How many members a refusal names. */
    private static final int MAX_NAMED = 5;

    /** More than the longest suggestion with its e-mail address. */
    private static final int MAX_TEXT = 500;

    /** Is not localised: a suggestion copied from one user's form must work for users of other languages. */
    private static final String OWNER = "Owner";

    private static final Pattern BETWEEN_WORDS = Pattern.compile("[^\\p{L}\\p{M}\\p{N}]+");
    private static final Pattern FEW_DIGITS = Pattern.compile("[0-9]{1,2}");
    private static final Pattern ACCENTS = Pattern.compile("\\p{InCombiningDiacriticalMarks}+");
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private final Team team;

    /** The suggestion of each member who can be chosen, in DoubleTick's order. */
    private final Map<TeamMember, String> suggestions = new LinkedHashMap<>();

    /**
     * A member, or why there is none.
     *
     * @param member null if the text does not mean one member with a login number
     * @param problem says what to do; null if there is none
     */
    record Choice(
            @CheckForNull TeamMember member, @CheckForNull String problem) {}

    TeamSuggestions(Team team) {
        this.team = team;
        Map<String, Integer> alike = new HashMap<>();
        List<TeamMember> offered = team.members().stream()
                .filter(member -> member.loginNumber() != null && isName(nameOf(member)))
                .toList();
        offered.forEach(member -> alike.merge(folded(suggestion(member, false)), 1, Integer::sum));
        for (TeamMember member : offered) {
            String suggestion = suggestion(member, false);
            suggestions.put(member, alike.get(folded(suggestion)) == 1 ? suggestion : suggestion(member, true));
        }
    }

    /** Tells whether a text can be a name, an e-mail address or a suggestion, but no login number. */
    static boolean isName(String text) {
        return text.codePoints().anyMatch(Character::isLetter);
    }

    /** Describes a member without the number: {@code Asha Rao, Agent}. */
    static String describe(TeamMember member) {
        return join(nameOf(member), member.role(), member.owner() ? OWNER : null);
    }

    private static String nameOf(TeamMember member) {
        return member.name().isEmpty() && member.email() != null ? member.email() : member.name();
    }

    /** @param withEmail tells members apart who look alike */
    private static String suggestion(TeamMember member, boolean withEmail) {
        return join(
                describe(member),
                withEmail ? member.email() : null,
                member.loginNumber().masked());
    }

    private static String join(String... parts) {
        return Arrays.stream(parts)
                .filter(part -> part != null && !part.isEmpty())
                .collect(Collectors.joining(", "));
    }

    /** Returns a few of the suggestions with all words of the text, or that of the member who has it as a number. */
    List<String> search(String text) {
        return matching(text).limit(MAX_SUGGESTIONS).toList();
    }

    private Stream<String> matching(String text) {
        LoginNumber number = LoginNumber.parseOrNull(text);
        List<String> wanted =
                words(text).filter(word -> !FEW_DIGITS.matcher(word).matches()).toList();
        if (number == null && (wanted.isEmpty() || text.length() > MAX_TEXT)) {
            return Stream.empty();
        }
        Predicate<Map.Entry<TeamMember, String>> matches = number != null
                ? suggestion -> number.equals(suggestion.getKey().loginNumber())
                : suggestion -> {
                    List<String> words = words(join(
                                    suggestion.getValue(), suggestion.getKey().email()))
                            .toList();
                    return wanted.stream().allMatch(word -> words.stream().anyMatch(other -> other.startsWith(word)));
                };
        return suggestions.entrySet().stream().filter(matches).map(Map.Entry::getValue);
    }

    /** Splits at everything but letters and digits, and drops the accents that many people leave out. */
    private static Stream<String> words(String text) {
        String plain =
                ACCENTS.matcher(Normalizer.normalize(text, Normalizer.Form.NFD)).replaceAll("");
        return BETWEEN_WORDS.splitAsStream(plain.toLowerCase(Locale.ROOT)).filter(word -> !word.isEmpty());
    }

    /**
     * Finds the one member that a text means: by the number, a whole suggestion, else a whole name or e-mail address.
     * Never guesses.
     *
     * @param namesOthers whether whoever asks may see the team, so that a refusal names who could be meant
     */
    Choice choose(String text, boolean namesOthers) {
        LoginNumber number = LoginNumber.parseOrNull(text);
        if (number != null) {
            TeamMember member = team.find(number);
            return new Choice(member, member == null ? Messages.TeamSuggestions_nobodyHas() : null);
        }
        String wanted = folded(text);
        Predicate<String> isWanted = other -> other != null && folded(other).equals(wanted);
        List<TeamMember> found = suggestions.keySet().stream()
                .filter(member -> isWanted.test(suggestions.get(member)))
                .toList();
        if (found.isEmpty()) {
            found = team.members().stream()
                    .filter(member -> isWanted.test(member.name()) || isWanted.test(member.email()))
                    .toList();
        }
        if (found.isEmpty()) {
            List<String> meant = matching(text).toList();
            return refusal(
                    meant.isEmpty() ? Messages.TeamSuggestions_nobodyFits() : Messages.TeamSuggestions_incomplete(),
                    namesOthers ? meant : List.of());
        }
        if (found.stream().map(TeamMember::loginNumber).distinct().count() > 1) {
            List<String> meant = found.stream()
                    .map(suggestions::get)
                    .filter(Objects::nonNull)
                    .toList();
            return meant.size() > 1 && meant.stream().distinct().count() == 1
                    ? refusal(Messages.TeamSuggestions_alike(), List.of())
                    : refusal(Messages.TeamSuggestions_several(), namesOthers ? meant : List.of());
        }
        return found.get(0).loginNumber() == null
                ? refusal(Messages.TeamSuggestions_noNumber(), List.of())
                : new Choice(found.get(0), null);
    }

    private static Choice refusal(String problem, List<String> meant) {
        if (meant.isEmpty()) {
            return new Choice(null, problem);
        }
        String named = meant.stream().limit(MAX_NAMED).collect(Collectors.joining("; "));
        return new Choice(
                null,
                meant.size() <= MAX_NAMED
                        ? Messages.TeamSuggestions_meant(problem, named)
                        : Messages.TeamSuggestions_meantAndMore(problem, named, meant.size() - MAX_NAMED));
    }

    /** Makes texts equal that look the same to people. */
    private static String folded(String text) {
        return BLANKS.matcher(Normalizer.normalize(text, Normalizer.Form.NFC).strip())
                .replaceAll(" ")
                .toLowerCase(Locale.ROOT);
    }
}
