package io.jenkins.plugins.doubletick.client;

import static io.jenkins.plugins.doubletick.client.ScriptedServer.answer;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** Rows of the fault matrix: whole answers, with every status and every body that is not quite a confirmation. */
final class AnswerFaults {

    static final String OK = "{\"success\":true}";

    private static final String HTML = "<!DOCTYPE html><html><body>Please log in to the Wi-Fi</body></html>";
    private static final String NO_HTTP = "The answer is not valid HTTP";
    private static final int FIVE_MB = 5 * 1024 * 1024;

    private AnswerFaults() {}

    static Stream<Fault> all() {
        return Stream.of(statuses(), goodBodies(), badBodies(), badBytes()).flatMap(s -> s);
    }

    /** Each with the body of a success. */
    private static Stream<Fault> statuses() {
        Stream<Fault> good = IntStream.of(200, 201, 202, 203, 206, 207, 226, 299)
                .mapToObj(status -> status(status).succeeds());
        Stream<Fault> redirects = IntStream.of(300, 304, 305, 306, 399)
                .mapToObj(status -> status(status)
                        .fails(
                                Reason.REDIRECTED,
                                "DoubleTick answered " + status + ", a redirect to ?, which is not followed: Status"));
        Stream<Fault> number = IntStream.of(400, 422).mapToObj(status -> failing(status, Reason.LOGIN_NUMBER_REJECTED));
        Stream<Fault> key = Stream.of(failing(401, Reason.API_KEY_REJECTED), failing(403, Reason.API_KEY_FORBIDDEN));
        Stream<Fault> temporary = IntStream.of(500, 502, 503, 504)
                .mapToObj(status -> failing(status, Reason.SERVER_ERROR).tries(4));
        Stream<Fault> other = IntStream.of(
                        402, 404, 405, 406, 408, 409, 410, 413, 415, 418, 421, 423, 425, 426, 428, 431, 451, 499, 501,
                        505, 507, 511, 520, 599)
                .mapToObj(status -> failing(status, Reason.UNEXPECTED_STATUS));
        Stream<Fault> blocked = Stream.of(400, 401, 403, 422)
                .flatMap(status -> Stream.of("", HTML, "[{}]", "{")
                        .map(body -> Fault.of(status + " with the body " + body, answer(status, body))
                                .fails(Reason.UNEXPECTED_STATUS, "DoubleTick answered " + status + ": Status")));
        Stream<Fault> special = Stream.of(
                Fault.of(
                                "204 without a body",
                                (socket, server) -> socket.getOutputStream()
                                        .write("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".getBytes(UTF_8)))
                        .fails(Reason.NOT_CONFIRMED, unconfirmed(204)),
                status(204).fails(Reason.CONNECTION_LOST, NO_HTTP).tries(4),
                status(205).fails(Reason.CONNECTION_LOST, NO_HTTP).tries(4),
                status(407).fails(Reason.PROXY, "The proxy demands a login and does not accept the one it was given"));
        return Stream.of(good, redirects, number, key, temporary, other, blocked, special)
                .flatMap(s -> s);
    }

    private static Fault status(int status) {
        return Fault.of(status + " with the body of a success", answer(status, OK));
    }

    private static Fault failing(int status, Reason reason) {
        return status(status).fails(reason, "DoubleTick answered " + status + ": Status");
    }

    private static String unconfirmed(int status) {
        return "DoubleTick answered " + status + ", but without \"success\": true";
    }

