package io.jenkins.plugins.doubletick.parameter;

import static io.jenkins.plugins.doubletick.parameter.Teams.member;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.Team;
import io.jenkins.plugins.doubletick.client.TeamMember;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Without Jenkins: the suggestions for a text, and the member whom it means. */
class TeamSuggestionsTest {

    private static final TeamMember ASHA = member("Asha Rao", "919876543210", "asha.rao@example.com", "Agent");
    private static final TeamMember PRIYA = member("Priya Nair", "919876503288", "priya.nair@example.com", "Agent");
    private static final TeamMember SECOND_PRIYA = member("Priya Nair", "919876513288", "priya.n@example.com", "Agent");

    private static final TeamSuggestions TEAM = team(
            ASHA,
            member("Ashok Rao", "919876543299", "ashok@example.com", "Agent"),
            member("O'Neil, Sam (night shift)", "12025550123", null, "Agent"),
            member("Zoë Brandt", "4915112345678", "zoe@example.com", null),
            member("Łukasz Søren", "4915112345679", null, null),
            member("IŞIK Straße", "4915112345680", null, null),
            member("राम", "919876500001", null, null),
            member("رضا می‌خواهد", "982188776655", null, null),
            member("👩‍💻 Dev", "919876500003", null, null),
            member("Sammy Davis Jr.", "12025550199", null, null),
            member("Zahra Khan", null, "zahra@example.com", "Agent"),
            PRIYA,
            SECOND_PRIYA);

    private static TeamSuggestions team(TeamMember... members) {
        return new TeamSuggestions(new Team(Arrays.asList(members)), null);
    }

    private static String chosen(TeamSuggestions team, String text) {
        return team.choose(text, true).all(MemberText::description);
    }

