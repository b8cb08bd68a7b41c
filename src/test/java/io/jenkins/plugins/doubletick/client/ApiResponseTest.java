package io.jenkins.plugins.doubletick.client;

import static io.jenkins.plugins.doubletick.client.ClientFixture.key;
import static io.jenkins.plugins.doubletick.client.ClientFixture.response;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Which responses confirm a logout or a key, and what the others mean. */
@ExtendWith(ArabicLocale.class)
class ApiResponseTest {

    private static final String OK = "{\"success\":true}";
    private static final String UNCONFIRMED = "NOT_CONFIRMED: DoubleTick answered 201, but without \"success\": true";
    private static final int MAX_BODY = 64 * 1024;
    private static final int FIVE_MB = 5 * 1024 * 1024;

    private static void confirm(Response response) throws Exception {
        ApiResponse.read(response).confirmLogout(key(), LoginNumber.parse(DoubleTickStandIn.MEMBER));
    }

    private static void assertFails(String expected, int status, byte[] body) {
        DoubleTickException failure = ClientFixture.assertFailure(expected, () -> confirm(response(status, body)));
        assertEquals(status, failure.status());
    }

    private static void assertFails(String expected, int status, String body) {
        assertFails(expected, status, body.getBytes(UTF_8));
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
            confirm(response(status, OK.getBytes(UTF_8)));
        }
        for (int status = 300; status < 600; status++) {
            boolean isRedirect = status < 400;
            Reason other = isRedirect ? Reason.REDIRECTED : Reason.UNEXPECTED_STATUS;
            String said = isRedirect ? ", a redirect to ?, which the plugin does not follow: Status" : ": Status";
            assertFails(reasons.getOrDefault(status, other) + ": DoubleTick answered " + status + said, status, OK);
        }
        assertFails(
                "REDIRECTED: DoubleTick answered 302, a redirect to ?, which the plugin does not follow: Status",
                302,
                " ".repeat(FIVE_MB));
    }

    @Test
    void onlyAJsonObjectRejectsKeyOrNumber() {
        for (String body : new String[] {"", "<html>", "[{}]", "{", "\"Insufficient permissions\""}) {
            for (int status : new int[] {400, 401, 403, 422}) {
                assertFails("UNEXPECTED_STATUS: DoubleTick answered " + status + ": Status", status, body);
            }
        }
    }

    @Test
    void confirmed() throws Exception {
        for (String body : List.of(
                "{\"a\":[{}],\"success\" : true,\"message\":null}",
                "\r\n\t " + OK + "\n",
                "{\"s\\u0075ccess\":true}",
                "{\"success\":true,\"x\":" + nested(500) + "}",
                "\uFEFF" + OK,
                OK + " ".repeat(MAX_BODY - OK.length()))) {
            confirm(response(201, body.getBytes(UTF_8)));
        }
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
        assertFails(UNCONFIRMED, 201, body);
    }

    @Test
    void notConfirmedByAnOddLongOrDeepBody() {
        String tooLong = "NOT_CONFIRMED: DoubleTick answered 201 with more than 64 KiB";
        assertFails(UNCONFIRMED, 201, "{\"success\":true,\"s\":\"é\"}".getBytes(ISO_8859_1));
        assertFails(tooLong, 201, new byte[FIVE_MB]);
        assertFails(tooLong, 201, OK + " ".repeat(MAX_BODY - OK.length() + 1));
        assertFails(tooLong, 201, "{\"success\":true,\"s\":\"" + "x".repeat(FIVE_MB) + "\"}");
        for (String body : List.of(
                "{\"success\":true,\"x\":" + nested(30_000) + "}",
                "[".repeat(60_000),
                "{\"success\":true,\"n\":" + "9".repeat(60_000) + "}")) {
            assertFails(UNCONFIRMED, 201, body);
        }
    }

    private static String nested(int depth) {
        return "[".repeat(depth) + "]".repeat(depth);
    }

    /** The documented, the newer and NestJS's form of an error, and what is none of them. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            422 | LOGIN_NUMBER_REJECTED | User is not a member of the team | {"statusCode":422,"message":"User is not a member of the team."}
            422 | LOGIN_NUMBER_REJECTED | too short; no digit  | {"message":["too short","no digit"],"error":"Bad Request"}
            422 | LOGIN_NUMBER_REJECTED | no digit             | {"message":[1,null,"no digit"]}
            422 | LOGIN_NUMBER_REJECTED | No                   | {"status":422,"reason":"UNAUTHORIZED","message":"No","extraData":{}}
            422 | LOGIN_NUMBER_REJECTED | FORBIDDEN            | {"reason":"FORBIDDEN"}
            422 | LOGIN_NUMBER_REJECTED | Status               | {"message":[],"reason":7}
            422 | LOGIN_NUMBER_REJECTED | Status               | {"message":{"text":"secret"}}
            422 | LOGIN_NUMBER_REJECTED | Status               | {"message":" \\t\\u00A0"}
            422 | LOGIN_NUMBER_REJECTED | No Finished: SUCCESS | {"message":"No\\u001b[8mha:AAAA\\u001b[0m\\r\\nFinished: SUCCESS"}
            422 | LOGIN_NUMBER_REJECTED | ****; +91••••••3210  | {"message":["key_stand-in-7f3a9c","+919876543210"]}
            422 | LOGIN_NUMBER_REJECTED | ****                 | {"reason":"key_stand-in-7f3a9c"}
            401 | PERMISSION_MISSING | Insufficient permissions. Missing: TEAM | {"message":"Insufficient permissions. Missing: TEAM"}
            401 | PERMISSION_MISSING | Insufficient permissions | {"message":["Insufficient permissions"],"statusCode":401}
            401 | API_KEY_REJECTED   | Invalid public api key   | {"message":"Invalid public api key","reason":"Insufficient permissions"}
            403 | API_KEY_FORBIDDEN  | Insufficient permissions | {"message":"Insufficient permissions"}
            """)
    void messages(int status, Reason reason, String said, String body) {
        assertFails(reason + ": DoubleTick answered " + status + ": " + said, status, body);
    }

    @Test
    void messageOfAResponseWithoutSuccess() {
        assertFails(UNCONFIRMED + ": Not ****", 201, "{\"message\":\"Not key_stand-in-7f3a9c\"}");
    }

    @Test
    void keyIsConfirmedByAListAlone() throws Exception {
        for (String list : new String[] {"[]", "[" + "{\"name\":\"agent\"},".repeat(10_000) + "{}]"}) {
            ApiResponse.read(response(200, list.getBytes(UTF_8))).confirmKey(key());
        }
        for (String other : new String[] {"", "<html>", "true", "\"[]\"", "null", "{}", "{\"error\":\"blocked\"}"}) {
            ApiResponse response = ApiResponse.read(response(200, other.getBytes(UTF_8)));
            ClientFixture.assertFailure(
                    "NOT_CONFIRMED: DoubleTick answered 200, but without a list of roles",
                    () -> response.confirmKey(key()));
        }
        ApiResponse refused = ApiResponse.read(response(401, "[]".getBytes(UTF_8)));
        assertThrows(DoubleTickException.class, () -> refused.confirmKey(key()));
    }
}
