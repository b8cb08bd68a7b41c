package io.jenkins.plugins.doubletick.client;

import static io.jenkins.plugins.doubletick.client.ScriptedServer.answer;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import io.jenkins.plugins.doubletick.client.ScriptedServer.Reply;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Rows of the fault matrix: broken and slow connections, TLS, and redirects. */
final class ConnectionFaults {

    private static final Reply SUCCESS = ScriptedServer.success();
    private static final String LOST = "The connection broke before DoubleTick's answer was there";
    private static final String NO_HTTP = "The answer is not valid HTTP";
    private static final String LATE = "No answer within 1 s";

    private ConnectionFaults() {}

    static Stream<Fault> all(ScriptedServer elsewhere) {
        return Stream.of(broken(), tls(), redirects(elsewhere)).flatMap(s -> s);
    }

    private static Stream<Fault> broken() {
        return Stream.of(
                Fault.down("connection refused")
                        .tries(4)
                        .fails(
                                Reason.CONNECTION_FAILED,
                                "No connection to {host} on port {port}: it is refused or there is no way there"),
                Fault.down("unknown host")
                        .https()
                        .host("doubletick.invalid")
                        .tries(4)
                        .fails(Reason.UNKNOWN_HOST, "The host name doubletick.invalid is unknown"),
                Fault.deaf("reset before the request", ScriptedServer.reset())
                        .tries(4)
                        .fails(Reason.CONNECTION_LOST, LOST),
                Fault.deaf("closed before the request", (socket, server) -> {})
                        .tries(4)
                        .fails(Reason.CONNECTION_LOST, LOST),
                Fault.of("reset after the request", ScriptedServer.reset())
                        .tries(4)
                        .fails(Reason.CONNECTION_LOST, LOST),
                Fault.of("closed after the request", (socket, server) -> {})
                        .tries(4)
                        .fails(Reason.CONNECTION_LOST, LOST),
                Fault.of("cut in the header", raw("HTTP/1.1 201 Created\r\nContent-Le"))
                        .tries(4)
                        .fails(Reason.CONNECTION_LOST, LOST),
                Fault.of("cut in the body", raw(head("Content-Length: 17") + AnswerFaults.OK))
                        .tries(4)
                        .fails(Reason.CONNECTION_LOST, LOST),
                Fault.of("cut between chunks", raw(head("Transfer-Encoding: chunked") + "10\r\n{\"success\":true}\r\n"))
                        .tries(4)
                        .fails(Reason.CONNECTION_LOST, LOST),
                Fault.of("reset in the body", (socket, server) -> {
                            raw(head("Content-Length: 17") + AnswerFaults.OK).to(socket, server);
                            ScriptedServer.reset().to(socket, server);
                        })
                        .tries(4)
                        .fails(Reason.CONNECTION_LOST, LOST),
                Fault.of("once reset, then a success", ScriptedServer.reset(), SUCCESS)
                        .tries(2)
                        .succeeds(),
                Fault.of("a success at the last try", answer(500, ""), ScriptedServer.reset(), answer(502, ""), SUCCESS)
                        .tries(4)
                        .succeeds(),
                Fault.of("a refusal after a retry", answer(500, ""), answer(401, "{}"))
                        .tries(2)
                        .fails(Reason.API_KEY_REJECTED, "DoubleTick answered 401: Status"),
                Fault.of("no HTTP", raw("220 mail.example.com ESMTP\r\n"))
                        .tries(4)
                        .fails(Reason.CONNECTION_LOST, NO_HTTP),
                Fault.of("a status that is no number", raw("HTTP/1.1 OK\r\n\r\n"))
                        .tries(4)
                        .fails(Reason.CONNECTION_LOST, NO_HTTP),
                Fault.of("a status below zero", raw("HTTP/1.1 -12 Status\r\n\r\n"))
                        .tries(4)
                        .fails(
                                Reason.INTERNAL,
                                "Jenkins could not send the request or take its answer: "
                                        + "java.lang.IllegalStateException: code < 0: -12"),
                Fault.of("a chunk of no size", raw(head("Transfer-Encoding: chunked") + "zz\r\n"))
                        .tries(4)
                        .fails(Reason.CONNECTION_LOST, NO_HTTP),
                Fault.of("a header field of 1 MB", raw(head("X: " + "x".repeat(1_000_000))))
                        .tries(4)
                        .fails(Reason.CONNECTION_LOST, LOST));
    }