    private static Stream<Fault> goodBodies() {
        return Stream.of(
                Fault.of("more members than success", answer(200, "{\"a\":[{}],\"success\" : true,\"message\":null}")),
                Fault.of("white space around", answer(201, "\r\n\t " + OK + "\n")),
                Fault.of("success with an escape in its name", answer(201, "{\"s\\u0075ccess\":true}")),
                Fault.of("nested 500 deep", answer(201, "{\"success\":true,\"x\":" + nested(500) + "}")),
                Fault.of("UTF-8 with a byte order mark", answer(201, "\uFEFF" + OK)),
                Fault.of("gzip", answer(201, gzip(OK.getBytes(UTF_8)), "Content-Encoding: gzip")),
                Fault.of("chunks", chunked("8\r\n{\"succes\r\n8\r\ns\":true}\r\n0\r\n\r\n")),
                Fault.of("until the connection's end", raw("HTTP/1.0 201 Created\r\n\r\n" + OK)),
                Fault.of("after 100 Continue", raw("HTTP/1.1 100 Continue\r\n\r\n" + CREATED)),
                Fault.of("after 103 Early Hints", raw("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + CREATED)));
    }

    private static final String CREATED =
            "HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: 16\r\n\r\n" + OK;

    private static Stream<Fault> badBodies() {
        List<String> bodies = List.of(
                "{\"success\":false}",
                "{\"success\":\"true\"}",
                "{\"success\":1}",
                "{\"success\":null}",
                "{\"success\":[true]}",
                "{\"success\":{\"success\":true}}",
                "{}",
                "{\"Success\":true}",
                "{\"success \":true}",
                "{\"data\":{\"success\":true}}",
                "[{\"success\":true}]",
                "[\"success\",true]",
                "true",
                "\"success\"",
                "\"{\\\"success\\\":true}\"",
                "null",
                "",
                " \r\n",
                HTML,
                "success",
                "success=true",
                "{\"success\":true",
                "{\"success\":tru",
                OK + "}",
                OK + OK,
                OK + HTML,
                OK + "\u0000",
                "x" + OK,
                ")]}',\n" + OK,
                "callback(" + OK + ")",
                "{\"success\":true,}",
                "{,\"success\":true}",
                "{success:true}",
                "{'success':true}",
                "{\"success\":TRUE}",
                "{\"success\":true /* sure */}",
                "{\"success\":true,\"n\":NaN}",
                "{\"success\":true,\"n\":01}",
                "{\"success\":true,\"s\":\"\n\"}",
                "{\"success\":true,\"success\":false}",
                "{\"success\":false,\"success\":true}",
                "{\"success\":true,\"s\\u0075ccess\":false}",
                "{\"success\":true,\"a\":{\"b\":1,\"b\":2}}");
        return bodies.stream().map(body -> unconfirmed("body " + visible(body), body.getBytes(UTF_8)));
    }

    private static Stream<Fault> badBytes() {
        String padded = OK + " ".repeat(FIVE_MB);
        return Stream.of(
                unconfirmed("UTF-16", OK.getBytes(UTF_16)),
                unconfirmed("UTF-16 without a byte order mark", OK.getBytes(UTF_16LE)),
                unconfirmed("UTF-32", OK.getBytes(Charset.forName("UTF-32"))),
                unconfirmed("not UTF-8", "{\"success\":true,\"s\":\"é\"}".getBytes(ISO_8859_1)),
                unconfirmed("two byte order marks", ("\uFEFF\uFEFF" + OK).getBytes(UTF_8)),
                unconfirmed(
                        "5 MB of JSON", ("{\"success\":true,\"s\":\"" + "x".repeat(FIVE_MB) + "\"}").getBytes(UTF_8)),
                unconfirmed("5 MB, white space after the first line", padded.getBytes(UTF_8)),
                unconfirmed("5 MB, and the rest is something else", (padded + HTML).getBytes(UTF_8)),
                unconfirmed("5 MB of zeros", new byte[FIVE_MB]),
                Fault.of("5 MB in 5 kB of gzip", answer(201, gzip(padded.getBytes(UTF_8)), "Content-Encoding: gzip"))
                        .fails(Reason.NOT_CONFIRMED, unconfirmed(201)),
                unconfirmed("nested 30,000 deep", nested(30_000).getBytes(UTF_8)),
                unconfirmed(
                        "nested 30,000 deep, behind a success",
                        ("{\"success\":true,\"x\":" + nested(30_000) + "}").getBytes(UTF_8)),
                unconfirmed("opened 60,000 times", "[".repeat(60_000).getBytes(UTF_8)),
                unconfirmed(
                        "a number of 60,000 digits",
                        ("{\"success\":true,\"n\":" + "9".repeat(60_000) + "}").getBytes(UTF_8)),
                Fault.of("no gzip where it says so", answer(201, OK, "Content-Encoding: gzip"))
                        .fails(Reason.CONNECTION_LOST, "The connection broke before DoubleTick's answer was there")
                        .tries(4));
    }

    private static Fault unconfirmed(String name, byte[] body) {
        return Fault.of(name, answer(201, body)).fails(Reason.NOT_CONFIRMED, unconfirmed(201));
    }

    private static String nested(int depth) {
        return "[".repeat(depth) + "]".repeat(depth);
    }

    static ScriptedServer.Reply raw(String answer) {
        return (socket, server) -> socket.getOutputStream().write(answer.getBytes(UTF_8));
    }

    private static ScriptedServer.Reply chunked(String chunks) {
        return raw("HTTP/1.1 201 Created\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return zipped.toByteArray();
    }

    private static String visible(String text) {
        return Arrays.toString(text.split("\\p{Cntrl}", -1));
    }
}
