package io.jenkins.plugins.doubletick.client;

import static io.jenkins.plugins.doubletick.client.ScriptedServer.answer;
import static io.jenkins.plugins.doubletick.client.ScriptedServer.raw;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.jenkins.plugins.doubletick.client.ScriptedServer.Reply;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** What a server, or a gateway before it, may send back of a request's key and login number, at each place of an answer. */
public final class EchoingServer {

    private static final Pattern KEY = Pattern.compile("(?im)^Authorization: (\\S+)");
    private static final Pattern NUMBER = Pattern.compile("\"userPhoneNumber\":\"([0-9]+)\"");

    /** What every number begins with whose last three digits choose the answer. */
    public static final String NUMBERS = "+44770090012";

    private final List<Reply> answers = new ArrayList<>();
    private int broken;

    private EchoingServer(String key, String number) {
        echo(key, key);
        echo(number, "number " + number);
        breakWith(key);
        breakWith("number " + number);
        broken = answers.size();
        String national = number.substring(3);
        for (String written : List.of(
                "0" + national,
                "(0)" + national.replaceAll("(.{4})", "$1-"),
                number.substring(0, 3) + " (0) " + national,
                number.replaceAll("(.{3})", "$1/"))) {
            message(400, "User " + written + " is not found");
        }
    }

    /** The numbers to send, one for each answer. */
    public static List<String> numbers() {
        return IntStream.range(0, new EchoingServer("key_any", NUMBERS + "000").answers.size())
                .mapToObj(i -> NUMBERS + Integer.toString(1000 + i).substring(1))
                .toList();
    }

    /** The numbers whose answers are not HTTP, or not the HTTP that they say they are. */
    static List<String> brokenNumbers() {
        int end = new EchoingServer("key_any", NUMBERS + "000").broken;
        return numbers().subList(end - 14, end);
    }

    /** The answer to the last request, with that one's key and number. */
    public static Reply reply() {
        return (socket, server) -> {
            Matcher number = NUMBER.matcher(server.latestRequest());
            Matcher key = KEY.matcher(server.latestRequest());
            boolean logout = number.find() & key.find();
            List<Reply> answers =
                    new EchoingServer(key.group(1), logout ? "+" + number.group(1) : NUMBERS + "000").answers;
            int index = logout ? Integer.parseInt(number.group(1).substring(NUMBERS.length() - 1)) : 0;
            answers.get(index).to(socket, server);
        };
    }

    private void echo(String secret, String text) {
        String encoded = URLEncoder.encode(secret, StandardCharsets.UTF_8);
        message(401, "userPhoneNumber=" + encoded + "&authorization=" + secret);
        message(401, "x".repeat(300 - secret.length() / 2) + " " + secret);
        for (String separator : List.of("\0", "\r\n", "\u00A0", "\u200B", "\u001B[31m", "\u001B[8mha:AAAA\u001B[0m")) {
            message(422, String.join(separator, secret.split("")));
        }
        message(503, "Busy with " + secret);
        String json = JsonNodeFactory.instance.textNode(text).toString();
        answers.add(answer(400, "{\"message\":[" + json + "," + json + "]}"));
        answers.add(answer(400, "{\"message\":\"no\",\"error\":" + json + "," + json + ":1}"));
        answers.add(answer(200, "{\"success\":false,\"message\":" + json + "}"));
        answers.add(answer(200, "<p>" + text + "</p>"));
        answers.add(answer(400, "", "X-Echo: " + text, "WWW-Authenticate: " + text, "Set-Cookie: k=" + encoded));
        answers.add(answer(400, "", "Content-Type: " + text));
        answers.add(answer(302, "", "Location: https://" + encoded + ":" + encoded + "@example.com/?k=" + encoded));
        answers.add(answer(302, "", "Location: " + secret));
        answers.add(answer(503, "", "Retry-After: " + text));
    }

    private void breakWith(String text) {
        for (String broken : List.of(
                "HTTP/1.1 400 " + text + "\r\nContent-Length: 0",
                text,
                "HTTP/1.1 " + text,
                "HTTP/1.1 200 OK\r\n" + text,
                "HTTP/1.1 200 OK\r\nContent-Length: " + text,
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + text,
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 99\r\n\r\n" + text)) {
            answers.add(raw(broken + "\r\n\r\n"));
        }
    }

    private void message(int status, String message) {
        answers.add(answer(status, "{\"message\":" + JsonNodeFactory.instance.textNode(message) + "}"));
    }
}
