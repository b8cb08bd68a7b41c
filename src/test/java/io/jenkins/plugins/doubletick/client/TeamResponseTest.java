package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a list of members is read that is odd, or far too large. {@link TeamTest} reads over HTTP. */
class TeamResponseTest {

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

    private static void assertFailure(Reason reason, byte[] body) {
        assertEquals(
                reason,
                assertThrows(DoubleTickException.class, () -> read(body)).reason());
    }

    /** Of two lists, or of a list and something behind it, nobody knows which one counts. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"data\":[],\"data\":[]}",
                "{\"data\":[{\"phone\":\"919876543210\",\"phone\":\"919876543211\"}]}",
                "{\"data\":[]} {\"data\":[]}",
                "{\"data\":[]}]",
                "{\"data\":[]}<html>",
                "{\"data\":[1]}",
                "{\"data\":[null]}",
                "{\"data\":[[]]}"
            })
    void whatIsNoOneListIsNoTeam(String body) {
        assertFailure(Reason.NOT_CONFIRMED, body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void bytesThatAreNoTextAreNoTeam() {
        assertFailure(Reason.NOT_CONFIRMED, new byte[] {0, 0, 0, '{', 0, 0x7F, 0x7F, 0x7F});
        assertFailure(Reason.NOT_CONFIRMED, "{\"data\":[{\"name\":\"\u00FC\"}]}".getBytes(StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-32"})
    void otherEncodingsOfJsonAreRead(String charset) throws Exception {
        assertEquals(
                1,
                read("{\"data\":[{}]}".getBytes(Charset.forName(charset)))
                        .members()
                        .size());
    }

    @Test
    void longNamesAreCutBetweenTwoCharacters() throws Exception {
        String grin = "\uD83D\uDE00";
        assertEquals(
                "n".repeat(99) + "…",
                read("{\"data\":[{\"name\":\"" + "n".repeat(99) + grin + "\"}]}")
                        .members()
                        .get(0)
                        .name());
    }

    @Test
    void endlessTextsAndNestingAreTooLarge() {
        String deep = "{\"data\":[{\"manager\":" + "[".repeat(100_000);
        String text = "{\"data\":[{\"name\":\"" + "n".repeat(200_000) + "\"}]}";
        for (String body : new String[] {deep, text}) {
            assertFailure(Reason.TEAM_TOO_LARGE, body.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void moreThanIsReadIsTooLarge() {
        byte[] blanks = new byte[33 * 1024 * 1024];
        Arrays.fill(blanks, (byte) ' ');
        blanks[0] = '{';
        assertFailure(Reason.TEAM_TOO_LARGE, blanks);
    }

    /** What is not needed of a member is skipped, so that a hostile answer cannot fill the memory. */
    @Test
    void whatIsNotNeededTakesNoMemory() throws Exception {
        byte[] body = ("{\"data\":[{\"name\":\"A\",\"managers\":[" + "{},".repeat(1_000_000) + "{}]}]}")
                .getBytes(StandardCharsets.UTF_8);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertEquals("A", read(body).members().get(0).name());
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 30_000_000, allocated + " bytes");
    }
}
