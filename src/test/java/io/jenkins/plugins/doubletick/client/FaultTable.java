package io.jenkins.plugins.doubletick.client;

import static io.jenkins.plugins.doubletick.client.ScriptedServer.answer;
import static io.jenkins.plugins.doubletick.client.ScriptedServer.raw;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.jenkins.plugins.doubletick.client.ScriptedServer.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import javax.net.ServerSocketFactory;

/** What can go wrong between the client and DoubleTick; {@link ApiResponseTest} has what a whole answer means. */
final class FaultTable {

    private static final String OK = "{\"success\":true}";
    private static final Reply SUCCESS = ScriptedServer.success();
    private static final Reply HANG_UP = (socket, server) -> {};
    private static final Reply TUNNEL = ProxyReplies.tunnel();
    private static final IntFunction<ProxySettings> OPEN = ProxySettings::withoutLogin;

    private static final String LOST = "CONNECTION_LOST: The connection was lost before the response was complete";
    private static final String NO_HTTP = "CONNECTION_LOST: The response is not valid HTTP";
    private static final String REFUSED =
            "CONNECTION_FAILED: No connection to {host} on port {port}: the host rejects it or cannot be reached";
    private static final String UNTRUSTED =
            "TLS: The TLS certificate of localhost has expired or is not trusted by Java";
    private static final String LOGIN =
            "PROXY_LOGIN: The proxy requires a login and does not accept the configured one";
    private static final String NO_TUNNEL = ": The proxy answered {n} and does not forward the request";
    private static final String VIA = " (through the proxy 127.0.0.1:{proxy})";

    private FaultTable() {}

    /** @param elsewhere where redirects lead to */
    static Stream<Fault> all(String elsewhere) {
        return Stream.of(forms(), broken(), tls(), redirects(elsewhere), waits(), proxies(), logins(), loopback())
                .flatMap(rows -> rows);
    }

