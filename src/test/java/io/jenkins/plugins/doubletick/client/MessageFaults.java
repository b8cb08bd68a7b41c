package io.jenkins.plugins.doubletick.client;

import static io.jenkins.plugins.doubletick.client.ScriptedServer.answer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Rows of the fault matrix: what DoubleTick, or whoever answers for it, says, and what of it a log may show. */
final class MessageFaults {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String API_KEY = DoubleTickStandIn.KEY;
    /** A note that Jenkins would show as a link; what makes it one stands between the two escapes. */
    private static final String CONSOLE_NOTE = "\u001B[8mha:////4NoteNoteNote==\u001B[0m";

    private static final Pattern HALF_A_PAIR = Pattern.compile("\\p{Cs}");

    private MessageFaults() {}

    static Stream<Fault> all() {
        return Stream.of(kinds(), characters(), secrets(), elsewhere()).flatMap(s -> s);
    }

    private static Stream<Fault> kinds() {
        return Stream.of(
                says("a string", JSON.textNode("No such member."), "No such member"),
                says("a list", JSON.arrayNode().add("too short").add("no digit"), "too short; no digit"),
                says("a list of other things", JSON.arrayNode().add(1).addNull().add("no digit"), "no digit"),
                says("an empty list", JSON.arrayNode(), "Status"),
                says("an object", JSON.objectNode().put("text", "secret"), "Status"),
                says("a number", JSON.numberNode(7), "Status"),
                says("null", JSON.nullNode(), "Status"),
                says("an empty string", JSON.textNode(""), "Status"),
                says("blanks", JSON.textNode(" \t\u00A0\u2003"), "Status"),
                says("5,000 characters", JSON.textNode("x".repeat(5000)), "x".repeat(300) + "…"),
                says(
                        "5,000 emoji",
                        JSON.textNode("x" + "\uD83D\uDE00".repeat(5000)),
                        "x" + "\uD83D\uDE00".repeat(149) + "…"),
                says(
                        "60,000 characters",
                        JSON.textNode("ab ".repeat(20_000)),
                        "ab ".repeat(100).strip() + "…"),
                says("HTML", JSON.textNode("<b>No</b> & no"), "<b>No</b> & no"));
    }

    private static Stream<Fault> characters() {
        return Stream.of(
                says("colours", text("\u001B[31mNo\u001B[0m such\u001B[1;4H member"), "No such member"),
                says("a terminal's title", text("\u001B]0;gone\u0007No"), "]0;gone No"),
                says("line breaks", text("No\r\nFinished: SUCCESS\n\u0085\u2028\u2029yes"), "No Finished: SUCCESS yes"),
                says("backspaces", text("No\b\b such"), "No such"),
                says("a console note", text("Ask " + CONSOLE_NOTE + "somebody"), "Ask somebody"),
                says("half a console note", text("Ask \u001B[8mha:////4NoteNoteNote=="), "Ask"),
                says(
                        "a console note in an escape",
                        text("Ask \u001B[8m\u001B[31mha:////4NoteNoteNote==\u001B[0m"),
                        "Ask ha:////4NoteNoteNote=="),
                says("a console note put together", text("\u001B\u001B[0m[8mha:////4AAA\u001B[0m"), "[8mha:////4AAA"),
                says("text from right to left", text("\u202Egnorw\u202C is \u200Bit"), "gnorw is it"),
                says("half a surrogate", text("No\uD83D such\uDE00"), "No such"));
    }

    private static Stream<Fault> secrets() {
        return Stream.of(
                says("the key", text("Invalid key " + API_KEY + "!"), "Invalid key ****!"),
                says("the key in capitals", text(API_KEY.toUpperCase(Locale.ROOT)), "****"),
                says("the key with invisible characters", text(apart(API_KEY, "\u200B")), "****"),
                says("the key in colours", text(apart(API_KEY, "\u001B[1m")), "****"),
                says("the key in the key", text("key_sta" + API_KEY + "nd-in-7f3a9c"), "key_sta****nd-in-7f3a9c"),
                says("the key at the cut", text("x".repeat(290) + API_KEY), "x".repeat(290) + "****"),
                says("the number", text("No member +919876543210"), "No member +91••••••3210"),
                says("the number without +", text("No member 919876543210"), "No member +91••••••3210"),
                says("the number, spaced", text("No member +91 98765-43210"), "No member +91••••••3210"),
                says(
                        "the number in a list",
                        JSON.arrayNode().add("+919876543210 is unknown"),
                        "+91••••••3210 is unknown"));
    }

    private static Stream<Fault> elsewhere() {
        String said = JSON.objectNode()
                .put("success", false)
                .put("message", "Nobody is called " + API_KEY)
                .toString();
        String withheld = JSON.objectNode().set("success", text(API_KEY)).toString();
        return Stream.of(
                Fault.of("a message with 201 and success false", answer(201, said))
                        .fails(
                                Reason.NOT_CONFIRMED,
                                "DoubleTick answered 201, but without \"success\": true: Nobody is called ****"),
                Fault.of("the key as success", answer(201, withheld))
                        .fails(Reason.NOT_CONFIRMED, "DoubleTick answered 201, but without \"success\": true"),
                Fault.of(
                                "the key and a console note in the reason phrase",
                                AnswerFaults.raw("HTTP/1.1 404 " + CONSOLE_NOTE + "No " + API_KEY
                                        + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
                        .fails(Reason.UNEXPECTED_STATUS, "DoubleTick answered 404: No ****"),
                Fault.of("a reason without a message", answer(403, "{\"reason\":\"FORBIDDEN\"}"))
                        .fails(Reason.API_KEY_FORBIDDEN, "DoubleTick answered 403: FORBIDDEN"),
                Fault.of("a reason and a message", answer(401, "{\"reason\":\"UNAUTHORIZED\",\"message\":[\"No\"]}"))
                        .fails(Reason.API_KEY_REJECTED, "DoubleTick answered 401: No"),
                Fault.of(
                                "no reason phrase",
                                AnswerFaults.raw("HTTP/1.1 404\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
                        .fails(Reason.UNEXPECTED_STATUS, "DoubleTick answered 404"),
                Fault.of(
                                "the key with a retry",
                                answer(
                                        503,
                                        JSON.objectNode()
                                                .put("message", API_KEY)
                                                .toString()),
                                answer(201, AnswerFaults.OK))
                        .tries(2)
                        .succeeds());
    }

    private static Fault says(String name, JsonNode message, String shown) {
        String body = JSON.objectNode().set("message", message).toString();
        // Half a surrogate pair has no bytes in UTF-8, but can be written as an escape.
        String escaped = HALF_A_PAIR
                .matcher(body)
                .replaceAll(half -> "\\\\u" + Integer.toHexString(half.group().charAt(0)));
        return Fault.of("message: " + name, answer(422, escaped))
                .fails(Reason.LOGIN_NUMBER_REJECTED, "DoubleTick answered 422: " + shown);
    }

    private static JsonNode text(String text) {
        return JSON.textNode(text);
    }

    private static String apart(String text, String separator) {
        return String.join(separator, text.split(""));
    }
}
