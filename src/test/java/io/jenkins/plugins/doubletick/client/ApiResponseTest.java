package io.jenkins.plugins.doubletick.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Okio;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which responses confirm a logout or a key, and what the others mean. */
@ExtendWith(ArabicLocale.class)
class ApiResponseTest {

    private static final String OK = "{\"success\":true}";
    private static final String UNCONFIRMED = "DoubleTick answered 201, but without \"success\": true";
    private static final int MAX_BODY = 64 * 1024;
    private static final int FIVE_MB = 5 * 1024 * 1024;

    private static ApiResponse response(int status, ResponseBody body, String... headers) throws IOException {
        Response.Builder response = new Response.Builder()
                .request(
                        new Request.Builder().url("https://doubletick.example/").build())
                .protocol(Protocol.HTTP_1_1)
                .code(status)
                .message("Status")
                .body(body);
        for (int i = 0; i < headers.length; i += 2) {
            response.header(headers[i], headers[i + 1]);
        }
        return ApiResponse.read(response.build());
    }

    private static ResponseBody body(byte[] bytes) {
        return ResponseBody.create(bytes, null);
    }

    private static void confirm(int status, byte[] body, String... headers) throws Exception {
        response(status, body(body), headers)
                .confirmLogout(ClientFixture.key(), LoginNumber.parse(DoubleTickStandIn.MEMBER));
    }

    private static void assertFails(Reason reason, String message, int status, byte[] body, String... headers) {
        DoubleTickException failure =
                assertThrows(DoubleTickException.class, () -> confirm(status, body, headers), message);
        assertEquals(reason + ": " + message, failure.reason() + ": " + failure.getMessage());
        assertEquals(status, failure.status());
    }

