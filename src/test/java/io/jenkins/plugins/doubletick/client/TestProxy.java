package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.jenkins.plugins.doubletick.client.ScriptedServer.Reply;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;
import okhttp3.Credentials;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Where an HTTP proxy is, and the login for it; and what one does with a request, for a {@link ScriptedServer} that plays it.
 *
 * @param user null if there is no login
 */
public record TestProxy(String host, int port, String user, String password) {

    static TestProxy withoutLogin(int port) {
        return new TestProxy("127.0.0.1", port, null, null);
    }

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
    public static Reply login(String user, String password, Reply then, String... challenges) {
        String header = "\r\nProxy-Authorization: " + Credentials.basic(user, password) + "\r\n";
        return (socket, server) ->
                (server.latestRequest().contains(header) ? then : loginBy(challenges)).to(socket, server);
    }

    /** @param challenges each in a header field of its own */
    static Reply loginBy(String... challenges) {
        return ScriptedServer.answer(
                407,
                "<html>Who are you?",
                Stream.of(challenges)
                        .map(challenge -> "Proxy-Authenticate: " + challenge)
                        .toArray(String[]::new));
    }

    /** @param failures gets every failure that OkHttp reports to the proxy selector */
    OkHttpClient.Builder applyTo(OkHttpClient.Builder http, List<IOException> failures) {
        ProxySelector selector = new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                return List.of(new Proxy(Proxy.Type.HTTP, new InetSocketAddress(host, port)));
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException failure) {
                failures.add(failure);
            }
        };
        return http.proxySelector(selector).proxyAuthenticator((route, response) -> login(response));
    }

    /** As okhttp-api does: looks at the last challenge alone, and would log a warning for OkHttp's own. */
    private Request login(Response demand) {
        String challenge = demand.header("Proxy-Authenticate", "");
        assertFalse(challenge.startsWith("OkHttp-"), "A warning for each request");
        Request request = demand.request();
        if (user == null || request.header("Proxy-Authorization") != null || !challenge.startsWith("Basic")) {
            return null;
        }
        return request.newBuilder()
                .header("Proxy-Authorization", Credentials.basic(user, password))
                .build();
    }
}
