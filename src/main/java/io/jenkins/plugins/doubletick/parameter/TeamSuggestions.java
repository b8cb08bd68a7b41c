package io.jenkins.plugins.doubletick.parameter;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import io.jenkins.plugins.doubletick.client.Team;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Finds the members of a team for a text: suggestions for a form, and the members whom the text means. */
final class TeamSuggestions {

    /** The most suggestions that Jenkins shows, and the most members that a message names. */
    static final int MAX_SUGGESTIONS = 10;

    private final List<MemberText> members;

    @CheckForNull
    private final String unavailable;

    /**
     * The members whom a text means, or why there are none.
     *
     * @param members the members with the number; empty if the text does not mean exactly one number
     * @param problem what is wrong and what to do; null if nothing is wrong
     * @param isPart whether the text is only part of a member's texts
     */
    record Choice(List<MemberText> members, @CheckForNull String problem, boolean isPart) {

        String all(Function<MemberText, String> text) {
            return members.stream().map(text).filter(each -> !each.isEmpty()).collect(Collectors.joining("; "));
        }
    }

    /** @param unavailable why the team is not available and what to do; null if the team is available */
    TeamSuggestions(Team team, @CheckForNull String unavailable) {
        this.unavailable = unavailable;
        List<String> keys = team.members().stream()
                .map(member -> SearchText.of(MemberText.shownName(member)))
                .toList();
        Map<String, Long> namesakes =
                keys.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        members = IntStream.range(0, keys.size())
                .mapToObj(i -> MemberText.of(team.members().get(i), keys.get(i), namesakes.get(keys.get(i)) == 1))
                .toList();
    }

    /** Returns the members that match a text, best matches first. */
    private List<MemberText> find(String wanted) {
        List<String> words = SearchText.words(wanted);
        return members.stream()
                .collect(Collectors.groupingBy(member -> member.rank(wanted, words), TreeMap::new, Collectors.toList()))
                .headMap(MemberText.NO_MATCH)
                .values()
                .stream()
                .flatMap(List::stream)
                .toList();
    }

    private List<MemberText> exactly(String wanted) {
        return members.stream()
                .filter(member -> member.exact().contains(wanted))
                .toList();
    }

    private static String wanted(String text) {
        LoginNumber number = LoginNumber.parseOrNull(text);
        return number == null ? SearchText.of(text) : number.digits();
    }

    /** Returns the first suggestions for a text, exact matches first. */
    List<String> search(String text) {
        return suggestions(find(wanted(text))).stream().limit(MAX_SUGGESTIONS).toList();
    }

    private static List<String> suggestions(List<MemberText> found) {
        return found.stream()
                .map(MemberText::suggestion)
                .filter(suggestion -> !suggestion.isEmpty())
                .toList();
    }

    /**
     * Finds the one login number that a text means: a number, a whole suggestion, name or e-mail address. Never guesses.
     *
     * @param namesOthers whether the user may see the team, so that the message can name matching members
     */
    Choice choose(String text, boolean namesOthers) {
        String wanted = wanted(text);
        List<MemberText> found = find(wanted);
        List<MemberText> exact = exactly(wanted);
        List<LoginNumber> numbers = exact.stream()
                .map(each -> each.member().loginNumber())
                .distinct()
                .toList();
        if (numbers.size() == 1 && numbers.get(0) != null) {
            return new Choice(exactly(numbers.get(0).digits()), null, false);
        }
        List<String> named = suggestions(exact.isEmpty() ? found : exact);
        if (unavailable != null || text.isBlank()) {
            return noChoice(unavailable);
        }
        if (found.isEmpty() && LoginNumber.parseOrNull(text) != null) {
            return noChoice(Messages.TeamSuggestions_nobodyHas());
        }
        if (named.isEmpty()) {
            return noChoice(
                    found.isEmpty() ? Messages.TeamSuggestions_nobodyFits() : Messages.TeamSuggestions_noNumber());
        }
        if (!exact.isEmpty() && named.stream().map(SearchText::of).distinct().count() < named.size()) {
            return noChoice(Messages.TeamSuggestions_alike());
        }
        String problem = exact.isEmpty() ? Messages.TeamSuggestions_part() : Messages.TeamSuggestions_several();
        if (namesOthers) {
            problem = named.size() > MAX_SUGGESTIONS
                    ? Messages.TeamSuggestions_many(Integer.toString(named.size()))
                    : Messages.TeamSuggestions_named(problem, String.join("; ", named));
        }
        return new Choice(List.of(), problem, exact.isEmpty());
    }

    private static Choice noChoice(@CheckForNull String problem) {
        return new Choice(List.of(), problem, false);
    }
}
