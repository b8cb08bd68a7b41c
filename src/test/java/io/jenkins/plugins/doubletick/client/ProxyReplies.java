package io.jenkins.plugins.doubletick.client;

import io.jenkins.plugins.doubletick.client.ScriptedServer.Reply;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import okhttp3.Credentials;

/** What an HTTP proxy does with a request: for a {@link ScriptedServer} that plays one. */
public final class ProxyReplies {

    private ProxyReplies() {}

    /** Lets a {@code CONNECT} through. */
    public static Reply tunnel() {
        return (socket, server) -> {
            URI target = URI.create("tunnel://" + latest(server).split(" ")[1]);
            try (Socket origin = new Socket(target.getHost(), target.getPort())) {
                write(socket, "HTTP/1.1 200 Connection established\r\n\r\n");
                Thread upwards = new Thread(() -> copy(socket, origin));
                upwards.setDaemon(true);
                upwards.start();
                copy(origin, socket);
            }
        };
    }

    /** Asks for a login, until it gets this one. */
    public static Reply login(String user, String password, Reply then) {
        return (socket, server) -> {
            String header = "\r\nProxy-Authorization: " + Credentials.basic(user, password) + "\r\n";
            Reply reply = latest(server).contains(header) ? then : loginBy("Basic realm=\"proxy\"");
            reply.to(socket, server);
        };
    }

    public static Reply loginBy(String scheme) {
        return ScriptedServer.answer(407, "<html>Who are you?", "Proxy-Authenticate: " + scheme);
    }

    /** The request that is being answered: one at a time here. */
    private static String latest(ScriptedServer server) {
        return server.requests().get(server.requests().size() - 1);
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // One of the two hung up.
        }
    }
}
