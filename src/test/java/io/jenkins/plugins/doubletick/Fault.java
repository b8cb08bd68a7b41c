package io.jenkins.plugins.doubletick;

import hudson.ProxyConfiguration;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import io.jenkins.plugins.doubletick.client.ScriptedServer.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.function.IntFunction;
import javax.net.ServerSocketFactory;

/** A row of the fault matrix: what a server, or a proxy before it, does, and how a build must end because of it. */
final class Fault {

    static final String KEY = "Check the credential 'doubletick': DoubleTick shows the account's key under Settings → "
            + "Developer's API.";
    static final String NUMBER = "Check the number: it must be the one that the member logs in to DoubleTick with, "
            + "country code included.";
    static final String RATE = "Log out fewer members at a time, or build again later.";
    static final String SERVER = "Build again when DoubleTick works again.";
    static final String ANSWER = "Check whether a proxy or portal answers in the place of {host}, and in DoubleTick "
            + "whether the member is still logged in.";
    static final String NETWORK =
            "Check that the Jenkins controller can reach {host}; a proxy is set under Manage " + "Jenkins → System.";
    static final String TLS =
            "Check whether something between the Jenkins controller and {host} replaces its " + "certificate.";

    /** Opens a server; a server that is closed again is one that is down. */
    interface Opener {
        ScriptedServer open() throws IOException;
    }

    final String name;
    final Opener server;
    String scheme = "http";
    String host = "127.0.0.1";
    Opener proxyServer;
    IntFunction<ProxyConfiguration> proxy;
    int proxyRequests;
    Duration callTimeout = DoubleTickClient.CALL_TIMEOUT;
    int tries = 1;
    int requests = 1;
    String text;
    String advice;

    private Fault(String name, Opener server) {
        this.name = name;
        this.server = server;
    }

    static Fault of(String name, Reply... replies) {
        return new Fault(name, () -> new ScriptedServer(replies));
    }

    /** The server does this as soon as somebody connects. */
    static Fault deaf(String name, Reply reply) {
        return new Fault(name, () -> ScriptedServer.deaf(reply)).requests(0);
    }

    /** Nobody listens at the server's port. */
    static Fault down(String name) {
        return new Fault(name, Fault::closed).requests(0);
    }

    static Fault tls(String name, ServerSocketFactory sockets, Reply... replies) {
        return new Fault(name, () -> new ScriptedServer(sockets, replies)).https();
    }

    private static ScriptedServer closed() throws IOException {
        ScriptedServer server = new ScriptedServer(ScriptedServer.success());
        server.close();
        return server;
    }

    Fault https() {
        scheme = "https";
        return host("localhost");
    }

    Fault host(String name) {
        host = name;
        return this;
    }

    /**
     * A proxy stands before the server.
     *
     * @param settings Jenkins's settings for a proxy on this port
     */
    Fault proxy(IntFunction<ProxyConfiguration> settings, int seen, Reply reply) {
        proxyServer = () -> new ScriptedServer(reply);
        proxy = settings;
        proxyRequests = seen;
        return this;
    }

    Fault proxyDown(IntFunction<ProxyConfiguration> settings) {
        proxyServer = Fault::closed;
        proxy = settings;
        return this;
    }

    /** A try ends after a second. */
    Fault impatient() {
        callTimeout = Duration.ofSeconds(1);
        return this;
    }

    /** How often the plugin tries, and the server sees a request. */
    Fault tries(int count) {
        tries = count;
        return requests(requests == 0 ? 0 : count);
    }

    /** How many requests reach the server, if not all that are sent. */
    Fault requests(int count) {
        requests = count;
        return this;
    }

    /**
     * The build ends with this.
     *
     * @param text what happened; {n} stands for any digits, {port} and {proxy} for the server's and the proxy's
     * @param advice what to do about it
     */
    Fault fails(String text, String advice) {
        this.text = text;
        this.advice = advice;
        return this;
    }

    /** The member is logged out: the one thing that may be called so. */
    Fault succeeds() {
        text = null;
        return this;
    }

    boolean isSuccess() {
        return text == null;
    }

    /** The last line before the result, as a regular expression. */
    String line(int port, int proxyPort) {
        String line = isSuccess()
                ? "+91••••••3210 is logged out of DoubleTick on every device."
                : "ERROR: +91••••••3210 was not logged out. " + text + (tries > 1 ? " (" + tries + " tries). " : ". ")
                        + advice;
        return quote(line.replace("{host}", host)
                        .replace("{port}", Integer.toString(port))
                        .replace("{proxy}", Integer.toString(proxyPort)))
                .replace("\\{n\\}", "[0-9]+");
    }

    private static String quote(String text) {
        return text.replaceAll("[^\\p{L}\\p{N} ]", "\\\\$0");
    }
}
