package io.jenkins.plugins.doubletick.client;

import static io.jenkins.plugins.doubletick.client.ClientFixture.failureOf;
import static io.jenkins.plugins.doubletick.client.ClientFixture.resultOf;
import static io.jenkins.plugins.doubletick.client.ScriptedServer.answer;
import static io.jenkins.plugins.doubletick.client.ScriptedServer.drip;
import static io.jenkins.plugins.doubletick.client.ScriptedServer.head;
import static io.jenkins.plugins.doubletick.client.ScriptedServer.raw;
import static io.jenkins.plugins.doubletick.client.ScriptedServer.reset;
import static io.jenkins.plugins.doubletick.client.ScriptedServer.silence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.ScriptedServer.Reply;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import javax.net.ServerSocketFactory;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What can go wrong between the client and DoubleTick: how a logout ends, what was sent for it, and that nothing shows key or
 * number. {@link ApiResponseTest} has the meaning of a whole response.
 */
@ExtendWith({ArabicLocale.class, TestCertificates.class})
class FaultTableTest {

    private static final String OK = "{\"success\":true}";
    private static final Reply SUCCESS = ScriptedServer.success();
    private static final Reply HANG_UP = (socket, server) -> {};
    private static final Reply TUNNEL = TestProxy.tunnel();
    private static final IntFunction<TestProxy> OPEN = TestProxy::withoutLogin;

    private static final String LOST = "CONNECTION_LOST: The connection was lost before the response was complete";
    private static final String REFUSED =
            "CONNECTION_FAILED: No connection to {host} on port {port}: the host rejects it or cannot be reached";
    private static final String UNTRUSTED =
            "TLS: The TLS certificate of localhost has expired or is not trusted by Java";
    private static final String LOGIN =
            "PROXY_LOGIN: The proxy requires a login and does not accept the configured one";
    private static final String NO_TUNNEL = ": The proxy answered {n} and does not forward the request";
    private static final String VIA = " (through the proxy 127.0.0.1:{proxy})";

    /** Certificates cannot be made in each test's locale. */
    private static final ServerSocketFactory TRUSTED = TestCertificates.trusted();

    @RegisterExtension
    private final SystemLog log = new SystemLog();

    private final List<IOException> reportedToProxySelector = new CopyOnWriteArrayList<>();

    static Stream<Fault> responses() {
        String tooLong =
                ": DoubleTick answered {n}: Status. DoubleTick asks for a wait of {n} s, but the plugin waits 60 s at most";
        return Stream.of(
                Fault.of("no reason phrase", raw("HTTP/1.1 404\r\n\r\n"))
                        .fails("UNEXPECTED_STATUS: DoubleTick answered 404"),
                Fault.of("a status that OkHttp would repeat", answer(408, ""))
                        .fails("UNEXPECTED_STATUS: DoubleTick answered 408: Status"),
                Fault.of("an endless body", (socket, server) -> {
                            raw(head(201, "X: x")).to(socket, server);
                            while (true) {
                                socket.getOutputStream().write(new byte[1024]);
                            }
                        })
                        .fails("NOT_CONFIRMED: DoubleTick answered 201 with more than 64 KiB"),
                Fault.of("a login that OkHttp would repeat", answer(401, "{}", "WWW-Authenticate: Basic realm=x"))
                        .fails("API_KEY_REJECTED: DoubleTick answered 401: Status"),
                Fault.of("a mail server", raw("220 mail.example.com ESMTP\r\n"))
                        .fails(4, "CONNECTION_LOST: The response is not valid HTTP"),
                Fault.of("a redirect", answer(307, OK, "Location: /x"), SUCCESS)
                        .fails("REDIRECTED: DoubleTick answered 307, a redirect to /x, which the plugin does not"
                                + " follow: Status"),
                // OkHttp would repeat the first at once, and fail for the second.
                wait(503, "0").tries(2),
                wait(503, "9".repeat(40)).fails("SERVER_ERROR" + tooLong),
                wait(429, "63").fails("RATE_LIMITED" + tooLong));
    }

    private static Fault wait(int status, String retryAfter) {
        String name = status + " with Retry-After: " + retryAfter;
        return Fault.of(name, answer(status, OK, "Retry-After: " + retryAfter), SUCCESS);
    }

