package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

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
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a request that got no answer says of itself. */
@ExtendWith(ArabicLocale.class)
class NetworkFailureTest {

    private static final HttpUrl URL = HttpUrl.get("https://api.example:8443/x");
    private static final Proxy PROXY =
            new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved("proxy.example", 3128));

    static Stream<Arguments> failures() {
        String refused =
                "CONNECTION_FAILED: No connection to api.example on port 8443: the host rejects it or cannot be reached";
        String lost = "CONNECTION_LOST: The connection was lost before the response was complete";
        String certificate = "TLS: The TLS certificate of api.example has expired or is not trusted by Java";
        String unknown = "UNKNOWN_HOST: The host name api.example is unknown";
        return Stream.of(
                Arguments.of(
                        new UnknownHostException("p.example: Name or service not known"),
                        "UNKNOWN_HOST: The host name p.example is unknown"),
                Arguments.of(new UnknownHostException(" "), unknown),
                Arguments.of(new UnknownHostException(), unknown),
                Arguments.of(
                        new ProtocolException("Received HTTP_PROXY_AUTH (407) code while not using proxy"),
                        "PROXY: The proxy requires a login and does not accept the configured one"),
                Arguments.of(new ProtocolException("unexpected end of stream"), lost),
                Arguments.of(new SSLException("x", new IOException(new CertificateExpiredException())), certificate),
                Arguments.of(new SSLException("x", new CertificateExpiredException()), certificate),
                Arguments.of(new SSLException("x", new IOException("reset")), lost),
                Arguments.of(new InterruptedIOException("timeout"), "TIMED_OUT: No answer within 7 s"),
                Arguments.of(new SocketTimeoutException("x"), "TIMED_OUT: No connection within 3 s"),
                Arguments.of(new ConnectException("x"), refused),
                Arguments.of(new NoRouteToHostException("x"), refused),
                Arguments.of(new IOException(), lost));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void kinds(IOException e, String failure) {
        assertFailure(failure, e, client(() -> List.of(Proxy.NO_PROXY)));
        assertFailure(failure, e, client(List::of));
        assertFailure(failure + " (through the proxy proxy.example:3128)", e, client(() -> List.of(PROXY)));
    }

    @Test
    void proxySettingsThatCannotBeUsed() {
        for (Throwable broken : List.of(new IllegalArgumentException("port"), new StackOverflowError("port"))) {
            assertFailure("PROXY: The proxy settings are not valid: port", new IOException(), client(() -> {
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
                "INTERNAL: Jenkins could not send the request or read the response: java.lang.IllegalStateException: no",
                new IllegalStateException("no"),
                client(() -> List.of(PROXY)));
    }

    private static void assertFailure(String expected, Throwable e, OkHttpClient http) {
        DoubleTickException failure = NetworkFailure.of(e, http, URL);
        assertEquals(expected, failure.reason() + ": " + failure.getMessage());
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
                    public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
                })
                .build();
    }
}
