package io.jenkins.plugins.doubletick.client;

import io.jenkins.plugins.doubletick.client.ScriptedServer.Reply;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.Arrays;
import okhttp3.Credentials;

/** What an HTTP proxy does with a request: for a {@link ScriptedServer} that plays one. */
public final class ProxyReplies {

    private ProxyReplies() {}

    /** Lets a {@code CONNECT} through. */
    public static Reply tunnel() {
        return (socket, server) -> {
            URI target = URI.create("tunnel://" + server.latestRequest().split(" ")[1]);
            try (Socket origin = new Socket(target.getHost(), target.getPort())) {
                ScriptedServer.raw("HTTP/1.1 200 Connection established\r\n\r\n")
                        .to(socket, server);
                Thread upwards = new Thread(() -> copy(socket, origin));
                upwards.setDaemon(true);
                upwards.start();
                copy(origin, socket);
            }
        };
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // One of the two hung up.
        }
    }

    /** Asks for a login, until it gets this one. */
    public static Reply login(String user, String password, Reply then) {
        return login(user, password, then, "Basic realm=\"proxy\"");
    }

    static Reply login(String user, String password, Reply then, String... challenges) {
        String header = "\r\nProxy-Authorization: " + Credentials.basic(user, password) + "\r\n";
        return (socket, server) ->
                (server.latestRequest().contains(header) ? then : loginBy(challenges)).to(socket, server);
    }

    /** @param challenges each in a header field of its own */
    static Reply loginBy(String... challenges) {
        String[] headers = Arrays.stream(challenges)
                .map(challenge -> "Proxy-Authenticate: " + challenge)
                .toArray(String[]::new);
        return ScriptedServer.answer(407, "<html>Who are you?", headers);
    }
}