    private static String problem(TeamSuggestions team, String text) {
        return team.choose(text, true).problem();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            asha                           | Asha Rao, Agent, +91••••••3210
            RAO ASHA                       | Asha Rao, Agent, +91••••••3210
            ashok@ex                       | Ashok Rao, Agent, +91••••••3299
            3299                           | Ashok Rao, Agent, +91••••••3299
            +91 98765-43210                | Asha Rao, Agent, +91••••••3210
            Asha Rao, Agent, +91••••••3210 | Asha Rao, Agent, +91••••••3210
            neil (night                    | O'Neil, Sam (night shift), Agent, +12•••••0123
            zoe b                          | Zoë Brandt, +49•••••••5678
            lukasz soren                   | Łukasz Søren, +49•••••••5679
            isik strasse                   | IŞIK Straße, +49•••••••5680
            priya.n@example.com            | Priya Nair, Agent, priya.n@example.com, +91••••••3288
            priya.n                        | Priya Nair, Agent, priya.n@example.com, +91••••••3288
            zahra                          |
            sha                            |
            asha khan                      |
            91                             |
            10                             |
            +                              |
            ' '                            |
            """)
    void bestSuggestion(String text, String suggestion) {
        assertEquals(suggestion, TEAM.search(text).stream().findFirst().orElse(null));
    }

    /** Otherwise, the hidden digits could be guessed one at a time. */
    @Test
    void hiddenDigitsAreNotSearched() {
        String digits = ASHA.loginNumber().digits();
        for (int from = 0; from < digits.length(); from++) {
            for (int to = from + 1; to <= digits.length(); to++) {
                String part = digits.substring(from, to);
                boolean isShown = part.equals(digits) || part.length() >= 3 && "3210".startsWith(part);
                assertEquals(isShown, !team(ASHA).search(part).isEmpty(), part);
            }
        }
    }

    @Test
    void shortDigitsMatchOnlyNamesAndMoreThanTenMembersAreNotNamed() {
        TeamSuggestions sixty = new TeamSuggestions(Teams.of(60, i -> "Member number " + i), null);
        assertEquals(
                List.of("Member number 5, Agent, +91••••••0005", "Member number 50, Agent, +91••••••0050"),
                sixty.search("member 5").subList(0, 2));
        assertEquals(List.of(), team(ASHA).search("asha 32"));
        TeamSuggestions eleven = new TeamSuggestions(Teams.of(11, i -> "Asha " + i), null);
        TeamSuggestions namesakes = new TeamSuggestions(Teams.of(11, i -> "Asha"), null);
        assertEquals(10, eleven.search("asha").size());
        assertEquals("11 members match this text. Type more of the name.", problem(eleven, "asha"));
        assertEquals("11 members match this text. Type more of the name.", problem(namesakes, "Asha"));
        assertTrue(problem(new TeamSuggestions(Teams.of(10, i -> "Asha " + i), null), "asha")
                .endsWith("0009"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "' asha  RAO '|Asha Rao, Agent",
                "O\u2019Neil, Sam (night shift)|O'Neil, Sam (night shift), Agent",
                "O\u02BCNeil, Sam (night shift)|O'Neil, Sam (night shift), Agent",
                "ASHA.RAO@example.com|Asha Rao, Agent",
                "asha rao, agent, +91••••••3210|Asha Rao, Agent",
                "Asha\u00A0Rao|Asha Rao, Agent",
                "\uFEFFAsha\u200E Rao\u2069|Asha Rao, Agent",
                "+91 98765 43210|Asha Rao, Agent",
                "Zoe\u0308 Brandt|Zoë Brandt",
                "राम|राम",
                "رضا میخواهد|رضا می\u200Cخواهد",
                "👩‍💻 Dev|👩‍💻 Dev",
                "Sammy Davis Jr.|Sammy Davis Jr.",
                "priya.n@example.com|Priya Nair, Agent, priya.n@example.com"
            })
    void wholeTextMeansOneMember(String text, String description) {
        assertEquals(description, chosen(TEAM, text));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Nadia | Nobody in the team matches this text. Check the spelling, or enter the login number.
            Asha Rao, Agent, +91••••••3211 | Nobody in the team matches this text. Check the spelling, or enter the login number.
            रमा | Nobody in the team matches this text. Check the spelling, or enter the login number.
            Ash | This is only part of a name or number. Choose a suggestion, or enter the whole name or number. Matching members: Asha Rao, Agent, +91••••••3210; Ashok Rao, Agent, +91••••••3299
            Priya Nair | Several members have this name. Choose a suggestion, or enter the login number. Matching members: Priya Nair, Agent, priya.nair@example.com, +91••••••3288; Priya Nair, Agent, priya.n@example.com, +91••••••3288
            Zahra Khan | DoubleTick has no login number for this member. Add it in DoubleTick, or enter it here.
            +919876543211 | Nobody in the team has this login number. Check the number and its country code.
            """)
    void everythingElseIsRefused(String text, String problem) {
        assertEquals("", chosen(TEAM, text));
        assertEquals(problem, problem(TEAM, text));
    }

    /** Names that look the same are the same, so that nobody can pose as somebody else. */
    @ParameterizedTest
    @CsvSource({"asha  RAO", "Asha\u200B Rao", "Asha\u202E Rao", "A\u0301sha Rao", "Asha\u3164 Rao", "Ａｓｈａ Rao"})
    void namesThatLookTheSame(String name) {
        TeamMember second = member(name, "919876543299", "second@example.com", "Admin");
        assertEquals("", chosen(team(ASHA, second), "Asha Rao"));
        assertEquals(
                List.of("Asha Rao, Agent, asha.rao@example.com, +91••••••3210"),
                team(ASHA, second).search("asha agent"));
        TeamMember alike = member(name, "918876543210", "asha.rao@example.com", "Agent");
        assertEquals(
                "Several members have the same name and e-mail address. Enter the login number.",
                problem(team(ASHA, alike), "Asha Rao, Agent, asha.rao@example.com, +91••••••3210"));
    }

    @ParameterizedTest
    @CsvSource({"''", "' '", "\u200B\u2060", "\u3164", "007", "•••"})
    void memberWithoutAVisibleNameIsFoundByTheAddress(String name) {
        TeamMember nameless = member(name, "919876543299", "a@example.com", null);
        assertEquals(List.of("a@example.com, +91••••••3299"), team(nameless).search("example"));
        assertEquals("a@example.com", chosen(team(nameless), "A@example.com"));
        assertEquals(
                List.of(), team(member(name, "919876543299", null, "Agent")).search("agent"));
    }

    @Test
    void membersWithOneNumberAreAllNamedAndNothingIsGuessed() {
        TeamMember owner = new TeamMember("3", "Meera Iyer", null, "Admin", true, ASHA.loginNumber());
        for (String text : List.of("Asha Rao", "Meera Iyer, Admin, Owner, +91••••••3210", "919876543210")) {
            assertEquals("Asha Rao, Agent; Meera Iyer, Admin, Owner", chosen(team(ASHA, owner), text));
        }
        assertEquals("", chosen(team(member("Asha Rao", null, null, "Agent"), ASHA), "Asha Rao"));
        for (String text : List.of("asha.rao@example.com", "Asha Rao, Agent, +91••••••3210")) {
            assertEquals("", chosen(team(ASHA, member(text, "919876543299", null, null)), text));
        }
    }

    @Test
    void numberStaysAfterALongNameAndAfterOneFromRightToLeft() {
        TeamMember longest = member("n👩".repeat(50), "919876543210", "a@example.com", "r".repeat(100));
        String suggestion = team(longest).search("a@ex").get(0);
        assertEquals("n👩".repeat(19) + "n…, " + "r".repeat(39) + "…, +91••••••3210", suggestion);
        assertEquals(1, team(longest).choose(suggestion, true).members().size());
        assertEquals(1, team(longest).choose(longest.name(), true).members().size());
        // A browser draws the number after the mark from left to right.
        TeamMember ali = member("محمد علي", "971501234567", null, null);
        suggestion = team(ali).search("علي").get(0);
        assertEquals("محمد علي, \u200E+97••••••4567", suggestion);
        assertEquals(1, team(ali).choose(suggestion, true).members().size());
    }

    /** Normalising combining characters would take minutes. */
    @Test
    @Timeout(20)
    void longTextsAreNotNormalised() {
        TeamSuggestions team = new TeamSuggestions(Teams.of(5_000, i -> "Asha Rao " + i), null);
        for (String text : List.of("a ", "\u0301", "1")) {
            assertEquals(List.of(), team.search(text.repeat(200_000)));
            assertEquals("", chosen(team, text.repeat(200_000)));
        }
        assertEquals("Asha Rao 4321, Agent", chosen(team, "Asha Rao 4321"));
    }
}
