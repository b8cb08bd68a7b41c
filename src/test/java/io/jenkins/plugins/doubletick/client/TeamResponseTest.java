package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TeamResponseTest {

    static String describe(TeamMember member) {
        return member.name() + "|" + member.email() + "|" + member.role() + "|" + member.owner() + "|"
                + member.loginNumber();
    }

    private static Team read(byte[] body) throws Exception {
        Response response = new Response.Builder()
                .request(new Request.Builder().url("https://doubletick.invalid").build())
                .protocol(Protocol.HTTP_1_1)
                .code(200)
                .message("OK")
                .body(ResponseBody.create(body, null))
                .build();
        return TeamResponse.read(response, ClientFixture.key());
    }

    private static Team read(String body) throws Exception {
        return read(body.getBytes(StandardCharsets.UTF_8));
    }

    private static TeamMember readMember(String fields) throws Exception {
        return read("{\"data\":[{" + fields + "}]}").members().get(0);
    }

    private static void assertFailure(Reason reason, String message, byte[] body) {
        DoubleTickException failure = assertThrows(DoubleTickException.class, () -> read(body));
        assertEquals(reason, failure.reason());
        assertEquals(message, failure.getMessage());
        assertEquals(200, failure.status());
    }

    private static void assertNoTeam(byte[] body) {
        assertFailure(Reason.NOT_CONFIRMED, "DoubleTick answered 200, but without a list of members", body);
    }

    private static void assertTooLarge(byte[] body) {
        assertFailure(
                Reason.TEAM_TOO_LARGE,
                "The list of members is too large: it has more than 10000 members, or too much text",
                body);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "''; |null|null|false|null",
                "'\"name\":null,\"email\":\"\",\"orgRoleName\":\" \"'; |null|null|false|null",
                "'\"name\":{\"a\":[1]},\"email\":[{}],\"orgRoleName\":1.5,\"phone\":{}'; |null|null|false|null",
                "'\"name\":7,\"email\":true,\"isOrganizationOwner\":\"true\"'; 7|true|null|true|null",
                "'\"name\":\"A\",\"isOrganizationOwner\":true'; A|null|null|true|null",
                "'\"name\":\"A\",\"isOrganizationOwner\":{\"a\":true}'; A|null|null|false|null",
                "'\"reportingManager\":[{\"name\":\"B\",\"phone\":\"919876543210\"}],\"name\":\"A\"'; A|null|null|false|null",
            })
    void fieldsMayBeMissingOrOdd(String fields, String member) throws Exception {
        assertEquals(member, describe(readMember(fields)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            nullValues = "none",
            value = {
                "\"+91 (98765) 43210\"; 919876543210",
                "919876543210; 919876543210",
                "\"+440161 496 0000\"; 4401614960000",
                "919876543210.0; none",
                "919876543210.5; none",
                "9.1987654321E11; none",
                "-919876543210; none",
                "true; none",
                "null; none",
                "[919876543210]; none",
                "\"919876543210.0\"; none",
                "\"919876543210 ext. 12\"; none",
                "\"919876543210,12\"; none",
                "\"09876543210\"; none",
                "\"12\"; none",
            })
    void phoneIsANumberOrNone(String phone, String digits) throws Exception {
        LoginNumber number = readMember("\"phone\":" + phone).loginNumber();
        assertEquals(digits, number == null ? null : number.digits());
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
            })
    void nameIsOneLineWithItsJoiners(String name, String shown) throws Exception {
        TeamMember member = readMember("\"name\":\"" + name + "\"");
        assertEquals(shown, member.name());
    }

    @Test
    void ownNumberAndKeyAreHiddenInAllTexts() throws Exception {
        String text =
                "Asha 98765\\u200D43210, +91 98765-43210 " + DoubleTickStandIn.KEY.replace("_", "\\u200D_\\u200C");
        TeamMember member = readMember("\"id\":\"" + text + "\",\"name\":\"" + text + "\",\"email\":\"" + text
                + "\",\"orgRoleName\":\"" + text + "\",\"phone\":\"+91 9876543210\"");
        String shown = "Asha +91••••••3210, +91••••••3210 ****";
        assertEquals(new TeamMember(shown, shown, shown, shown, false, LoginNumber.parse("919876543210")), member);
        assertEquals(
                "919876543211",
                readMember("\"name\":\"919876543211\",\"phone\":\"919876543210\"")
                        .name());
    }

    @Test
    void longNameIsCutBetweenTwoCharacters() throws Exception {
        String hundred = "n".repeat(100);
        assertEquals(hundred, readMember("\"name\":\"" + hundred + "\"").name());
        assertEquals(hundred + "…", readMember("\"name\":\"" + hundred + "n\"").name());
        assertEquals(
                "n".repeat(99) + "…",
                readMember("\"name\":\"" + "n".repeat(99) + "\uD83D\uDE00\"").name());
        assertEquals(
                "n".repeat(98) + "+9…",
                readMember("\"name\":\"" + "n".repeat(98) + "919876543210\",\"phone\":\"919876543210\"")
                        .name());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0301", "\\u200D", "%61", "1 ", "\\u001B[0", "a "})
    void longNamesAreReadInTime(String unit) {
        String member = "{\"name\":\"" + unit.repeat(10_000) + "\",\"phone\":\"111111111111111\"},";
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> read("{\"data\":[" + member.repeat(20) + "{}]}"));
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html>",
                "null",
                "[]",
                "{}",
                "{\"data\":{}}",
                "{\"data\":[",
                "{\"data\":[{\"name\":\"A",
                "{\"data\":[]",
                "{\"data\":[{}}",
                "{\"data\":[],\"data\":[]}",
                "{\"data\":[{\"phone\":\"919876543210\",\"phone\":\"919876543211\"}]}",
                "{\"data\":[]} {\"data\":[]}",
                "{\"data\":[]}]",
                "{\"data\":[]}<html>",
                "{\"data\":[1]}",
                "{\"data\":[null]}",
                "{\"data\":[{},[]]}",
                "\u0000\u0000\u0000{\u0000\u007F\u007F\u007F",
            })
    void anythingButOneListIsNoTeam(String body) {
        assertNoTeam(body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void onlyUnicodeIsRead() throws Exception {
        String body = "{\"data\":[{\"name\":\"\u00FC\"}]}";
        for (String charset : List.of("UTF-8", "UTF-16", "UTF-32")) {
            assertEquals(
                    "\u00FC",
                    read(body.getBytes(Charset.forName(charset)))
                            .members()
                            .get(0)
                            .name());
        }
        assertNoTeam(body.getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(List.of(), read("{\"data\":[]}").members());
    }

    @Test
    void moreThanIsReadIsTooLarge() throws Exception {
        assertEquals(10_000, read(teamOf(10_000)).members().size());
        byte[] blanks = new byte[33 * 1024 * 1024];
        Arrays.fill(blanks, (byte) ' ');
        blanks[0] = '{';
        assertTooLarge(blanks);
        for (String body : List.of(
                teamOf(10_001),
                "{\"data\":[{\"manager\":" + "[".repeat(100_000),
                "{\"data\":[{\"name\":\"" + "n".repeat(66_000) + "\"}]}")) {
            assertTooLarge(body.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String teamOf(int size) {
        return IntStream.range(0, size)
                .mapToObj(i -> "{\"name\":\"Member " + i + "\"}")
                .collect(Collectors.joining(",", "{\"data\":[", "]}"));
    }

    /** A hostile response must not fill the memory. */
    @Test
    void fieldsThatAreNotNeededTakeNoMemory() throws Exception {
        String list = "[" + "{},".repeat(200_000) + "{}]";
        String body = "{\"data\":[{\"name\":\"A\",\"managers\":" + list + ",\"email\":" + list + "}]}";
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        read("{\"data\":[{}]}"); // Loads classes.
        long before = threads.getCurrentThreadAllocatedBytes();
        assertEquals("A", read(body).members().get(0).name());
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 20_000_000, allocated + " bytes"); // A tree of these objects takes twice as much.
    }
}
