package io.jenkins.plugins.doubletick.client;

import static io.jenkins.plugins.doubletick.client.ClientFixture.assertFailure;
import static io.jenkins.plugins.doubletick.client.ClientFixture.response;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class TeamResponseTest {

    static String describe(TeamMember member) {
        return member.name() + "|" + member.email() + "|" + member.role() + "|" + member.owner() + "|"
                + member.loginNumber();
    }

    private static Team read(byte[] body) throws Exception {
        return TeamResponse.read(response(200, body), ClientFixture.key());
    }

    private static Team read(String body) throws Exception {
        return read(body.getBytes(UTF_8));
    }

    private static TeamMember readMember(String fields) throws Exception {
        return read("{\"data\":[{" + fields + "}]}").members().get(0);
    }

    private static String readName(String name) throws Exception {
        return readMember("\"phone\":\"919876543210\",\"name\":\"" + name + "\"")
                .name();
    }

    private static void assertNoTeam(byte[] body) {
        DoubleTickException failure = assertFailure(
                "NOT_CONFIRMED: DoubleTick answered 200, but without a list of members", () -> read(body));
        assertEquals(200, failure.status());
    }

    private static void assertTooLarge(byte[] body) {
        assertFailure(
                "TEAM_TOO_LARGE: The list of members is too large: it has more than 10000 members, or too many characters",
                () -> read(body));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '´', textBlock = """
            ´´                                                                        ; |null|null|false|null
            "name":null,"email":"","orgRoleName":" "                                  ; |null|null|false|null
            "name":{"a":[1]},"email":[{}],"orgRoleName":1.5,"phone":{}                ; |null|null|false|null
            "name":7,"email":true,"isOrganizationOwner":"true"                        ; 7|true|null|true|null
            "name":"A","isOrganizationOwner":true                                     ; A|null|null|true|null
            "name":"A","isOrganizationOwner":{"a":true}                               ; A|null|null|false|null
            "reportingManager":[{"name":"B","phone":"919876543210"}],"name":"A"       ; A|null|null|false|null
            """)
    void fieldsMayBeMissingOrOdd(String fields, String member) throws Exception {
        assertEquals(member, describe(readMember(fields)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '´', textBlock = """
            919876543210  ; "+91 (98765) 43210" ¦ 919876543210
            4401614960000 ; "+440161 496 0000"
                          ; 919876543210.0 ¦ 919876543210.5 ¦ 9.1987654321E11 ¦ -919876543210 ¦ true ¦ null ¦ [919876543210]
                          ; "919876543210.0" ¦ "919876543210 ext. 12" ¦ "919876543210,12" ¦ "09876543210" ¦ "12"
            """)
    void phoneIsANumberOrNone(String digits, String phones) throws Exception {
        for (String phone : phones.split(" ¦ ")) {
            LoginNumber number = readMember("\"phone\":" + phone).loginNumber();
            assertEquals(digits, number == null ? null : number.digits(), phone);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "<b>Asha</b>\\u0007\\n\\u001B[31m Rao\\u202E key_demo; <b>Asha</b> Rao key_demo",
                "Sammy Davis Jr.; Sammy Davis Jr.",
                "\\u200Fعلی\\u200Cرضا\\u200F; علی\u200Cرضا",
                "ന്\\u200D; ന്\u200D",
                "👩\\u200D💻 \\u2764\\uFE0F; 👩\u200D💻 \u2764\uFE0F",
                "A\\u200D\\u200C\\u200DB\\u00ADC\\uFEFFD\\u034F\\u3164\\uE000\\uD800E; A\u200DBCDE",
                "\\u200C \\u0301\\u200DA; A",
                "\\u200B\\u2800\\u3164\\u115F\\u1160\\uFFA0\\u200D\\uFE0F\\u0301; ''",
                "\\u00A0 A\\u2003\\u2028\\tB\\u0085; A B",
                "919876543211; 919876543211",
            })
    void nameIsOneLineWithItsJoiners(String name, String shown) throws Exception {
        assertEquals(shown, readName(name));
    }

    @Test
    void ownNumberAndKeyAreHiddenInAllTexts() throws Exception {
        String text =
                "Asha 98765\\u200D43210, +91 98765-43210 " + DoubleTickStandIn.KEY.replace("_", "\\u200D_\\u200C");
        TeamMember member = readMember("\"id\":\"" + text + "\",\"name\":\"" + text + "\",\"email\":\"" + text
                + "\",\"orgRoleName\":\"" + text + "\",\"phone\":\"+91 9876543210\"");
        String shown = "Asha +91••••••3210, +91••••••3210 ****";
        assertEquals(new TeamMember(shown, shown, shown, shown, false, LoginNumber.parse("919876543210")), member);
    }

    @ParameterizedTest
    @CsvSource({"100, '', ''", "100, n, …", "99, \uD83D\uDE00, …", "98, 919876543210, +9…"})
    void longNameIsCutBetweenTwoCharacters(int letters, String more, String shown) throws Exception {
        assertEquals("n".repeat(letters) + shown, readName("n".repeat(letters) + more));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0301", "\\u200D", "%61", "1 ", "\\u001B[0", "a "})
    void longNamesAreReadInTime(String unit) throws Exception {
        String member = "{\"name\":\"" + unit.repeat(10_000) + "\",\"phone\":\"111111111111111\"},";
        assertEquals(
                21, read("{\"data\":[" + member.repeat(20) + "{}]}").members().size());
    }

    @Test
    void membersWithANumber() throws Exception {
        Team team = read(
                "{\"page\":{\"data\":[1]},\"data\":[{\"name\":\"A\",\"phone\":\"919876543210\"},"
                        + "{\"name\":\"B\",\"phone\":919876543210},{\"name\":\"C\"},{\"name\":\"D\",\"phone\":\"919876543211\"}]}");
        assertEquals(
                List.of("A", "B"),
                team.withNumber(LoginNumber.parse("+91 98765 43210")).stream()
                        .map(TeamMember::name)
                        .toList());
        assertEquals(List.of(), team.withNumber(LoginNumber.parse("+91 98765 43212")));
    }

    static Stream<String> others() {
        return Stream.of(
                        "\0\0\0{\0\u007F\u007F\u007F ¦  ¦ <html> ¦ null ¦ [] ¦ {} ¦ {`data`:{}} ¦ {`data`:[",
                        "{`data`:[{`name`:`A ¦ {`data`:[] ¦ {`data`:[{}} ¦ {`data`:[],`data`:[]}",
                        "{`data`:[{`phone`:`919876543210`,`phone`:`919876543211`}]}",
                        "{`data`:[]} {`data`:[]} ¦ {`data`:[]}] ¦ {`data`:[]}<html>",
                        "{`data`:[1]} ¦ {`data`:[null]} ¦ {`data`:[{},[]]}")
                .flatMap(line -> Stream.of(line.replace('`', '"').split(" ¦ ")));
    }

    @ParameterizedTest
    @MethodSource("others")
    void anythingButOneListIsNoTeam(String body) {
        assertNoTeam(body.getBytes(UTF_8));
    }

    @Test
    void anotherEncodingIsNoTeam() throws Exception {
        assertNoTeam("{\"data\":[{\"name\":\"\u00FC\"}]}".getBytes(ISO_8859_1));
        assertEquals(List.of(), read("{\"data\":[]}").members());
    }

    @Test
    void teamBeyondTheLimitsIsTooLarge() throws Exception {
        assertEquals(10_000, read(teamOf(10_000)).members().size());
        byte[] blanks = new byte[33 * 1024 * 1024];
        Arrays.fill(blanks, (byte) ' ');
        blanks[0] = '{';
        assertTooLarge(blanks);
        for (String body : List.of(
                teamOf(10_001),
                "{\"data\":[{\"manager\":" + "[".repeat(100_000),
                "{\"data\":[{\"name\":\"" + "n".repeat(66_000) + "\"}]}")) {
            assertTooLarge(body.getBytes(UTF_8));
        }
    }

    private static String teamOf(int size) {
        return IntStream.range(0, size)
                .mapToObj(i -> "{\"name\":\"Member " + i + "\"}")
                .collect(Collectors.joining(",", "{\"data\":[", "]}"));
    }
}
