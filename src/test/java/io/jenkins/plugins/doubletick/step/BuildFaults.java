package io.jenkins.plugins.doubletick.step;

import static io.jenkins.plugins.doubletick.client.ScriptedServer.answer;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.Fault;
import io.jenkins.plugins.doubletick.client.ProxyReplies;
import io.jenkins.plugins.doubletick.client.ProxySettings;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import io.jenkins.plugins.doubletick.client.ScriptedServer.Reply;
import io.jenkins.plugins.doubletick.client.TestCertificates;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/** One fault of each kind, for a build; the client's own {@code FaultMatrixTest} has every variant. */
final class BuildFaults {

    /**
     * A fault and Jenkins's setting <em>No Proxy Host</em>.
     *
     * @param noProxyHost null if it is not set
     */
    record Row(Fault fault, String noProxyHost) {}

    private static final Reply SUCCESS = ScriptedServer.success();
    private static final Reply LOGIN = ProxyReplies.login("jenkins", "right", ProxyReplies.tunnel());
    private static final IntFunction<ProxySettings> PROXY = as(null, null);
    private static final String VIA = " (through the proxy 127.0.0.1:{proxy})";
    private static final String REFUSED =
            "No connection to {host} on port {port}: the host rejects it or cannot be reached";
    private static final String DEMANDS_LOGIN =
            "The proxy requires a login and does not accept the configured one" + VIA;

    private BuildFaults() {}

    static Stream<Row> all() {
        return Stream.concat(
                Stream.of(answers(), connections(), proxies())
                        .flatMap(faults -> faults)
                        .map(fault -> new Row(fault, null)),
                noProxyHosts());
    }

    private static Stream<Fault> answers() {
        String said =
                "{\"message\":\"No \\u001b[8mha:////4AAA\\u001b[0m" + DoubleTickStandIn.KEY + "\\nFinished: SUCCESS\"}";
        return Stream.of(
                Fault.of("not quite a confirmation", answer(201, "{\"success\":\"true\"}"))
                        .fails(Reason.NOT_CONFIRMED, "DoubleTick answered 201, but without \"success\": true"),
                Fault.of("a redirect", answer(302, "", "Location: /?key=" + DoubleTickStandIn.KEY))
                        .fails(
                                Reason.REDIRECTED,
                                "DoubleTick answered 302, a redirect to /?key=****, which the plugin does not follow: Status"),
                Fault.of("a key that is not accepted", answer(401, said))
                        .fails(Reason.API_KEY_REJECTED, "DoubleTick answered 401: No **** Finished: SUCCESS"),
                Fault.of("a number that is not accepted", answer(422, "{\"message\":\"Unknown\"}"))
                        .fails(Reason.LOGIN_NUMBER_REJECTED, "DoubleTick answered 422: Unknown"),
                Fault.of("another status", answer(404, ""))
                        .fails(Reason.UNEXPECTED_STATUS, "DoubleTick answered 404: Status"),
                Fault.of("a limit for the next hour", answer(429, "", "Retry-After: 3600"))
                        .fails(
                                Reason.RATE_LIMITED,
                                "DoubleTick answered 429: Status. DoubleTick asks for a wait of 3600 s, but the plugin waits 60 s at most"),
                Fault.of("a server that fails", answer(500, ""))
                        .tries(4)
                        .fails(Reason.SERVER_ERROR, "DoubleTick answered 500: Status"),
                Fault.of("a success at the last try", answer(500, ""), ScriptedServer.reset(), answer(502, ""), SUCCESS)
                        .tries(4)
                        .succeeds());
    }

    private static Stream<Fault> connections() {
        return Stream.of(
                behindTls("TLS"),
                Fault.tls("an expired certificate", TestCertificates.expired(), SUCCESS)
                        .requests(0)
                        .fails(
                                Reason.TLS,
                                "The TLS certificate of localhost has expired or is not trusted by Java"),
                Fault.down("an unknown host")
                        .https()
                        .host("doubletick.invalid")
                        .tries(4)
                        .fails(Reason.UNKNOWN_HOST, "The host name doubletick.invalid is unknown"),
                Fault.down("a refused connection").tries(4).fails(Reason.CONNECTION_FAILED, REFUSED),
                Fault.of("a lost connection", ScriptedServer.reset())
                        .tries(4)
                        .fails(Reason.CONNECTION_LOST, "The connection was lost before the response was complete"),
                Fault.of("no answer", ScriptedServer.silence())
                        .impatient()
                        .tries(4)
                        .fails(Reason.TIMED_OUT, "No answer within 1 s"));
    }

    private static Stream<Fault> proxies() {
        return Stream.of(
                behindTls("a proxy").proxy(PROXY, 1, ProxyReplies.tunnel()),
                behindTls("a proxy that demands the right login").proxy(as("jenkins", "right"), 2, LOGIN),
                behindTls("a proxy that demands another password")
                        .proxy(as("jenkins", "wrong"), 2, LOGIN)
                        .requests(0)
                        .fails(Reason.PROXY, DEMANDS_LOGIN),
                behindTls("a proxy that demands NTLM")
                        .proxy(as("jenkins", "right"), 1, ProxyReplies.loginBy("NTLM"))
                        .requests(0)
                        .fails(Reason.PROXY, DEMANDS_LOGIN),
                unusableProxy("a proxy that is down", PROXY).tries(4).fails(Reason.CONNECTION_FAILED, REFUSED + VIA),
                unusableProxy("a proxy at an impossible port", port -> settings(99_999, null, null))
                        .fails(Reason.PROXY, "The proxy settings are not valid: port out of range:99999"));
    }

    private static Stream<Row> noProxyHosts() {
        return Stream.of(
                new Row(behindTls("No Proxy Host").proxyDown(PROXY), "other.example\nlocalhost"),
                new Row(behindTls("No Proxy Host with a wildcard").proxyDown(PROXY), "local*"),
                new Row(
                        unusableProxy("No Proxy Host that cannot be read", PROXY)
                                .fails(
                                        Reason.PROXY,
                                        "The proxy settings are not valid: Unclosed character class near index 0 [ ^"),
                        "["));
    }

    private static Fault behindTls(String name) {
        return Fault.tls(name, TestCertificates.trusted(), SUCCESS);
    }

    private static Fault unusableProxy(String name, IntFunction<ProxySettings> settings) {
        return behindTls(name).proxyDown(settings).requests(0);
    }

    private static IntFunction<ProxySettings> as(String user, String password) {
        return port -> settings(port, user, password);
    }

    private static ProxySettings settings(int port, String user, String password) {
        return new ProxySettings("127.0.0.1", port, user, password);
    }
}