    /** Those that end by the time-out of each try. */
    static Stream<Fault> slow() {
        String padded = "{\"success\":" + " ".repeat(100) + "true}";
        return Stream.of(
                        Fault.of("never answers", ScriptedServer.silence()),
                        Fault.deaf("never reads", ScriptedServer.silence()),
                        Fault.of(
                                "a header byte by byte",
                                ScriptedServer.drip((head("Content-Length: 16") + AnswerFaults.OK).getBytes(US_ASCII))),
                        Fault.of("a body byte by byte", (socket, server) -> {
                            raw(head("Content-Length: " + padded.length())).to(socket, server);
                            ScriptedServer.drip(padded.getBytes(US_ASCII)).to(socket, server);
                        }),
                        Fault.tls(
                                        "never shakes hands",
                                        javax.net.ServerSocketFactory.getDefault(),
                                        ScriptedServer.silence())
                                .requests(0))
                .map(fault -> fault.impatient().tries(4).fails(Reason.TIMED_OUT, LATE));
    }

    private static Stream<Fault> tls() {
        String untrusted = "The TLS certificate of localhost has expired or is not one that Java trusts here";
        return Stream.of(
                Fault.tls("TLS", TestCertificates.trusted(), SUCCESS),
                Fault.tls("a certificate that signs itself", TestCertificates.selfSigned(), SUCCESS)
                        .requests(0)
                        .fails(Reason.TLS, untrusted),
                Fault.tls("an unknown authority", TestCertificates.byUnknownAuthority(), SUCCESS)
                        .requests(0)
                        .fails(Reason.TLS, untrusted),
                Fault.tls("an expired certificate", TestCertificates.expired(), SUCCESS)
                        .requests(0)
                        .fails(Reason.TLS, untrusted),
                Fault.tls("a certificate for another host", TestCertificates.forAnotherHost(), SUCCESS)
                        .requests(0)
                        .fails(Reason.TLS, "The TLS certificate that was presented is not for localhost"),
                Fault.deaf("no TLS", raw("HTTP/1.1 400 Bad Request\r\n\r\n"))
                        .https()
                        .fails(
                                Reason.TLS,
                                "No secure connection to localhost: Unsupported or unrecognized SSL message"),
                Fault.deaf(
                                "cut while shaking hands",
                                (socket, server) -> socket.getInputStream().read())
                        .https()
                        .tries(4)
                        .fails(Reason.CONNECTION_LOST, LOST));
    }

    /** Neither followed, with the key or without, nor taken for a success. */
    private static Stream<Fault> redirects(ScriptedServer elsewhere) {
        return IntStream.of(301, 302, 303, 307, 308)
                .boxed()
                .flatMap(status -> Stream.of(
                        redirect(status, "/same", "/same"),
                        redirect(status, elsewhere.url() + "/x", elsewhere.url() + "/x"),
                        redirect(
                                status,
                                elsewhere.url() + "/?key=" + DoubleTickStandIn.KEY + "&of=+919876543210\u001B[8mha:A",
                                elsewhere.url() + "/?key=****&of=+91••••••3210")));
    }

    private static Fault redirect(int status, String location, String shown) {
        return Fault.of(status + " to " + shown, answer(status, AnswerFaults.OK, "Location: " + location))
                .fails(
                        Reason.REDIRECTED,
                        "DoubleTick answered " + status + ", a redirect to " + shown
                                + ", which is not followed: Status");
    }

    private static String head(String header) {
        return new String(ScriptedServer.head(201, header), US_ASCII);
    }

    private static Reply raw(String answer) {
        return AnswerFaults.raw(answer);
    }
}