    static Stream<Fault> broken() {
        return Stream.of(
                Fault.down("connection refused").fails(4, REFUSED),
                Fault.down("unknown host")
                        .host("doubletick.invalid")
                        .fails(4, "UNKNOWN_HOST: The host name doubletick.invalid is unknown"),
                Fault.deaf("reset before the request", reset()).fails(4, LOST),
                lost("closed after the request", HANG_UP),
                lost("cut in the header", raw("HTTP/1.1 201 Created\r\nContent-Le")),
                lost("cut in the body", raw(head(201, "Content-Length: 17") + OK)),
                lost("cut between chunks", raw(head(201, "Transfer-Encoding: chunked") + "10\r\n" + OK + "\r\n")),
                Fault.of("a success at the last try", answer(500, ""), reset(), answer(502, ""), SUCCESS)
                        .tries(4),
                Fault.of("a refusal after a failure", answer(500, ""), answer(401, "{}"))
                        .fails(2, "API_KEY_REJECTED: DoubleTick answered 401: Status"));
    }

    static Stream<Fault> certificates() {
        return Stream.of(
                behindTls("TLS"),
                untrusted("an unknown authority", TestCertificates.byUnknownAuthority())
                        .fails(UNTRUSTED),
                untrusted("an expired certificate", TestCertificates.expired()).fails(UNTRUSTED),
                untrusted("a certificate for another host", TestCertificates.forAnotherHost())
                        .fails("TLS: The TLS certificate is for another host than localhost"),
                Fault.deaf("no TLS", raw("HTTP/1.1 400 Bad Request\r\n\r\n"))
                        .https()
                        .fails("TLS: No secure connection to localhost: Unsupported or unrecognized SSL message"));
    }

    static Stream<Fault> proxies() {
        return Stream.of(
                behindTls("a proxy").proxy(OPEN, 1, TUNNEL),
                refusing("a proxy that refuses", 1, answer(403, "<html>Forbidden"))
                        .fails("PROXY" + NO_TUNNEL + VIA),
                refusing("a proxy that cannot reach DoubleTick", 4, answer(502, ""))
                        .fails(4, "CONNECTION_FAILED" + NO_TUNNEL + VIA),
                refusing("a proxy that hangs up", 4, HANG_UP).fails(4, LOST + VIA),
                unusable("a proxy that is down", OPEN).fails(4, REFUSED + VIA),
                unusable("a proxy with an unknown name", port -> new TestProxy("proxy.invalid", port, null, null))
                        .fails(
                                4,
                                "UNKNOWN_HOST: The host name proxy.invalid is unknown"
                                        + VIA.replace("127.0.0.1", "proxy.invalid")),
                unusable("a proxy at an impossible port", port -> TestProxy.withoutLogin(99_999))
                        .fails("PROXY: The proxy settings are not valid: port out of range:99999"),
                // Where a proxy would read the key in clear.
                Fault.of("http to 127.0.0.1", SUCCESS).proxyDown(OPEN),
                Fault.of("http to localhost", SUCCESS).host("localhost").proxyDown(OPEN),
                Fault.down("http to [::1]").host("[::1]").proxyDown(OPEN).fails(4, REFUSED.replace("{host}", "::1")));
    }

    static Stream<Fault> logins() {
        String basic = "Basic realm=\"proxy\"";
        return Stream.of(
                login("right", basic),
                login("right", basic, "NTLM"),
                login("right", "Negotiate", "Basic realm=\"B\u00fcro\"", "NTLM"),
                login("right", "Negotiate, NTLM, Basic realm=\"proxy\""),
                login("wrong", basic).requests(0).fails(LOGIN + VIA),
                behindTls("a missing login")
                        .proxy(OPEN, 1, TestProxy.loginBy(basic))
                        .requests(0)
                        .fails(LOGIN + VIA),
                refusing("another login than Basic", 1, TestProxy.loginBy("Negotiate", "NTLM"))
                        .fails(LOGIN + VIA),
                // The service must not get the proxy's login.
                Fault.tls("a server behind the proxy", TRUSTED, TestProxy.loginBy("Basic"))
                        .proxy(as("right"), 1, TUNNEL)
                        .fails("PROXY: DoubleTick answered 407: Status"));
    }

    private static Fault login(String password, String... challenges) {
        return behindTls(password + " login for " + String.join(" and ", challenges))
                .proxy(as(password), 2, TestProxy.login("jenkins", "right", TUNNEL, challenges));
    }

