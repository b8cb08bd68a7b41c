package io.jenkins.plugins.doubletick.client;

import static io.jenkins.plugins.doubletick.client.ScriptedServer.answer;
import static io.jenkins.plugins.doubletick.client.ScriptedServer.raw;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import io.jenkins.plugins.doubletick.client.ScriptedServer.Reply;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ServerSocketFactory;
import okio.Buffer;
import okio.GzipSink;
import okio.Okio;

/** What can go wrong between the client and DoubleTick; {@link ApiResponseTest} has what a whole answer means. */
final class FaultTable {

    private static final String OK = "{\"success\":true}";
    private static final Reply SUCCESS = ScriptedServer.success();
    private static final String LOST = "The connection broke before DoubleTick's answer was there";
    private static final String NO_HTTP = "The answer is not valid HTTP";
    private static final String REFUSED =
            "No connection to {host} on port {port}: it is refused or there is no way there";
    private static final String UNTRUSTED =
            "The TLS certificate of localhost has expired or is not one that Java trusts here";
    private static final String LOGIN = "The proxy demands a login and does not accept the one it was given";
    private static final String VIA = " (through the proxy 127.0.0.1:{proxy})";
    private static final IntFunction<ProxySettings> OPEN = ProxySettings::withoutLogin;
    private static final Reply TUNNEL = ProxyReplies.tunnel();

    private FaultTable() {}

    /** @param elsewhere where redirects lead to */
    static Stream<Fault> all(String elsewhere) {
        return Stream.of(forms(), broken(), tls(), redirects(elsewhere), waits(), proxies(), logins(), loopback())
                .flatMap(rows -> rows);
    }

