package io.jenkins.plugins.doubletick.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import okhttp3.Credentials;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Where a proxy is, and the login for it.
 *
 * @param user null if there is no login
 */
public record ProxySettings(String host, int port, String user, String password) {

    static ProxySettings withoutLogin(int port) {
        return new ProxySettings("127.0.0.1", port, null, null);
    }

    /** @param failures gets every failure that OkHttp reports to the proxy selector */
    OkHttpClient.Builder applyTo(OkHttpClient.Builder client, List<IOException> failures) {
        return client.proxySelector(new ProxySelector() {
                    @Override
                    public List<Proxy> select(URI uri) {
                        return List.of(new Proxy(Proxy.Type.HTTP, new InetSocketAddress(host, port)));
                    }

                    @Override
                    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
                        failures.add(failure);
                    }
                })
                .proxyAuthenticator((route, response) -> login(response));
    }

    /** As okhttp-api does: looks at the last challenge alone, and would log a warning for OkHttp's own. */
    private Request login(Response demand) {
        String challenge = demand.header("Proxy-Authenticate", "");
        if (challenge.startsWith("OkHttp-")) {
            throw new AssertionError("A warning for each request");
        }
        Request request = demand.request();
        boolean isAnswered = user != null
                && request.header("Proxy-Authorization") == null
                && challenge.toLowerCase(Locale.ROOT).startsWith("basic");
        String login = isAnswered ? Credentials.basic(user, password) : null;
        return isAnswered
                ? request.newBuilder().header("Proxy-Authorization", login).build()
                : null;
    }
}