    @Test
    void everyStatusWithTheBodyOfASuccess() throws Exception {
        Map<Integer, Reason> reasons = Map.of(
                400, Reason.LOGIN_NUMBER_REJECTED,
                422, Reason.LOGIN_NUMBER_REJECTED,
                401, Reason.API_KEY_REJECTED,
                403, Reason.API_KEY_FORBIDDEN,
                407, Reason.PROXY,
                429, Reason.RATE_LIMITED,
                500, Reason.SERVER_ERROR,
                502, Reason.SERVER_ERROR,
                503, Reason.SERVER_ERROR,
                504, Reason.SERVER_ERROR);
        for (int status = 200; status < 300; status++) {
            confirm(status, OK.getBytes(UTF_8));
        }
        for (int status = 300; status < 600; status++) {
            boolean isRedirect = status < 400;
            Reason other = isRedirect ? Reason.REDIRECTED : Reason.UNEXPECTED_STATUS;
            String said = isRedirect ? ", a redirect to ?, which the plugin does not follow: Status" : ": Status";
            assertFails(
                    reasons.getOrDefault(status, other),
                    "DoubleTick answered " + status + said,
                    status,
                    OK.getBytes(UTF_8));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>", "[{}]", "{", "\"Insufficient permissions\""})
    void onlyAJsonObjectRejectsKeyOrNumber(String body) {
        IntStream.of(400, 401, 403, 422)
                .forEach(status -> assertFails(
                        Reason.UNEXPECTED_STATUS,
                        "DoubleTick answered " + status + ": Status",
                        status,
                        body.getBytes(UTF_8)));
    }

    static Stream<byte[]> confirmations() {
        return Stream.of(
                        "{\"a\":[{}],\"success\" : true,\"message\":null}",
                        "\r\n\t " + OK + "\n",
                        "{\"s\\u0075ccess\":true}",
                        "{\"success\":true,\"x\":" + nested(500) + "}",
                        "\uFEFF" + OK,
                        OK + " ".repeat(MAX_BODY - OK.length()))
                .map(body -> body.getBytes(UTF_8));
    }

    @ParameterizedTest
    @MethodSource("confirmations")
    void confirmed(byte[] body) {
        assertDoesNotThrow(() -> confirm(201, body));
    }

    static Stream<String> others() {
        return Stream.concat(
                Stream.of("", " \r\n", OK + "\u0000", "{\"success\":true,\"s\":\"\n\"}", "\uFEFF\uFEFF" + OK),
                """
                {"success":false} ¦ {"success":"true"} ¦ {"success":1} ¦ {"success":null} ¦ {"success":[true]}
                {"success":{"success":true}} ¦ {"data":{"success":true}} ¦ [{"success":true}] ¦ ["success",true]
                {} ¦ {"Success":true} ¦ {"success ":true} ¦ true ¦ "success" ¦ "{\\"success\\":true}" ¦ null
                <html><body>Please log in to the Wi-Fi</body></html> ¦ success=true ¦ {"success":true ¦ {"success":tru
                {"success":true}} ¦ {"success":true}{"success":true} ¦ {"success":true}<html> ¦ x{"success":true}
                )]}',{"success":true} ¦ callback({"success":true}) ¦ {"success":true,} ¦ {,"success":true}
                {success:true} ¦ {'success':true} ¦ {"success":TRUE} ¦ {"success":true /* sure */}
                {"success":true,"n":NaN} ¦ {"success":true,"n":01} ¦ {"success":true,"a":{"b":1,"b":2}}
                {"success":true,"success":false} ¦ {"success":false,"success":true} ¦ {"success":true,"s\\u0075ccess":false}
                """.lines().flatMap(line -> Stream.of(line.split(" ¦ "))));
    }

    @ParameterizedTest
    @MethodSource("others")
    void notConfirmed(String body) {
        assertFails(Reason.NOT_CONFIRMED, UNCONFIRMED, 201, body.getBytes(UTF_8));
    }

    static Stream<byte[]> oddBytes() {
        String padded = OK + " ".repeat(FIVE_MB);
        return Stream.of(
                OK.getBytes(UTF_16),
                OK.getBytes(UTF_16LE),
                OK.getBytes(Charset.forName("UTF-32")),
                "{\"success\":true,\"s\":\"é\"}".getBytes(ISO_8859_1),
                (OK + " ".repeat(MAX_BODY - OK.length() + 1)).getBytes(UTF_8),
                ("{\"success\":true,\"s\":\"" + "x".repeat(FIVE_MB) + "\"}").getBytes(UTF_8),
                padded.getBytes(UTF_8),
                new byte[FIVE_MB],
                nested(30_000).getBytes(UTF_8),
                ("{\"success\":true,\"x\":" + nested(30_000) + "}").getBytes(UTF_8),
                "[".repeat(60_000).getBytes(UTF_8),
                ("{\"success\":true,\"n\":" + "9".repeat(60_000) + "}").getBytes(UTF_8));
    }

    @ParameterizedTest
    @MethodSource("oddBytes")
    void notConfirmedByOddBytes(byte[] body) {
        assertFails(Reason.NOT_CONFIRMED, UNCONFIRMED, 201, body);
    }

    private static String nested(int depth) {
        return "[".repeat(depth) + "]".repeat(depth);
    }

    @Test
    void only64KiBOfAnEndlessBodyAreRead() throws Exception {
        long[] read = {0};
        boolean[] closed = {false};
        response(
                201,
                ResponseBody.create(
                        Okio.buffer(new ForwardingSource(new Buffer()) {
                            @Override
                            public long read(Buffer sink, long count) {
                                sink.write(new byte[(int) count]);
                                read[0] += count;
                                return count;
                            }

                            @Override
                            public void close() {
                                closed[0] = true;
                            }
                        }),
                        null,
                        -1));
        assertTrue(read[0] <= MAX_BODY + 16 * 1024, () -> "Read " + read[0]);
        assertTrue(closed[0]);
    }

    /** The documented, the newer and NestJS's form of an error, and what is none of them. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"statusCode":422,"message":"User is not a member of the team."}       | User is not a member of the team
            {"message":["too short","no digit"],"error":"Bad Request"}             | too short; no digit
            {"message":[1,null,"no digit"]}                                        | no digit
            {"status":422,"reason":"UNAUTHORIZED","message":"No","extraData":{}}   | No
            {"reason":"FORBIDDEN"}                                                 | FORBIDDEN
            {"message":[],"reason":7}                                              | Status
            {"message":{"text":"secret"}}                                          | Status
            {"message":" \\t\\u00A0"}                                              | Status
            {"message":"<b>No</b> & no"}                                           | <b>No</b> & no
            {"message":"No\\u001b[8mha:AAAA\\u001b[0m\\r\\nFinished: SUCCESS"}     | No Finished: SUCCESS
            {"message":"key_stand-in-7f3a9c of 919876543210"}                      | **** of +91••••••3210
            {"message":["key_stand-in-7f3a9c","+919876543210"]}                    | ****; +91••••••3210
            {"reason":"key_stand-in-7f3a9c"}                                       | ****
            """)
    void messages(String body, String said) {
        assertFails(Reason.LOGIN_NUMBER_REJECTED, "DoubleTick answered 422: " + said, 422, body.getBytes(UTF_8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            401 | PERMISSION_MISSING | {"message":"Insufficient permissions. Missing: TEAM","reason":"UNAUTHORIZED"}
            401 | PERMISSION_MISSING | {"message":["Insufficient permissions"],"statusCode":401}
            401 | API_KEY_REJECTED   | {"message":"Invalid public api key","reason":"Insufficient permissions"}
            403 | API_KEY_FORBIDDEN  | {"message":"Insufficient permissions"}
            """)
    void missingPermissionIsNoWrongKey(int status, Reason reason, String body) {
        assertEquals(
                reason,
                assertThrows(DoubleTickException.class, () -> confirm(status, body.getBytes(UTF_8)))
                        .reason());
    }

    @Test
    void messagesElsewhere() throws Exception {
        assertFails(
                Reason.NOT_CONFIRMED,
                UNCONFIRMED + ": Nobody is called ****",
                201,
                "{\"success\":false,\"message\":\"Nobody is called key_stand-in-7f3a9c\"}".getBytes(UTF_8));
        assertFails(
                Reason.REDIRECTED,
                "DoubleTick answered 302, a redirect to https://x/?k=****&of=+91••••••3210, which the plugin does not follow: Status",
                302,
                new byte[0],
                "Location",
                "https://x/?k=key_stand-in-7f3a9c&of=+919876543210");
    }

    @Test
    void keyIsConfirmedByAListAlone() throws Exception {
        ApiKey key = ClientFixture.key();
        for (String list : new String[] {"[]", "[" + "{\"name\":\"agent\"},".repeat(10_000) + "{}]"}) {
            response(200, body(list.getBytes(UTF_8))).confirmKey(key);
        }
        for (String other : new String[] {"", "<html>", "true", "\"[]\"", "null", "{}", "{\"error\":\"blocked\"}"}) {
            ApiResponse response = response(200, body(other.getBytes(UTF_8)));
            DoubleTickException failure = assertThrows(DoubleTickException.class, () -> response.confirmKey(key));
            assertEquals(
                    "NOT_CONFIRMED: DoubleTick answered 200, but without a list of roles",
                    failure.reason() + ": " + failure.getMessage());
        }
        ApiResponse refused = response(401, body("[]".getBytes(UTF_8)));
        assertThrows(DoubleTickException.class, () -> refused.confirmKey(key));
    }
}
