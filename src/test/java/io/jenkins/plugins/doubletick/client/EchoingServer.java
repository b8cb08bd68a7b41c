package io.jenkins.plugins.doubletick.client;

import static io.jenkins.plugins.doubletick.client.ScriptedServer.answer;
import static io.jenkins.plugins.doubletick.client.ScriptedServer.raw;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.jenkins.plugins.doubletick.client.ScriptedServer.Reply;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** What a server, or a gateway before it, may send back of a request's key and login number, at each place of a response. */
public final class EchoingServer {

    private static final Pattern KEY = Pattern.compile("(?im)^Authorization: (\\S+)");
    private static final Pattern NUMBER = Pattern.compile("\"userPhoneNumber\":\"([0-9]+)\"");

    /** The beginning of every number. */
    public static final String NUMBERS = "+44770090012";

    private final List<Reply> replies = new ArrayList<>();

    private EchoingServer(String key, String number) {
        echo(key, key);
        echo(number, "number " + number);
        breakWith(key);
        breakWith("number " + number);
    }

    /** Numbers to send: as many as there are responses. */
    public static List<String> numbers() {
        return IntStream.range(0, new EchoingServer("key_any", NUMBERS + "000").replies.size())
                .mapToObj(i -> NUMBERS + (100 + i))
                .toList();
    }

    /** One response after another, each with the key and number of its request. */
    public static Reply reply() {
        AtomicInteger count = new AtomicInteger();
        return (socket, server) -> {
            Matcher key = KEY.matcher(server.latestRequest());
            Matcher number = NUMBER.matcher(server.latestRequest());
            String sent = number.find() ? "+" + number.group(1) : NUMBERS + "000";
            List<Reply> replies = new EchoingServer(key.find() ? key.group(1) : "", sent).replies;
            replies.get(count.getAndIncrement() % replies.size()).to(socket, server);
        };
    }

    private void echo(String secret, String text) {
        String encoded = URLEncoder.encode(secret, StandardCharsets.UTF_8);
        message(401, "userPhoneNumber=" + encoded + "&authorization=" + secret);
        message(401, "x".repeat(300 - secret.length() / 2) + " " + secret);
        message(422, String.join("\u200B", secret.split("")));
        message(503, "Busy with " + secret);
        String json = JsonNodeFactory.instance.textNode(text).toString();
        replies.add(answer(400, "{\"message\":[" + json + "," + json + "]}"));
        replies.add(answer(400, "{\"message\":\"no\",\"error\":" + json + "," + json + ":1}"));
        replies.add(answer(200, "{\"success\":false,\"message\":" + json + "}"));
        replies.add(answer(200, "<p>" + text + "</p>"));
        replies.add(answer(400, "", "X-Echo: " + text, "WWW-Authenticate: " + text, "Set-Cookie: k=" + encoded));
        replies.add(answer(302, "", "Location: https://" + encoded + ":" + encoded + "@example.com/?k=" + encoded));
        replies.add(answer(302, "", "Location: " + secret));
        replies.add(answer(503, "", "Retry-After: " + text));
    }

    /** Responses that are not HTTP, or not the HTTP that they say they are. */
    private void breakWith(String text) {
        for (String response : List.of(
                "HTTP/1.1 400 " + text + "\r\nContent-Length: 0",
                text,
                "HTTP/1.1 " + text,
                "HTTP/1.1 200 OK\r\n" + text,
                "HTTP/1.1 200 OK\r\nContent-Length: " + text,
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + text,
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 99\r\n\r\n" + text)) {
            replies.add(raw(response + "\r\n\r\n"));
        }
    }

    private void message(int status, String message) {
        replies.add(answer(status, "{\"message\":" + JsonNodeFactory.instance.textNode(message) + "}"));
    }
}
