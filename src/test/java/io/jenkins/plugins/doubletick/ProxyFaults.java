package io.jenkins.plugins.doubletick;

import static io.jenkins.plugins.doubletick.client.ScriptedServer.answer;

import hudson.ProxyConfiguration;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import io.jenkins.plugins.doubletick.client.ScriptedServer.Reply;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/** Rows of the fault matrix: what Jenkins's proxy settings, and the proxy, do to a logout. */
final class ProxyFaults {

    private static final Reply SUCCESS = ScriptedServer.success();
    private static final Reply LOGIN = ProxyReplies.login("jenkins", "right", ProxyReplies.tunnel());
    private static final IntFunction<ProxyConfiguration> OPEN = without("");
    private static final String VIA = " (through the proxy 127.0.0.1:{proxy})";
    private static final String DEMANDS_LOGIN =
            "The proxy demands a login and does not accept the one it was given" + VIA;

    private ProxyFaults() {}

    static Stream<Fault> all() {
        return Stream.of(working(), login(), refusing(), excluded()).flatMap(s -> s);
    }

    private static Stream<Fault> working() {
        return Stream.of(
                behindTls("a proxy").proxy(OPEN, 1, ProxyReplies.tunnel()),
                Fault.of("a proxy, and http", SUCCESS).proxy(OPEN, 1, ProxyReplies.forward()),
                Fault.tls("a proxy before a server that fails", TestCertificates.trusted(), answer(500, ""))
                        .proxy(OPEN, 4, ProxyReplies.tunnel())
                        .tries(4)
                        .fails("DoubleTick answered 500: Status", Fault.SERVER),
                Fault.tls("a proxy that replaces the certificate", TestCertificates.byUnknownAuthority(), SUCCESS)
                        .proxy(OPEN, 1, ProxyReplies.tunnel())
                        .requests(0)
                        .fails(
                                "The TLS certificate of localhost has expired or is not one that Java trusts here"
                                        + VIA,
                                Fault.TLS));
    }

    private static Stream<Fault> login() {
        return Stream.of(
                behindTls("a proxy that demands the right login").proxy(as("jenkins", "right"), 2, LOGIN),
                behindTls("a proxy that demands another password")
                        .proxy(as("jenkins", "wrong"), 2, LOGIN)
                        .requests(0)
                        .fails(DEMANDS_LOGIN, Fault.NETWORK),
                behindTls("a proxy that demands a login that Jenkins does not have")
                        .proxy(OPEN, 1, LOGIN)
                        .requests(0)
                        .fails(DEMANDS_LOGIN, Fault.NETWORK),
                behindTls("a proxy that demands NTLM")
                        .proxy(as("jenkins", "right"), 1, ProxyReplies.loginBy("NTLM"))
                        .requests(0)
                        .fails(DEMANDS_LOGIN, Fault.NETWORK),
                // For tests and gateways on the loopback address only, and the body is not to be sent twice unasked.
                Fault.of("a proxy that demands a login for http", SUCCESS)
                        .proxy(
                                as("jenkins", "right"),
                                1,
                                ProxyReplies.login("jenkins", "right", ProxyReplies.forward()))
                        .requests(0)
                        .fails("DoubleTick answered 407: Status", Fault.NETWORK));
    }

    private static Stream<Fault> refusing() {
        return Stream.of(
                behindTls("a proxy that refuses")
                        .proxy(OPEN, 1, answer(403, "<html>Forbidden"))
                        .requests(0)
                        .fails("The proxy answered 403 instead of letting the request through" + VIA, Fault.NETWORK),
                behindTls("a proxy that redirects")
                        .proxy(OPEN, 1, answer(302, "", "Location: http://portal.example/"))
                        .requests(0)
                        .fails("The proxy answered 302 instead of letting the request through" + VIA, Fault.NETWORK),
                behindTls("a proxy that cannot reach DoubleTick")
                        .proxy(OPEN, 4, answer(502, ""))
                        .requests(0)
                        .tries(4)
                        .fails("The proxy answered 502 instead of letting the request through" + VIA, Fault.NETWORK),
                behindTls("a proxy that hangs up")
                        .proxy(OPEN, 4, (socket, server) -> {})
                        .requests(0)
                        .tries(4)
                        .fails("The connection broke before DoubleTick's answer was there" + VIA, Fault.NETWORK),
                behindTls("a proxy that never answers")
                        .proxy(OPEN, 4, ScriptedServer.silence())
                        .requests(0)
                        .impatient()
                        .tries(4)
                        .fails("No answer within 1 s" + VIA, Fault.NETWORK),
                behindTls("a proxy that is down")
                        .proxyDown(OPEN)
                        .requests(0)
                        .tries(4)
                        .fails(
                                "No connection to {host} on port {port}: it is refused or there is no way there" + VIA,
                                Fault.NETWORK),
                behindTls("a proxy with an unknown name")
                        .proxyDown(port -> new ProxyConfiguration("proxy.invalid", port))
                        .requests(0)
                        .tries(4)
                        .fails(
                                "The host name proxy.invalid is unknown (through the proxy proxy.invalid:{proxy})",
                                Fault.NETWORK),
                behindTls("a proxy at an impossible port")
                        .proxyDown(port -> new ProxyConfiguration("127.0.0.1", 99_999))
                        .requests(0)
                        .fails("The proxy settings cannot be used: port out of range:99999", Fault.NETWORK),
                behindTls("a pattern of excluded hosts that is none")
                        .proxyDown(without("["))
                        .requests(0)
                        .fails(
                                "The proxy settings cannot be used: Unclosed character class near index 0 [ ^",
                                Fault.NETWORK));
    }

    private static Stream<Fault> excluded() {
        return Stream.of(
                behindTls("No Proxy Host").proxyDown(without("other.example\nlocalhost")),
                Fault.of("No Proxy Host with a wildcard", SUCCESS).proxyDown(without("127.*")));
    }

    private static Fault behindTls(String name) {
        return Fault.tls(name, TestCertificates.trusted(), SUCCESS);
    }

    private static IntFunction<ProxyConfiguration> without(String noProxyHost) {
        return port -> new ProxyConfiguration("127.0.0.1", port, null, null, noProxyHost);
    }

    private static IntFunction<ProxyConfiguration> as(String user, String password) {
        return port -> new ProxyConfiguration("127.0.0.1", port, user, password, null);
    }
}
