package io.jenkins.plugins.doubletick.client;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.jenkins.plugins.doubletick.client.ScriptedServer.Reply;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * What a server, or a gateway before it, may send back of a request's key and login number: whole and broken up, at
 * every place of an answer.
 */
public final class EchoingServer {

    /** Characters that are not seen, or are a line's end, between those of a key or number. */
    private static final List<String> BREAKS = List.of(
            "\0",
            "\n",
            "\r\n",
            "\t",
            " ",
            "\u007F",
            "\u0085",
            "\u00A0",
            "\u00AD",
            "\u200B",
            "\u202E",
            "\u2028",
            "\uFEFF",
            "\u001B",
            "\u001B[31m",
            "\u001B[8mha:AAAA\u001B[0m");

    private static final Pattern KEY = Pattern.compile("(?im)^Authorization: (\\S+)");
    private static final Pattern NUMBER = Pattern.compile("\"userPhoneNumber\":\"([0-9]+)\"");

    /** What every number begins with whose last three digits choose the answer. */
    public static final String NUMBERS = "+44770090012";

    private final List<Reply> answers = new ArrayList<>();

    private EchoingServer(String key, String number) {
        messages(key);
        places(key, key);
        messages(number);
        places(number, "number " + number);
        String national = number.substring(3);
        for (String written : List.of(
                national,
                "0" + national,
                "0 " + national.replaceAll("(.{3})", "$1 "),
                "(0)" + national.replaceAll("(.{4})", "$1-"),
                number.substring(0, 3) + " (0) " + national,
                number.replaceAll("(.{5})", "$1 - "),
                number.replaceAll("(.{4})", "$1\u2011"),
                number.replaceAll("(.{3})", "$1/"),
                URLEncoder.encode(number, StandardCharsets.UTF_8))) {
            message(400, "User " + written + " is not found");
        }
    }

    /** The numbers to send, one for each answer. */
    public static List<String> numbers() {
        return IntStream.range(0, new EchoingServer("key_any", NUMBERS + "000").answers.size())
                .mapToObj(i -> String.format("%s%03d", NUMBERS, i))
                .toList();
    }

    /** The answer to the last request, with that one's key and number. */
    public static Reply reply() {
        return (socket, server) -> {
            List<String> requests = server.requests();
            String request = requests.get(requests.size() - 1);
            Matcher number = NUMBER.matcher(request);
            Matcher key = KEY.matcher(request);
            boolean logout = number.find() & key.find();
            List<Reply> answers =
                    new EchoingServer(key.group(1), logout ? "+" + number.group(1) : NUMBERS + "000").answers;
            int index = logout ? Integer.parseInt(number.group(1).substring(NUMBERS.length() - 1)) : 0;
            answers.get(index).to(socket, server);
        };
    }

    private void messages(String secret) {
        List<UnaryOperator<String>> frames = List.of(
                s -> s,
                s -> s + s,
                s -> "Invalid '" + s + "'.",
                s -> "userPhoneNumber=" + s + "&authorization=" + s,
                s -> "x".repeat(295) + s,
                s -> "x".repeat(300 - s.length() / 2) + " " + s,
                s -> s.toUpperCase(Locale.ROOT));
        frames.forEach(frame -> message(401, frame.apply(secret)));
        for (String separator : BREAKS) {
            String half = secret.substring(0, secret.length() / 2) + separator + secret.substring(secret.length() / 2);
            message(422, half);
            message(422, String.join(separator, secret.split("")));
        }
        message(503, "Busy with " + secret);
    }

    private void places(String secret, String text) {
        String json = JsonNodeFactory.instance.textNode(text).toString();
        String escaped =
                secret.chars().mapToObj(c -> String.format("\\u%04x", c)).reduce("", String::concat);
        String encoded = URLEncoder.encode(secret, StandardCharsets.UTF_8);
        answers.add(ScriptedServer.answer(400, "{\"message\":[" + json + "," + json + "]}"));
        answers.add(ScriptedServer.answer(400, "{\"message\":\"" + escaped + "\"}"));
        answers.add(ScriptedServer.answer(400, "{\"message\":\"no\",\"error\":" + json + "," + json + ":1}"));
        answers.add(ScriptedServer.answer(200, "{\"success\":false,\"message\":" + json + "}"));
        answers.add(ScriptedServer.answer(200, "<p>" + text + "</p>"));
        answers.add(ScriptedServer.answer(
                400, "", "X-Echo: " + text, "WWW-Authenticate: " + text, "Set-Cookie: k=" + encoded));
        answers.add(ScriptedServer.answer(400, "", "Content-Type: " + text));
        answers.add(raw("HTTP/1.1 400 " + text + "\r\nContent-Length: 0\r\n\r\n"));
        for (String location : List.of(
                "https://example.com/" + encoded,
                "https://example.com/?k=" + encoded + "#" + secret,
                "https://" + encoded + ":" + encoded + "@example.com/",
                "/" + secret,
                secret)) {
            answers.add(ScriptedServer.answer(302, "", "Location: " + location));
        }
        for (String broken : List.of(
                text + "\r\n\r\n",
                "HTTP/1.1 " + text + "\r\n\r\n",
                "HTTP/9 " + text + "\r\n\r\n",
                "HTTP/1.1 200 OK\r\n" + text + "\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: " + text + "\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + text + "\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;" + text + "\r\n12345\r\n" + text + "\r\n",
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 99\r\n\r\n" + text)) {
            answers.add(raw(broken));
        }
        answers.add(ScriptedServer.answer(503, "", "Retry-After: " + text));
    }

    private void message(int status, String message) {
        answers.add(ScriptedServer.answer(status, "{\"message\":" + JsonNodeFactory.instance.textNode(message) + "}"));
    }

    private static Reply raw(String answer) {
        return (socket, server) -> socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
    }
}
