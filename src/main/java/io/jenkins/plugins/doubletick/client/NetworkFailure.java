package io.jenkins.plugins.doubletick.client;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.Proxy;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;

/** Describes why a request got no response. */
final class NetworkFailure {

    private record Kind(Reason reason, String message) {}

    private NetworkFailure() {}

    /** Describes the exception of a request. Never throws. Calls the proxy selector, which may block. */
    static DoubleTickException of(Throwable e, OkHttpClient http, HttpUrl url) {
        Proxy proxy;
        try {
            proxy = http.proxySelector().select(url.uri()).stream().findFirst().orElse(Proxy.NO_PROXY);
        } catch (RuntimeException | Error broken) { // A port of 99999, for example, fails OkHttp's call as well.
            return new DoubleTickException(
                    Reason.PROXY, Messages.NetworkFailure_proxySettings(String.valueOf(broken.getMessage())), e);
        }
        if (!(e instanceof IOException io)) {
            return internal(e);
        }
        Kind kind = kind(io, http, url);
        String message = proxy.type() == Proxy.Type.DIRECT
                ? kind.message()
                : Messages.NetworkFailure_throughProxy(kind.message(), name(proxy));
        return new DoubleTickException(kind.reason(), message, e);
    }

    static DoubleTickException internal(Throwable e) {
        return new DoubleTickException(Reason.INTERNAL, Messages.NetworkFailure_internal(e.toString()), e);
    }

    static DoubleTickException hanging(Duration time) {
        return new DoubleTickException(
                Reason.TIMED_OUT, Messages.NetworkFailure_noAnswer(Long.toString(time.toSeconds())));
    }

    private static Kind kind(IOException e, OkHttpClient http, HttpUrl url) {
        String host = url.host();
        if (e instanceof UnknownHostException) {
            return new Kind(Reason.UNKNOWN_HOST, Messages.NetworkFailure_unknownHost(unknownName(e, host)));
        }
        // OkHttp has no separate type for a proxy's response to CONNECT, only these texts (ConnectPlan.kt).
        String text = String.valueOf(e.getMessage());
        if (text.equals("Failed to authenticate with proxy")) {
            return new Kind(Reason.PROXY_LOGIN, Messages.NetworkFailure_proxyLogin());
        }
        if (text.startsWith("Unexpected response code for CONNECT: ")) {
            String status = text.substring(text.lastIndexOf(' ') + 1);
            return new Kind(
                    status.startsWith("5") ? Reason.CONNECTION_FAILED : Reason.PROXY,
                    Messages.NetworkFailure_proxyRefused(status));
        }
        if (text.startsWith(
                "Received HTTP_PROXY_AUTH (407) code")) { // The response of a proxy that is not configured here.
            return new Kind(Reason.PROXY, Messages.NetworkFailure_proxyLogin());
        }
        if (e instanceof ProtocolException && !text.equals("unexpected end of stream")) {
            return new Kind(Reason.CONNECTION_LOST, Messages.NetworkFailure_notHttp());
        }
        if (e instanceof SSLPeerUnverifiedException) {
            return new Kind(Reason.TLS, Messages.NetworkFailure_wrongHost(host));
        }
        if (e instanceof SSLException && e.getCause() instanceof CertificateException) {
            return new Kind(Reason.TLS, Messages.NetworkFailure_certificate(host));
        }
        if (e instanceof SSLException && !(e.getCause() instanceof IOException)) {
            return new Kind(Reason.TLS, Messages.NetworkFailure_tls(host, text));
        }
        if (e instanceof InterruptedIOException) {
            // OkHttp ends a whole call with this type, and a phase of the call with SocketTimeoutException.
            return e.getClass() == InterruptedIOException.class
                    ? new Kind(
                            Reason.TIMED_OUT,
                            Messages.NetworkFailure_noAnswer(Long.toString(http.callTimeoutMillis() / 1000)))
                    : new Kind(
                            Reason.TIMED_OUT,
                            Messages.NetworkFailure_noConnection(Long.toString(http.connectTimeoutMillis() / 1000)));
        }
        if (e instanceof ConnectException || e instanceof NoRouteToHostException) {
            return new Kind(
                    Reason.CONNECTION_FAILED, Messages.NetworkFailure_refused(host, Integer.toString(url.port())));
        }
        return new Kind(Reason.CONNECTION_LOST, Messages.NetworkFailure_lost());
    }

    /** Returns the host name at the beginning of the exception's text, which is the proxy's if that one is unknown. */
    private static String unknownName(IOException e, String host) {
        String text = e.getMessage();
        return text == null || text.isBlank() ? host : text.split("[: ]", 2)[0];
    }

    private static String name(Proxy proxy) {
        return proxy.address() instanceof InetSocketAddress address
                ? address.getHostString() + ":" + address.getPort()
                : String.valueOf(proxy.address());
    }
}
