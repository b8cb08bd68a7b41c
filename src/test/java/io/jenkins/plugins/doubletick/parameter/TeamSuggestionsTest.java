package io.jenkins.plugins.doubletick.parameter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.LoginNumber;
import io.jenkins.plugins.doubletick.client.Team;
import io.jenkins.plugins.doubletick.client.TeamMember;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is suggested, and whom a text means, without Jenkins. */
class TeamSuggestionsTest {

    private static final TeamMember ASHA = member("Asha Rao", "919876543210", "asha.rao@example.com", "Agent");
    private static final TeamMember ASHOK = member("Ashok Rao", "919876543299", "ashok@example.com", "Agent");
    private static final TeamMember OWNER =
            new TeamMember("3", "Meera Iyer", "meera@example.com", "Admin", true, ASHA.loginNumber());
    private static final TeamMember SAM = member("O'Neil, Sam (night shift)", "12025550123", null, "Agent");
    private static final TeamMember ZOE = member("Zoë Brandt", "4915112345678", "zoe@example.com", null);
    private static final TeamMember WITHOUT_NUMBER = member("Zahra Khan", null, "zahra@example.com", "Agent");

    private static TeamMember member(String name, String number, String email, String role) {
        try {
            return new TeamMember("id", name, email, role, false, number == null ? null : LoginNumber.parse(number));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static TeamSuggestions team(TeamMember... members) {
        return new TeamSuggestions(new Team(Arrays.asList(members)));
    }

    private static final TeamSuggestions TEAM = team(ASHA, ASHOK, SAM, ZOE, WITHOUT_NUMBER);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "asha|Asha Rao, Agent, +91••••••3210",
                "RAO ASHA|Asha Rao, Agent, +91••••••3210",
                "ashok@ex|Ashok Rao, Agent, +91••••••3299",
                "3299|Ashok Rao, Agent, +91••••••3299",
                "+91 98765-43210|Asha Rao, Agent, +91••••••3210",
                "Asha Rao, Agent, +91••••••3210|Asha Rao, Agent, +91••••••3210",
                "neil (night|O'Neil, Sam (night shift), Agent, +12•••••0123",
                "zoe b|Zoë Brandt, +49•••••••5678",
                "ZOË|Zoë Brandt, +49•••••••5678",
                "zahra|-",
                "sha|-",
                "asha khan|-",
                "91|-",
                "10|-",
                "+|-",
                "null|-",
                "' '|-"
            })
    void suggestionsHaveAllWords(String text, String suggestion) {
        assertEquals(suggestion == null ? List.of() : List.of(suggestion), TEAM.search(text));
    }

    /** Otherwise, ten texts for each hidden digit would find a number out. */
    @Test
    void hiddenDigitsFindNobody() {
        String digits = ASHA.loginNumber().digits();
        for (int from = 0; from < digits.length(); from++) {
            for (int to = from + 3; to <= digits.length(); to++) {
                String part = digits.substring(from, to);
                boolean isShown = part.equals(digits) || "3210".startsWith(part);
                assertEquals(isShown, !team(ASHA).search(part).isEmpty(), part);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Asha Rao",
                " asha  RAO ",
                "ASHA.RAO@example.com",
                "Asha Rao, Agent, +91••••••3210",
                "asha rao, agent, +91••••••3210",
                "+91 98765 43210"
            })
    void wholeTextsMeanOneMember(String text) {
        assertSame(ASHA, TEAM.choose(text, true).member());
    }

    @Test
    void namesNeedNotBePlain() {
        for (String text : List.of(SAM.name(), SAM.name() + ", Agent, +12•••••0123")) {
            assertSame(SAM, TEAM.choose(text, true).member());
        }
        for (String text : List.of("Zoe\u0308 Brandt", "ZOË BRANDT", "Zoë Brandt, +49•••••••5678")) {
            assertSame(ZOE, TEAM.choose(text, true).member());
        }
        TeamMember hindi = member("राम", "919876500001", null, null);
        assertSame(
                hindi,
                team(hindi, member("रमा", "919876500002", null, null))
                        .choose("राम", true)
                        .member());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Nadia|Nobody in the team fits this text; check the spelling, or give the login number",
                "Nadia Rao, Agent, +91••••••3210|Nobody in the team fits this text; check the spelling, or give the login"
                        + " number",
                "Ash|This is only a part of a name; give all of it or a suggestion, or the login number: Asha Rao, Agent,"
                        + " +91••••••3210; Ashok Rao, Agent, +91••••••3299",
                "Asha|This is only a part of a name; give all of it or a suggestion, or the login number: Asha Rao, Agent,"
                        + " +91••••••3210",
                "Zahra Khan|DoubleTick has no login number for this member; enter it in DoubleTick, or give it here",
                "+919876543211|Nobody in the team has this number; make sure that it begins with the country code"
            })
    void everythingElseIsRefused(String text, String problem) {
        TeamSuggestions.Choice choice = TEAM.choose(text, true);
        assertNull(choice.member());
        assertEquals(problem, choice.problem());
    }