    private static Stream<Fault> forms() {
        String created = "HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: 16\r\n\r\n" + OK;
        String chunked = head("Transfer-Encoding: chunked");
        byte[] large = gzip(OK + " ".repeat(5_000_000));
        return Stream.of(
                Fault.of("gzip", answer(201, gzip(OK), "Content-Encoding: gzip")),
                Fault.of("chunks", raw(chunked + "8\r\n{\"succes\r\n8\r\ns\":true}\r\n0\r\n\r\n")),
                Fault.of("until the connection's end", raw("HTTP/1.0 201 Created\r\n\r\n" + OK)),
                Fault.of("after 100 Continue", raw("HTTP/1.1 100 Continue\r\n\r\n" + created)),
                Fault.of("after 103 Early Hints", raw("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + created)),
                Fault.of("5 MB in 5 kB of gzip", answer(201, large, "Content-Encoding: gzip"))
                        .fails("NOT_CONFIRMED: DoubleTick answered 201, but without \"success\": true"),
                Fault.of("no reason phrase", raw("HTTP/1.1 404\r\n\r\n"))
                        .fails("UNEXPECTED_STATUS: DoubleTick answered 404"),
                Fault.of("the key in the reason phrase", raw("HTTP/1.1 404 No " + DoubleTickStandIn.KEY + "\r\n\r\n"))
                        .fails("UNEXPECTED_STATUS: DoubleTick answered 404: No ****"),
                Fault.of("a status below zero", raw("HTTP/1.1 -12 Status\r\n\r\n"))
                        .fails(
                                4,
                                "INTERNAL: Jenkins could not send the request or read the response: "
                                        + "java.lang.IllegalStateException: code < 0: -12"),
                Fault.of("no gzip", answer(201, OK, "Content-Encoding: gzip")).fails(4, LOST),
                Fault.of("a header field of 1 MB", raw(head("X: " + "x".repeat(1_000_000))))
                        .fails(4, LOST),
                Fault.of("204 with a body", answer(204, OK)).fails(4, NO_HTTP),
                Fault.of("a mail server", raw("220 mail.example.com ESMTP\r\n")).fails(4, NO_HTTP),
                Fault.of("a status that is no number", raw("HTTP/1.1 OK\r\n\r\n"))
                        .fails(4, NO_HTTP),
                Fault.of("a chunk of no size", raw(chunked + "zz\r\n")).fails(4, NO_HTTP));
    }

    private static Stream<Fault> broken() {
        Reply tooShort = raw(head("Content-Length: 17") + OK);
        return Stream.of(
                Fault.down("connection refused").fails(4, REFUSED),
                Fault.down("unknown host")
                        .host("doubletick.invalid")
                        .fails(4, "UNKNOWN_HOST: The host name doubletick.invalid is unknown"),
                Fault.deaf("reset before the request", ScriptedServer.reset()).fails(4, LOST),
                Fault.deaf("closed before the request", HANG_UP).fails(4, LOST),
                Fault.of("reset after the request", ScriptedServer.reset()).fails(4, LOST),
                Fault.of("closed after the request", HANG_UP).fails(4, LOST),
                Fault.of("cut in the header", raw("HTTP/1.1 201 Created\r\nContent-Le"))
                        .fails(4, LOST),
                Fault.of("cut in the body", tooShort).fails(4, LOST),
                Fault.of("cut between chunks", raw(head("Transfer-Encoding: chunked") + "10\r\n" + OK + "\r\n"))
                        .fails(4, LOST),
                Fault.of("reset in the body", (socket, server) -> {
                            tooShort.to(socket, server);
                            ScriptedServer.reset().to(socket, server);
                        })
                        .fails(4, LOST),
                Fault.of("once reset, then a success", ScriptedServer.reset(), SUCCESS)
                        .tries(2),
                Fault.of("a success at the last try", answer(500, ""), HANG_UP, answer(502, ""), SUCCESS)
                        .tries(4),
                Fault.of("four failures", answer(503, "{\"message\":\"No\"}"))
                        .fails(4, "SERVER_ERROR: DoubleTick answered 503: No"),
                Fault.of("a refusal after a failure", answer(500, ""), answer(401, "{}"))
                        .fails(2, "API_KEY_REJECTED: DoubleTick answered 401: Status"));
    }

    private static Stream<Fault> tls() {
        return Stream.of(
                behindTls("TLS"),
                untrusted("a certificate that signs itself", TestCertificates.selfSigned())
                        .fails(UNTRUSTED),
                untrusted("an unknown authority", TestCertificates.byUnknownAuthority())
                        .fails(UNTRUSTED),
                untrusted("an expired certificate", TestCertificates.expired()).fails(UNTRUSTED),
                untrusted("a certificate for another host", TestCertificates.forAnotherHost())
                        .fails("TLS: The TLS certificate is for another host than localhost"),
                Fault.deaf("no TLS", raw("HTTP/1.1 400 Bad Request\r\n\r\n"))
                        .https()
                        .fails("TLS: No secure connection to localhost: Unsupported or unrecognized SSL message"),
                Fault.deaf(
                                "cut while shaking hands",
                                (socket, server) -> socket.getInputStream().read())
                        .https()
                        .fails(4, LOST));
    }

    /** Neither followed, with the key or without, nor taken for a success. */
    private static Stream<Fault> redirects(String elsewhere) {
        return IntStream.of(301, 302, 303, 307, 308)
                .mapToObj(status -> Fault.of("redirect " + status, answer(status, OK, "Location: " + elsewhere + "/x"))
                        .fails("REDIRECTED: DoubleTick answered " + status + ", a redirect to " + elsewhere
                                + "/x, which the plugin does not follow: Status"));
    }

    private static Stream<Fault> waits() {
        ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
        Stream<String> none = Stream.of("0", date(now.minusYears(1)), "soon", "-5", "0.5", "");
        Stream<String> tooLong =
                Stream.of("63", "9".repeat(40), date(now.plusHours(1)), "Fri, 31 Dec 9999 23:59:59 GMT");
        String text =
                ": DoubleTick answered {n}: Status. DoubleTick asks for a wait of {n} s, but the plugin waits 60 s at most";
        return Stream.concat(
                none.flatMap(wait -> Stream.of(wait(429, wait), wait(503, wait))),
                tooLong.flatMap(wait -> Stream.of(
                        wait(429, wait).fails(1, "RATE_LIMITED" + text),
                        wait(503, wait).fails(1, "SERVER_ERROR" + text))));
    }

    private static Fault wait(int status, String retryAfter) {
        String name = status + " with Retry-After: " + retryAfter;
        return Fault.of(name, answer(status, OK, "Retry-After: " + retryAfter), SUCCESS)
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
                        .fails(4, "SERVER_ERROR: DoubleTick answered 500: Status"),
                untrusted("a proxy that replaces the certificate", TestCertificates.byUnknownAuthority())
                        .proxy(OPEN, 1, TUNNEL)
                        .fails(UNTRUSTED + VIA),
                refusing("a proxy that refuses", 1, answer(403, "<html>Forbidden"))
                        .fails("PROXY" + NO_TUNNEL + VIA),
                refusing("a proxy that redirects", 1, answer(302, "", "Location: http://portal.example/"))
                        .fails("PROXY" + NO_TUNNEL + VIA),
                refusing("a proxy that cannot reach DoubleTick", 4, answer(502, ""))
                        .fails(4, "CONNECTION_FAILED" + NO_TUNNEL + VIA),
                refusing("a proxy that hangs up", 4, HANG_UP).fails(4, LOST + VIA),
                unusable("a proxy that is down", OPEN).fails(4, REFUSED + VIA),
                unusable("a proxy with an unknown name", port -> new ProxySettings("proxy.invalid", port, null, null))
                        .fails(
                                4,
                                "UNKNOWN_HOST: The host name proxy.invalid is unknown (through the proxy"
                                        + " proxy.invalid:{proxy})"),
                unusable("a proxy at an impossible port", port -> ProxySettings.withoutLogin(99_999))
                        .fails("PROXY: The proxy settings are not valid: port out of range:99999"));
    }

    private static Stream<Fault> logins() {
        String basic = "Basic realm=\"proxy\"";
        return Stream.of(
                login("right", basic),
                login("right", basic, "NTLM"),
                login("right", "Negotiate", "Basic realm=\"B\u00fcro\"", "NTLM"),
                login("right", "Negotiate, NTLM, Basic realm=\"proxy\""),
                login("wrong", basic).requests(0).fails(LOGIN + VIA),
                behindTls("a login that there is not")
                        .proxy(OPEN, 1, ProxyReplies.loginBy(basic))
                        .requests(0)
                        .fails(LOGIN + VIA),
                refusing("another login than Basic", 1, ProxyReplies.loginBy("Negotiate", "NTLM"))
                        .fails(LOGIN + VIA),
                // The service must not get the proxy's login.
                Fault.tls("a server behind the proxy", TestCertificates.trusted(), ProxyReplies.loginBy("Basic"))
                        .proxy(as("right"), 1, TUNNEL)
                        .fails("PROXY: DoubleTick answered 407: Status"));
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
                Fault.down("http to [::1]").host("[::1]").proxyDown(OPEN).fails(4, REFUSED.replace("{host}", "::1")));
    }