    static Stream<Fault> slow() {
        String padded = "{\"success\":" + " ".repeat(100) + "true}";
        return Stream.of(
                Fault.of("never answers", silence()).slow(),
                Fault.of("a body byte by byte", (socket, server) -> {
                            raw(head(201, "Content-Length: " + padded.length())).to(socket, server);
                            drip(padded).to(socket, server);
                        })
                        .slow(),
                Fault.deaf("never shakes hands", silence()).https().slow(),
                refusing("a proxy that never answers", 1, silence())
                        .slow()
                        .fails("TIMED_OUT: No answer within 1 s" + VIA));
    }

    private static Fault lost(String name, Reply reply) {
        return Fault.of(name, reply).fails(4, LOST);
    }

    private static Fault behindTls(String name) {
        return Fault.tls(name, TRUSTED, SUCCESS);
    }

    private static Fault untrusted(String name, ServerSocketFactory certificate) {
        return Fault.tls(name, certificate, SUCCESS).requests(0);
    }

    private static Fault refusing(String name, int seen, Reply reply) {
        return behindTls(name).proxy(as("right"), seen, reply).requests(0);
    }

    private static Fault unusable(String name, IntFunction<TestProxy> settings) {
        return behindTls(name).proxyDown(settings).requests(0);
    }

    private static IntFunction<TestProxy> as(String password) {
        return port -> new TestProxy("127.0.0.1", port, "jenkins", password);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"responses", "broken", "certificates", "proxies", "logins", "slow"})
    void logoutEndsAsItMust(Fault fault) throws Exception {
        String path = "/behind/a/gateway";
        try (fault;
                ClientFixture fixture = new ClientFixture(fault.open().url() + path + "/", settings -> {
                    settings.http = http(fault.proxySettings());
                    settings.retry = new Retry(fault.maxTries, ClientFixture.INSTANT);
                    settings.answerWithin(fault.callTimeout);
                })) {
            if (fault.reason() == null) {
                assertEquals(fault.tries(), resultOf(fixture.send()).tries());
            } else {
                DoubleTickException failure = failureOf(fixture.send());
                fixture.failures.add(failure);
                assertTrue(failure.getMessage().matches(fault.message("")), failure::getMessage);
                assertEquals(fault.reason(), failure.reason());
                assertEquals(fault.tries(), failure.tries());
            }
            assertEquals(fault.tries() - 1, fixture.reports.size());
            fault.assertRequests(path);
            assertNoLeak(fixture, DoubleTickStandIn.KEY, DoubleTickStandIn.MEMBER);
        }
    }

    private OkHttpClient http(TestProxy proxy) {
        OkHttpClient.Builder http = new OkHttpClient.Builder()
                .authenticator(
                        (route, response) -> response.request().newBuilder().build());
        return (proxy == null ? http : proxy.applyTo(http, reportedToProxySelector)).build();
    }

    private void assertNoLeak(ClientFixture fixture, String key, String number) {
        LeakSearch search = new LeakSearch(List.of(key), List.of(number));
        fixture.failures.forEach(failure -> search.forKeysAndNumbers("a failure", LeakSearch.print(failure)));
        reportedToProxySelector.forEach(e -> search.forKeysAndNumbers("the proxy selector", LeakSearch.print(e)));
        search.forKeysAndNumbers("the log", log.ours() + log.others());
        assertEquals(List.of(), search.hits());
    }

    @Test
    void nothingShowsWhatAServerSendsBack() throws Exception {
        ApiKey key = ApiKey.parse("key_echoed-4c1D+/e0==");
        try (ScriptedServer server = new ScriptedServer(TRUSTED, EchoingServer.reply());
                ScriptedServer proxy = new ScriptedServer(TUNNEL);
                ClientFixture fixture = new ClientFixture("https://localhost:" + server.port(), settings -> {
                    settings.http = http(TestProxy.withoutLogin(proxy.port()));
                    settings.retry = new Retry(2, ClientFixture.INSTANT);
                })) {
            for (String number : EchoingServer.numbers()) {
                fixture.failures.add(failureOf(fixture.send(key, number)));
            }
            fixture.failures.add(failureOf(fixture.client.checkKey(key)));
            assertNoLeak(fixture, key.value(), EchoingServer.NUMBERS);
        }
        assertFalse(reportedToProxySelector.isEmpty());
    }
}
