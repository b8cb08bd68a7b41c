package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import io.jenkins.plugins.doubletick.client.ScriptedServer.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import javax.net.ServerSocketFactory;

/**
 * A row of a table of faults: what a server, or a proxy before it, does, and how a logout must end because of it. Its servers run
 * from {@link #open} to {@link #close}.
 */
public final class Fault implements AutoCloseable {

    private final String name;
    private final Callable<ScriptedServer> opener;
    private ScriptedServer server;
    private String scheme = "http";
    private String host = "127.0.0.1";

    private Callable<ScriptedServer> proxyOpener;
    private IntFunction<TestProxy> proxySettings;
    private ScriptedServer proxy;
    private int proxyRequests;

    Duration callTimeout = Timeouts.DEFAULT.response();
    int maxTries = 4;
    private int tries = 1;
    private int requests = 1;
    private Reason reason;
    private String text;

    private Fault(String name, Callable<ScriptedServer> opener) {
        this.name = name;
        this.opener = opener;
    }

    static Fault of(String name, Reply... replies) {
        return new Fault(name, () -> new ScriptedServer(replies));
    }

    /** The server does this as soon as somebody connects. */
    static Fault deaf(String name, Reply reply) {
        return new Fault(name, () -> ScriptedServer.deaf(reply)).requests(0);
    }

    /** Nobody listens at the server's port. */
    public static Fault down(String name) {
        return new Fault(name, Fault::closed).requests(0);
    }

    public static Fault tls(String name, ServerSocketFactory sockets, Reply... replies) {
        return new Fault(name, () -> new ScriptedServer(sockets, replies)).https();
    }

    private static ScriptedServer closed() throws IOException {
        ScriptedServer server = new ScriptedServer(ScriptedServer.success());
        server.close();
        return server;
    }

    public Fault https() {
        scheme = "https";
        return host("localhost");
    }

    public Fault host(String name) {
        host = name;
        return this;
    }

    /**
     * A proxy stands before the server.
     *
     * @param settings how the proxy on this port is used
     * @param seen how many requests it gets
     */
    public Fault proxy(IntFunction<TestProxy> settings, int seen, Reply reply) {
        proxyOpener = () -> new ScriptedServer(reply);
        proxySettings = settings;
        proxyRequests = seen;
        return this;
    }

    public Fault proxyDown(IntFunction<TestProxy> settings) {
        proxyOpener = Fault::closed;
        proxySettings = settings;
        return this;
    }

    /** The only try ends after a second. */
    Fault slow() {
        callTimeout = Duration.ofSeconds(1);
        maxTries = 1;
        return fails("TIMED_OUT: No answer within 1 s");
    }

    /** How often the client tries, and the server gets a request. */
    public Fault tries(int count) {
        tries = count;
        return requests(requests == 0 ? 0 : count);
    }

    /** How many requests reach the server, if not all that are sent. */
    public Fault requests(int count) {
        requests = count;
        return this;
    }

    /** @param failure reason and message; {n} stands for digits, {host}, {port} and {proxy} for the server's and the proxy's */
    public Fault fails(String failure) {
        int colon = failure.indexOf(": ");
        reason = Reason.valueOf(failure.substring(0, colon));
        text = failure.substring(colon + 2);
        return this;
    }

    Fault fails(int tries, String failure) {
        return tries(tries).fails(failure);
    }

    public int tries() {
        return tries;
    }

    /** Null if the logout succeeds. */
    public Reason reason() {
        return reason;
    }

    public Fault open() throws Exception {
        server = opener.call();
        proxy = proxyOpener == null ? null : proxyOpener.call();
        return this;
    }

    public String url() {
        return scheme + "://" + host + ":" + server.port();
    }

    /** Null if there is no proxy. */
    public TestProxy proxySettings() {
        return proxy == null ? null : proxySettings.apply(proxy.port());
    }

    /** How the failure is described, with this behind it, as a regular expression. */
    public String message(String more) {
        String message = (text + (tries > 1 ? " (" + tries + " tries)" : "") + more)
                .replace("{host}", host)
                .replace("{port}", Integer.toString(server.port()))
                .replace("{proxy}", Integer.toString(proxy == null ? 0 : proxy.port()));
        return quote(message).replace("\\{n\\}", "[0-9]+");
    }

    public static String quote(String text) {
        return text.replaceAll("[^\\p{L}\\p{N} ]", "\\\\$0");
    }

    /**
     * Every request that the servers saw is right in every part, and there are as many as expected.
     *
     * @param path what the URL of the API has behind host and port
     */
    public void assertRequests(String path) {
        List<String> seen = server.requests();
        assertEquals(requests, seen.size(), () -> "Requests: " + seen);
        for (String request : seen) {
            assertTrue(request.startsWith("POST " + path + "/team-member/logout HTTP/1.1\r\n"), request);
            assertTrue(request.contains("\r\nAuthorization: " + DoubleTickStandIn.KEY + "\r\n"), request);
            assertTrue(request.endsWith("\r\n\r\n{\"userPhoneNumber\":\"919876543210\"}"), request);
        }
        List<String> seenByProxy = proxy == null ? List.of() : proxy.requests();
        assertEquals(proxyRequests, seenByProxy.size(), () -> "Requests: " + seenByProxy);
        for (String request : seenByProxy) {
            assertTrue(request.startsWith("CONNECT localhost:") && !request.contains(DoubleTickStandIn.KEY), request);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        if (proxy != null) {
            proxy.close();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