    /** Those that end by the time limit of each try, or wait for as long as they are asked to: all at once. */
    static Stream<Fault> slow() {
        String padded = "{\"success\":" + " ".repeat(100) + "true}";
        ServerSocketFactory noTls = ServerSocketFactory.getDefault();
        Stream<Fault> silent = Stream.of(
                Fault.of("never answers", ScriptedServer.silence()),
                Fault.deaf("never reads", ScriptedServer.silence()),
                Fault.of("a header byte by byte", ScriptedServer.drip(head("Content-Length: 16") + OK)),
                Fault.of("a body byte by byte", (socket, server) -> {
                    raw(head("Content-Length: " + padded.length())).to(socket, server);
                    ScriptedServer.drip(padded).to(socket, server);
                }),
                Fault.tls("never shakes hands", noTls, ScriptedServer.silence()).requests(0),
                refusing("a proxy that never answers", 2, ScriptedServer.silence()));
        return Stream.concat(
                silent.map(fault -> fault.impatient()
                        .fails(2, "TIMED_OUT: No answer within 1 s" + (fault.proxy == null ? "" : VIA))),
                Stream.of(wait(429, "1"), wait(503, "1"), wait(503, "\u00A01")));
    }

    private static Fault behindTls(String name) {
        return Fault.tls(name, TestCertificates.trusted(), SUCCESS);
    }

    private static Fault untrusted(String name, ServerSocketFactory certificate) {
        return Fault.tls(name, certificate, SUCCESS).requests(0);
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
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write(text.getBytes(UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return zipped.toByteArray();
    }
}
