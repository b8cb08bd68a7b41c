package io.jenkins.plugins.doubletick.client;

import static io.jenkins.plugins.doubletick.client.ScriptedServer.answer;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import io.jenkins.plugins.doubletick.client.ScriptedServer.Reply;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/** Rows of the fault matrix: what a proxy, and the settings for it, do to a logout. */
final class ProxyFaults {

    private static final Reply SUCCESS = ScriptedServer.success();
    private static final Reply LOGIN = ProxyReplies.login("jenkins", "right", ProxyReplies.tunnel());
    private static final IntFunction<ProxySettings> OPEN = ProxySettings::withoutLogin;
    private static final String VIA = " (through the proxy 127.0.0.1:{proxy})";
    private static final String DEMANDS_LOGIN =
            "The proxy demands a login and does not accept the one it was given" + VIA;

    private ProxyFaults() {}

    static Stream<Fault> all() {
        return Stream.of(working(), login(), refusing(), loopback()).flatMap(s -> s);
    }

    private static Stream<Fault> working() {
        return Stream.of(
                behindTls("a proxy").proxy(OPEN, 1, ProxyReplies.tunnel()),
                Fault.tls("a proxy before a server that fails", TestCertificates.trusted(), answer(500, ""))
                        .proxy(OPEN, 4, ProxyReplies.tunnel())
                        .tries(4)
                        .fails(Reason.SERVER_ERROR, "DoubleTick answered 500: Status"),
                Fault.tls("a proxy that replaces the certificate", TestCertificates.byUnknownAuthority(), SUCCESS)
                        .proxy(OPEN, 1, ProxyReplies.tunnel())
                        .requests(0)
                        .fails(
                                Reason.TLS,
                                "The TLS certificate of localhost has expired or is not one that Java trusts here"
                                        + VIA));
    }

    private static Stream<Fault> login() {
        return Stream.of(
                behindTls("a proxy that demands the right login").proxy(as("right"), 2, LOGIN),
                behindTls("a proxy that demands another password")
                        .proxy(as("wrong"), 2, LOGIN)
                        .requests(0)
                        .fails(Reason.PROXY_LOGIN, DEMANDS_LOGIN),
                behindTls("a proxy that demands a login that there is not")
                        .proxy(OPEN, 1, LOGIN)
                        .requests(0)
                        .fails(Reason.PROXY_LOGIN, DEMANDS_LOGIN),
                // The body is not to be sent twice unasked.
                Fault.tls(
                                "a server that demands a proxy's login",
                                TestCertificates.trusted(),
                                ProxyReplies.loginBy("Basic"))
                        .proxy(as("right"), 1, ProxyReplies.tunnel())
                        .fails(Reason.PROXY, "DoubleTick answered 407: Status"));
    }

    private static Stream<Fault> refusing() {
        return Stream.of(
                behindTls("a proxy that refuses")
                        .proxy(OPEN, 1, answer(403, "<html>Forbidden"))
                        .requests(0)
                        .fails(Reason.PROXY, "The proxy answered 403 instead of letting the request through" + VIA),
                behindTls("a proxy that redirects")
                        .proxy(OPEN, 1, answer(302, "", "Location: http://portal.example/"))
                        .requests(0)
                        .fails(Reason.PROXY, "The proxy answered 302 instead of letting the request through" + VIA),
                behindTls("a proxy that cannot reach DoubleTick")
                        .proxy(OPEN, 4, answer(502, ""))
                        .requests(0)
                        .tries(4)
                        .fails(
                                Reason.CONNECTION_FAILED,
                                "The proxy answered 502 instead of letting the request through" + VIA),
                behindTls("a proxy that hangs up")
                        .proxy(OPEN, 4, (socket, server) -> {})
                        .requests(0)
                        .tries(4)
                        .fails(
                                Reason.CONNECTION_LOST,
                                "The connection broke before DoubleTick's answer was there" + VIA),
                behindTls("a proxy that is down")
                        .proxyDown(OPEN)
                        .requests(0)
                        .tries(4)
                        .fails(
                                Reason.CONNECTION_FAILED,
                                "No connection to {host} on port {port}: it is refused or there is no way there" + VIA),
                behindTls("a proxy with an unknown name")
                        .proxyDown(port -> new ProxySettings("proxy.invalid", port, null, null))
                        .requests(0)
                        .tries(4)
                        .fails(
                                Reason.UNKNOWN_HOST,
                                "The host name proxy.invalid is unknown (through the proxy proxy.invalid:{proxy})"),
                behindTls("a proxy at an impossible port")
                        .proxyDown(port -> ProxySettings.withoutLogin(99_999))
                        .requests(0)
                        .fails(Reason.PROXY, "The proxy settings cannot be used: port out of range:99999"));
    }

    /** Those that end by the time-out of each try. */
    static Stream<Fault> slow() {
        return Stream.of(behindTls("a proxy that never answers")
                .proxy(OPEN, 4, ScriptedServer.silence())
                .requests(0)
                .impatient()
                .tries(4)
                .fails(Reason.TIMED_OUT, "No answer within 1 s" + VIA));
    }

    /** Where a proxy would read the key in clear. */
    private static Stream<Fault> loopback() {
        return Stream.concat(
                Stream.of("127.0.0.1", "localhost")
                        .map(host ->
                                Fault.of("http to " + host, SUCCESS).host(host).proxyDown(OPEN)),
                Stream.of("127.1.2.3", "[::1]")
                        .map(host -> Fault.down("http to " + host)
                                .host(host)
                                .proxyDown(OPEN)
                                .tries(4)
                                .fails(
                                        Reason.CONNECTION_FAILED,
                                        "No connection to " + host.replaceAll("[\\[\\]]", "")
                                                + " on port {port}: it is refused or there is no way there")));
    }

    private static Fault behindTls(String name) {
        return Fault.tls(name, TestCertificates.trusted(), SUCCESS);
    }

    private static IntFunction<ProxySettings> as(String password) {
        return port -> new ProxySettings("127.0.0.1", port, "jenkins", password);
    }
}