    @Test
    void nobodyIsNamedToWhoMayNotSeeTheTeam() {
        assertEquals(
                "This is only a part of a name; give all of it or a suggestion, or the login number",
                TEAM.choose("Ash", false).problem());
        assertEquals(
                "Several members have this name; choose one, or give the login number",
                team(ASHA, member("Asha Rao", "919876543299", null, "Agent"))
                        .choose("Asha Rao", false)
                        .problem());
    }

    @Test
    void emptyTeam() {
        assertEquals(List.of(), team().search("Asha"));
        assertEquals(
                "Nobody in the team fits this text; check the spelling, or give the login number",
                team().choose("Asha", true).problem());
    }

    @Test
    void ownerIsMarked() {
        assertEquals(
                List.of("Meera Iyer, Admin, Owner, +91••••••3210"), team(OWNER).search("meera"));
        assertEquals("Meera Iyer, Admin, Owner", TeamSuggestions.describe(OWNER));
    }

    @Test
    void membersWhoLookAlikeAreToldApart() {
        TeamMember first = member("Priya Nair", "919876503288", "priya.nair@example.com", "Agent");
        TeamMember second = member("priya  nair", "919876513288", "priya.n@example.com", "Agent");
        TeamSuggestions team = team(first, second);
        List<String> suggestions = List.of(
                "Priya Nair, Agent, priya.nair@example.com, +91••••••3288",
                "priya  nair, Agent, priya.n@example.com, +91••••••3288");
        assertEquals(suggestions, team.search("priya"));
        assertSame(first, team.choose(suggestions.get(0), true).member());
        assertSame(second, team.choose(suggestions.get(1), true).member());
        assertSame(second, team.choose("priya.n@example.com", true).member());
        for (String both : List.of("Priya Nair", "priya nair")) {
            assertEquals(
                    "Several members have this name; choose one, or give the login number: "
                            + String.join("; ", suggestions),
                    team.choose(both, true).problem());
        }
        // The text that neither of them has as a suggestion.
        assertNull(team.choose("Priya Nair, Agent, +91••••••3288", true).member());
    }

    @Test
    void membersWhomNothingTellsApartAreNotGuessed() {
        TeamSuggestions team = team(
                member("Priya Nair", "919876503288", null, "Agent"),
                member("Priya Nair", "919876513288", null, "Agent"));
        for (String text : List.of("Priya Nair", "Priya Nair, Agent, +91••••••3288")) {
            assertEquals(
                    "Several members look the same, so that a name does not tell them apart; give the login number",
                    team.choose(text, true).problem());
        }
    }

    @Test
    void memberWithoutNumberMayBeTheOneMeant() {
        assertEquals(
                "Several members have this name; choose one, or give the login number: Asha Rao, Agent, +91••••••3210",
                team(member("Asha Rao", null, null, "Agent"), ASHA)
                        .choose("Asha Rao", true)
                        .problem());
    }

    @Test
    void nameThatIsTheAddressOfAnotherIsNotGuessed() {
        assertNull(team(ASHA, member("asha.rao@example.com", "919876543299", null, null))
                .choose("asha.rao@example.com", true)
                .member());
    }

    @Test
    void memberWhoIsListedTwiceIsOne() {
        assertEquals(
                ASHA.loginNumber(),
                team(ASHA, member("Asha Rao", "919876543210", "other@example.com", "Admin"))
                        .choose("Asha Rao", true)
                        .member()
                        .loginNumber());
    }

    @Test
    void memberWithoutNameGoesByTheAddress() {
        TeamMember nameless = member("", "919876543299", "a@example.com", null);
        assertEquals(List.of("a@example.com, +91••••••3299"), team(nameless).search("example"));
        assertSame(nameless, team(nameless).choose("A@example.com", true).member());
        assertEquals(List.of(), team(member("", "919876543299", null, "Agent")).search("agent"));
    }

    @Test
    void markupIsText() {
        TeamMember markup = member("<b onclick='x()'>Asha & \"Co\"</b>", "919876543210", null, null);
        assertSame(
                markup,
                team(markup).choose(team(markup).search("asha").get(0), true).member());
    }

    @Test
    void answersAreBounded() {
        TeamMember[] members = IntStream.range(0, 5_000)
                .mapToObj(i -> member("Asha Rao " + i, "91" + (9_000_000_000L + i), null, "Agent"))
                .toArray(TeamMember[]::new);
        TeamSuggestions team = team(members);
        assertEquals(10, team.search("asha").size());
        assertEquals(List.of("Asha Rao 4321, Agent, +91••••••4321"), team.search("asha 4321"));
        assertSame(members[4321], team.choose("Asha Rao 4321", true).member());
        String problem = team.choose("asha rao", true).problem();
        assertTrue(problem.endsWith("Asha Rao 4, Agent, +91••••••0004; and 4,995 more"), problem);
        assertEquals(List.of(), team.search("a ".repeat(1_000_000)));
        assertNull(team.choose("a ".repeat(1_000_000), true).member());
    }
}
