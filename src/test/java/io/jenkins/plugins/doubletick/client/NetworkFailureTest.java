package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.cert.CertificateExpiredException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NetworkFailureTest {

    private static final HttpUrl URL = HttpUrl.get("https://api.example:8443/x");

    static Stream<Arguments> failures() {
        String refused = "No connection to api.example on port 8443: it is refused or there is no way there";
        String lost = "The connection broke before DoubleTick's answer was there";
        String proxyLogin = "The proxy demands a login and does not accept the one it was given";
        String noHttp = "The answer is not valid HTTP";
        String certificate = "The TLS certificate of api.example has expired or is not one that Java trusts here";
        return Stream.of(
                row(
                        new UnknownHostException("p.example: Name or service not known"),
                        Reason.UNKNOWN_HOST,
                        "The host name p.example is unknown"),
                row(new UnknownHostException("p.example"), Reason.UNKNOWN_HOST, "The host name p.example is unknown"),
                row(new UnknownHostException(" "), Reason.UNKNOWN_HOST, "The host name api.example is unknown"),
                row(new UnknownHostException(), Reason.UNKNOWN_HOST, "The host name api.example is unknown"),
                row(new IOException("Failed to authenticate with proxy"), Reason.PROXY_LOGIN, proxyLogin),
                row(
                        new ProtocolException("Received HTTP_PROXY_AUTH (407) code while not using proxy"),
                        Reason.PROXY,
                        proxyLogin),
                row(
                        new IOException("Unexpected response code for CONNECT: 403"),
                        Reason.PROXY,
                        "The proxy answered 403 instead of letting the request through"),
                row(
                        new IOException("Unexpected response code for CONNECT: 503"),
                        Reason.CONNECTION_FAILED,
                        "The proxy answered 503 instead of letting the request through"),
                row(new ProtocolException("Unexpected status line: x"), Reason.CONNECTION_LOST, noHttp),
                row(new ProtocolException("unexpected end of stream"), Reason.CONNECTION_LOST, lost),
                row(
                        new SSLPeerUnverifiedException("x"),
                        Reason.TLS,
                        "The TLS certificate that was presented is not for api.example"),
                row(new SSLException("x", new IOException(new CertificateExpiredException())), Reason.TLS, certificate),
                row(new SSLException("x", new CertificateExpiredException()), Reason.TLS, certificate),
                row(
                        new SSLException("no common protocol"),
                        Reason.TLS,
                        "No secure connection to api.example: no common protocol"),
                row(new SSLException("x", new IOException("reset")), Reason.CONNECTION_LOST, lost),
                row(new InterruptedIOException("timeout"), Reason.TIMED_OUT, "No answer within 7 s"),
                row(new SocketTimeoutException("x"), Reason.TIMED_OUT, "No connection within 3 s"),
                row(new ConnectException("x"), Reason.CONNECTION_FAILED, refused),
                row(new NoRouteToHostException("x"), Reason.CONNECTION_FAILED, refused),
                row(new IOException("x"), Reason.CONNECTION_LOST, lost),
                row(new IOException(), Reason.CONNECTION_LOST, lost));
    }

    private static Arguments row(IOException e, Reason reason, String message) {
        return Arguments.of(e, reason, message);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void kinds(IOException e, Reason reason, String message) {
        assertFailure(reason, message, e, client(() -> List.of(Proxy.NO_PROXY)));
        assertFailure(reason, message, e, client(List::of));
        assertFailure(
                reason,
                message + " (through the proxy proxy.example:3128)",
                e,
                client(() -> List.of(
                        new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved("proxy.example", 3128)))));
    }

    @Test
    void proxySettingsThatCannotBeUsed() {
        for (Throwable broken : List.of(new IllegalArgumentException("port"), new StackOverflowError("port"))) {
            assertFailure(Reason.PROXY, "The proxy settings cannot be used: port", new IOException(), client(() -> {
                throw NetworkFailureTest.<RuntimeException>unchecked(broken);
            }));
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T unchecked(Throwable e) throws T {
        throw (T) e;
    }

    @Test
    void whatIsNoNetworkFailureIsNotTheProxys() {
        assertFailure(
                Reason.INTERNAL,
                "Jenkins could not send the request or take its answer: java.lang.IllegalStateException: no",
                new IllegalStateException("no"),
                client(() -> List.of(
                        new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved("proxy.example", 3128)))));
    }

    @Test
    void hanging() {
        DoubleTickException failure = NetworkFailure.hanging(Duration.ofSeconds(31));
        assertEquals(Reason.TIMED_OUT, failure.reason());
        assertEquals("No answer within 31 s", failure.getMessage());
    }

    private static void assertFailure(Reason reason, String message, Throwable e, OkHttpClient http) {
        DoubleTickException failure = NetworkFailure.of(e, http, URL);
        assertEquals(message, failure.getMessage());
        assertEquals(reason, failure.reason());
        assertEquals(0, failure.status());
        assertSame(e, failure.getCause());
    }

    private static OkHttpClient client(Supplier<List<Proxy>> proxies) {
        return new OkHttpClient.Builder()
                .callTimeout(Duration.ofSeconds(7))
                .connectTimeout(Duration.ofSeconds(3))
                .proxySelector(new ProxySelector() {
                    @Override
                    public List<Proxy> select(URI uri) {
                        assertEquals(URL.uri(), uri);
                        return proxies.get();
                    }

                    @Override
                    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
                        throw new AssertionError(failure);
                    }
                })
                .build();
    }
}
