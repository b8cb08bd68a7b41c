package io.jenkins.plugins.doubletick.client;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import io.jenkins.plugins.doubletick.client.ScriptedServer.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.function.IntFunction;
import javax.net.ServerSocketFactory;

/** A row of a table of faults: what a server, or a proxy before it, does, and how a logout must end because of it. */
public final class Fault {

    interface Opener {
        ScriptedServer open() throws IOException;
    }

    final String name;
    final Opener server;
    String scheme = "http";
    String host = "127.0.0.1";
    Opener proxyServer;
    IntFunction<ProxySettings> proxy;
    int proxyRequests;
    Duration callTimeout = Timeouts.DEFAULT.response();
    int maxTries = 4;
    int tries = 1;
    int requests = 1;
    Reason reason;
    String text;

    private Fault(String name, Opener server) {
        this.name = name;
        this.server = server;
    }

    public static Fault of(String name, Reply... replies) {
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
    public Fault proxy(IntFunction<ProxySettings> settings, int seen, Reply reply) {
        proxyServer = () -> new ScriptedServer(reply);
        proxy = settings;
        proxyRequests = seen;
        return this;
    }

    public Fault proxyDown(IntFunction<ProxySettings> settings) {
        proxyServer = Fault::closed;
        proxy = settings;
        return this;
    }

    /** Each of two tries ends after a second. */
    Fault slow() {
        callTimeout = Duration.ofSeconds(1);
        maxTries = 2;
        return fails(2, "TIMED_OUT: No answer within 1 s");
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

    /** @param message {n} stands for any digits, {host}, {port} and {proxy} for the server's and the proxy's */
    public Fault fails(Reason reason, String message) {
        this.reason = reason;
        text = message;
        return this;
    }

    /** @param failure reason and message, with a colon between them */
    Fault fails(String failure) {
        int colon = failure.indexOf(": ");
        return fails(Reason.valueOf(failure.substring(0, colon)), failure.substring(colon + 2));
    }

    Fault fails(int tries, String failure) {
        return tries(tries).fails(failure);
    }

    public boolean isSuccess() {
        return text == null;
    }

    public int tries() {
        return tries;
    }

    public Reason reason() {
        return reason;
    }

    /** Starts the servers. */
    public FaultyService open() throws IOException {
        return new FaultyService(this);
    }

    @Override
    public String toString() {
        return name;
    }
}