    private static Stream<Fault> forms() {
        String created = "HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: 16\r\n\r\n" + OK;
        return Stream.of(
                Fault.of("gzip", answer(201, gzip(OK), "Content-Encoding: gzip")),
                Fault.of(
                                "5 MB in 5 kB of gzip",
                                answer(201, gzip(OK + " ".repeat(5_000_000)), "Content-Encoding: gzip"))
                        .fails(Reason.NOT_CONFIRMED, "DoubleTick answered 201, but without \"success\": true"),
                lost("no gzip", answer(201, OK, "Content-Encoding: gzip")),
                Fault.of(
                        "chunks",
                        raw(head("Transfer-Encoding: chunked") + "8\r\n{\"succes\r\n8\r\ns\":true}\r\n0\r\n\r\n")),
                Fault.of("until the connection's end", raw("HTTP/1.0 201 Created\r\n\r\n" + OK)),
                Fault.of("after 100 Continue", raw("HTTP/1.1 100 Continue\r\n\r\n" + created)),
                Fault.of("after 103 Early Hints", raw("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + created)),
                Fault.of("no reason phrase", raw("HTTP/1.1 404\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
                        .fails(Reason.UNEXPECTED_STATUS, "DoubleTick answered 404"),
                Fault.of("the key in the reason phrase", raw("HTTP/1.1 404 No " + DoubleTickStandIn.KEY + "\r\n\r\n"))
                        .fails(Reason.UNEXPECTED_STATUS, "DoubleTick answered 404: No ****"),
                Fault.of("a status below zero", raw("HTTP/1.1 -12 Status\r\n\r\n"))
                        .tries(4)
                        .fails(
                                Reason.INTERNAL,
                                "Jenkins could not send the request or take its answer: "
                                        + "java.lang.IllegalStateException: code < 0: -12"),
                noHttp("204 with a body", answer(204, OK)),
                noHttp("a mail server", raw("220 mail.example.com ESMTP\r\n")),
                noHttp("a status that is no number", raw("HTTP/1.1 OK\r\n\r\n")),
                noHttp("a chunk of no size", raw(head("Transfer-Encoding: chunked") + "zz\r\n")),
                lost("a header field of 1 MB", raw(head("X: " + "x".repeat(1_000_000)))));
    }

    private static Stream<Fault> broken() {
        return Stream.of(
                Fault.down("connection refused").tries(4).fails(Reason.CONNECTION_FAILED, REFUSED),
                Fault.down("unknown host")
                        .host("doubletick.invalid")
                        .tries(4)
                        .fails(Reason.UNKNOWN_HOST, "The host name doubletick.invalid is unknown"),
                lost(Fault.deaf("reset before the request", ScriptedServer.reset())),
                lost(Fault.deaf("closed before the request", (socket, server) -> {})),
                lost("reset after the request", ScriptedServer.reset()),
                lost("closed after the request", (socket, server) -> {}),
                lost("cut in the header", raw("HTTP/1.1 201 Created\r\nContent-Le")),
                lost("cut in the body", raw(head("Content-Length: 17") + OK)),
                lost("cut between chunks", raw(head("Transfer-Encoding: chunked") + "10\r\n{\"success\":true}\r\n")),
                lost("reset in the body", (socket, server) -> {
                    raw(head("Content-Length: 17") + OK).to(socket, server);
                    ScriptedServer.reset().to(socket, server);
                }),
                Fault.of("once reset, then a success", ScriptedServer.reset(), SUCCESS)
                        .tries(2),
                Fault.of("a success at the last try", answer(500, ""), ScriptedServer.reset(), answer(502, ""), SUCCESS)
                        .tries(4),
                Fault.of("four failures", answer(503, "{\"message\":\"No\"}"))
                        .tries(4)
                        .fails(Reason.SERVER_ERROR, "DoubleTick answered 503: No"),
                Fault.of("a refusal after a failure", answer(500, ""), answer(401, "{}"))
                        .tries(2)
                        .fails(Reason.API_KEY_REJECTED, "DoubleTick answered 401: Status"));
    }

    private static Stream<Fault> tls() {
        return Stream.of(
                behindTls("TLS"),
                untrusted("a certificate that signs itself", TestCertificates.selfSigned()),
                untrusted("an unknown authority", TestCertificates.byUnknownAuthority()),
                untrusted("an expired certificate", TestCertificates.expired()),
                untrusted("a certificate for another host", TestCertificates.forAnotherHost())
                        .fails(Reason.TLS, "The TLS certificate that was presented is not for localhost"),
                Fault.deaf("no TLS", raw("HTTP/1.1 400 Bad Request\r\n\r\n"))
                        .https()
                        .fails(
                                Reason.TLS,
                                "No secure connection to localhost: Unsupported or unrecognized SSL message"),
                lost(Fault.deaf(
                                "cut while shaking hands",
                                (socket, server) -> socket.getInputStream().read())
                        .https()));
    }

    /** Neither followed, with the key or without, nor taken for a success. */
    private static Stream<Fault> redirects(String elsewhere) {
        return IntStream.of(301, 302, 303, 307, 308)
                .mapToObj(status -> Fault.of(status + "", answer(status, OK, "Location: " + elsewhere + "/x"))
                        .fails(
                                Reason.REDIRECTED,
                                "DoubleTick answered " + status + ", a redirect to " + elsewhere
                                        + "/x, which is not followed: Status"));
    }

    private static Stream<Fault> waits() {
        ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
        return IntStream.of(429, 503)
                .boxed()
                .flatMap(status -> Stream.concat(
                        Stream.of("0", date(now.minusYears(1)), "soon", "-5", "0.5", "")
                                .map(wait -> wait(status, wait)),
                        Stream.of(
                                        "63",
                                        "86400",
                                        "9".repeat(40),
                                        date(now.plusHours(1)),
                                        "Fri, 31 Dec 9999 23:59:59 GMT")
                                .map(wait -> wait(status, wait)
                                        .tries(1)
                                        .fails(
                                                status == 429 ? Reason.RATE_LIMITED : Reason.SERVER_ERROR,
                                                "DoubleTick answered " + status
                                                        + ": Status; it asks to wait {n} s, longer than"
                                                        + " the 60 s that this plugin waits"))));
    }

    private static Fault wait(int status, String retryAfter) {
        return Fault.of(
                        status + " with Retry-After: " + retryAfter,
                        answer(status, OK, "Retry-After: " + retryAfter),
                        SUCCESS)
                .tries(2);
    }

    private static String date(ZonedDateTime time) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(time);
    }

    private static Stream<Fault> proxies() {
        return Stream.of(
                behindTls("a proxy").proxy(OPEN, 1, TUNNEL),
                Fault.tls("a proxy before a server that fails", TestCertificates.trusted(), answer(500, ""))
                        .proxy(OPEN, 4, TUNNEL)
                        .tries(4)
                        .fails(Reason.SERVER_ERROR, "DoubleTick answered 500: Status"),
                untrusted("a proxy that replaces the certificate", TestCertificates.byUnknownAuthority())
                        .proxy(OPEN, 1, TUNNEL)
                        .fails(Reason.TLS, UNTRUSTED + VIA),
                refusing("a proxy that refuses", 1, answer(403, "<html>Forbidden"))
                        .fails(Reason.PROXY, "The proxy answered 403 instead of letting the request through" + VIA),
                refusing("a proxy that redirects", 1, answer(302, "", "Location: http://portal.example/"))
                        .fails(Reason.PROXY, "The proxy answered 302 instead of letting the request through" + VIA),
                refusing("a proxy that cannot reach DoubleTick", 4, answer(502, ""))
                        .tries(4)
                        .fails(
                                Reason.CONNECTION_FAILED,
                                "The proxy answered 502 instead of letting the request through" + VIA),
                refusing("a proxy that hangs up", 4, (socket, server) -> {})
                        .tries(4)
                        .fails(Reason.CONNECTION_LOST, LOST + VIA),
                unusable("a proxy that is down", OPEN).tries(4).fails(Reason.CONNECTION_FAILED, REFUSED + VIA),
                unusable("a proxy with an unknown name", port -> new ProxySettings("proxy.invalid", port, null, null))
                        .tries(4)
                        .fails(
                                Reason.UNKNOWN_HOST,
                                "The host name proxy.invalid is unknown (through the proxy proxy.invalid:{proxy})"),
                unusable("a proxy at an impossible port", port -> ProxySettings.withoutLogin(99_999))
                        .fails(Reason.PROXY, "The proxy settings cannot be used: port out of range:99999"));
    }

    private static Stream<Fault> logins() {
        return Stream.of(
                login("right", "Basic realm=\"proxy\""),
                login("right", "Basic realm=\"proxy\"", "NTLM"),
                login("right", "Negotiate", "Basic realm=\"B\u00fcro\"", "NTLM"),
                login("right", "Negotiate, NTLM, Basic realm=\"proxy\""),
                login("wrong", "Basic realm=\"proxy\"").requests(0).fails(Reason.PROXY_LOGIN, LOGIN + VIA),
                behindTls("a login that there is not")
                        .proxy(OPEN, 1, ProxyReplies.loginBy("Basic realm=\"proxy\""))
                        .requests(0)
                        .fails(Reason.PROXY_LOGIN, LOGIN + VIA),
                refusing("another login than Basic", 1, ProxyReplies.loginBy("Negotiate", "NTLM"))
                        .fails(Reason.PROXY_LOGIN, LOGIN + VIA),
                // The service must not get the proxy's login.
                Fault.tls("a server behind the proxy", TestCertificates.trusted(), ProxyReplies.loginBy("Basic"))
                        .proxy(as("right"), 1, TUNNEL)
                        .fails(Reason.PROXY, "DoubleTick answered 407: Status"));
    }

    private static Fault login(String password, String... challenges) {
        return behindTls(password + " login for " + String.join(" and ", challenges))
                .proxy(as(password), 2, ProxyReplies.login("jenkins", "right", TUNNEL, challenges));
    }

    /** Where a proxy would read the key in clear. */
    private static Stream<Fault> loopback() {
        return Stream.of(
                Fault.of("http to 127.0.0.1", SUCCESS).proxyDown(OPEN),
                Fault.of("http to localhost", SUCCESS).host("localhost").proxyDown(OPEN),
                Fault.down("http to [::1]")
                        .host("[::1]")
                        .proxyDown(OPEN)
                        .tries(4)
                        .fails(Reason.CONNECTION_FAILED, REFUSED.replace("{host}", "::1")));
    }

    /** Those that end by the time limit of each try, or wait for as long as they are asked to: all at once. */
    static Stream<Fault> slow() {
        String padded = "{\"success\":" + " ".repeat(100) + "true}";
        return Stream.concat(
                Stream.of(
                                Fault.of("never answers", ScriptedServer.silence()),
                                Fault.deaf("never reads", ScriptedServer.silence()),
                                Fault.of(
                                        "a header byte by byte",
                                        ScriptedServer.drip((head("Content-Length: 16") + OK).getBytes(US_ASCII))),
                                Fault.of("a body byte by byte", (socket, server) -> {
                                    raw(head("Content-Length: " + padded.length()))
                                            .to(socket, server);
                                    ScriptedServer.drip(padded.getBytes(US_ASCII))
                                            .to(socket, server);
                                }),
                                Fault.tls(
                                                "never shakes hands",
                                                ServerSocketFactory.getDefault(),
                                                ScriptedServer.silence())
                                        .requests(0),
                                refusing("a proxy that never answers", 2, ScriptedServer.silence()))
                        .map(fault -> fault.impatient()
                                .tries(2)
                                .fails(Reason.TIMED_OUT, "No answer within 1 s" + (fault.proxy == null ? "" : VIA))),
                Stream.of(wait(429, "1"), wait(503, "1"), wait(503, "\u00A01")));
    }

    private static Fault lost(String name, Reply reply) {
        return lost(Fault.of(name, reply));
    }

    private static Fault lost(Fault fault) {
        return fault.tries(4).fails(Reason.CONNECTION_LOST, LOST);
    }

    private static Fault noHttp(String name, Reply reply) {
        return Fault.of(name, reply).tries(4).fails(Reason.CONNECTION_LOST, NO_HTTP);
    }

    private static Fault behindTls(String name) {
        return Fault.tls(name, TestCertificates.trusted(), SUCCESS);
    }

    private static Fault untrusted(String name, ServerSocketFactory certificate) {
        return Fault.tls(name, certificate, SUCCESS).requests(0).fails(Reason.TLS, UNTRUSTED);
    }

    private static Fault refusing(String name, int seen, Reply reply) {
        return behindTls(name).proxy(as("right"), seen, reply).requests(0);
    }

    private static Fault unusable(String name, IntFunction<ProxySettings> settings) {
        return behindTls(name).proxyDown(settings).requests(0);
    }

    private static IntFunction<ProxySettings> as(String password) {
        return port -> new ProxySettings("127.0.0.1", port, "jenkins", password);
    }

    private static String head(String header) {
        return new String(ScriptedServer.head(201, header), US_ASCII);
    }

    private static byte[] gzip(String text) {
        Buffer zipped = new Buffer();
        try (var sink = Okio.buffer(new GzipSink((okio.Sink) zipped))) {
            sink.write(text.getBytes(UTF_8));
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
        return zipped.readByteArray();
    }
}
