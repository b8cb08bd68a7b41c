package io.jenkins.plugins.doubletick.client;

import static io.jenkins.plugins.doubletick.client.ClientFixture.assertFailure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.ProxySelector;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateExpiredException;
import java.time.Duration;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a request that got no response says of itself; {@link FaultTableTest} has the failures of a real network. */
@ExtendWith(ArabicLocale.class)
class NetworkFailureTest {

    private static final HttpUrl URL = HttpUrl.get("https://api.example:8443/x");
    private static final InetSocketAddress PROXY = InetSocketAddress.createUnresolved("proxy.example", 3128);

    static Stream<Arguments> failures() {
        String refused =
                "CONNECTION_FAILED: No connection to api.example on port 8443: the host rejects it or cannot be reached";
        String lost = "CONNECTION_LOST: The connection was lost before the response was complete";
        String certificate = "TLS: The TLS certificate of api.example has expired or is not trusted by Java";
        String unknown = "UNKNOWN_HOST: The host name %s is unknown";
        String login = "PROXY: The proxy requires a login and does not accept the configured one";
        return Stream.of(
                Arguments.of(unknown.formatted("p.example"), new UnknownHostException("p.example: Name not known")),
                Arguments.of(unknown.formatted("api.example"), new UnknownHostException(" ")),
                Arguments.of(unknown.formatted("api.example"), new UnknownHostException()),
                Arguments.of(login, new ProtocolException("Received HTTP_PROXY_AUTH (407) code while not using proxy")),
                Arguments.of(lost, new ProtocolException("unexpected end of stream")),
                Arguments.of(certificate, new SSLException("x", new CertificateExpiredException())),
                Arguments.of(lost, new SSLException("x", new IOException("reset"))),
                Arguments.of("TIMED_OUT: No answer within 7 s", new InterruptedIOException("timeout")),
                Arguments.of("TIMED_OUT: No connection within 3 s", new SocketTimeoutException("x")),
                Arguments.of(refused, new NoRouteToHostException("x")),
                Arguments.of(lost, new IOException()));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void kinds(String failure, IOException e) {
        check(failure, e, null);
        check(failure + " (through the proxy proxy.example:3128)", e, PROXY);
    }

    @Test
    void internalFailureIsNotBlamedOnTheProxy() {
        check(
                "INTERNAL: Jenkins could not send the request or read the response: java.lang.IllegalStateException: no",
                new IllegalStateException("no"),
                PROXY);
    }

    private static void check(String expected, Throwable e, InetSocketAddress proxy) {
        OkHttpClient http = new OkHttpClient.Builder()
                .callTimeout(Duration.ofSeconds(7))
                .connectTimeout(Duration.ofSeconds(3))
                .proxySelector(ProxySelector.of(proxy))
                .build();
        DoubleTickException failure = assertFailure(expected, NetworkFailure.of(e, http, URL));
        assertEquals(0, failure.status());
        assertSame(e, failure.getCause());
    }
}
