package io.jenkins.plugins.doubletick.client;

import static io.jenkins.plugins.doubletick.client.DoubleTickException.digits;

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
        DoubleTickException failure = e instanceof IOException io ? describe(io, http, url) : internal(e);
        return proxy.type() == Proxy.Type.DIRECT || failure.reason() == Reason.INTERNAL
                ? failure
                : failure.withMessage(Messages.NetworkFailure_throughProxy(failure.getMessage(), name(proxy)));
    }

    /** Describes a failure in Jenkins itself. */
    static DoubleTickException internal(Throwable e) {
        return new DoubleTickException(Reason.INTERNAL, Messages.NetworkFailure_internal(e.toString()), e);
    }

    /** Describes a request that OkHttp did not end in time. */
    static DoubleTickException hanging(Duration time) {
        return new DoubleTickException(Reason.TIMED_OUT, Messages.NetworkFailure_noAnswer(digits(time.toSeconds())));
    }

    private static DoubleTickException describe(IOException e, OkHttpClient http, HttpUrl url) {
        String host = url.host();
        if (e instanceof UnknownHostException) {
            return failure(Reason.UNKNOWN_HOST, Messages.NetworkFailure_unknownHost(unknownName(e, host)), e);
        }
        // OkHttp has no separate type for a proxy's response to CONNECT, only these texts (ConnectPlan.kt).
        String text = String.valueOf(e.getMessage());
        if (text.equals("Failed to authenticate with proxy")) {
            return failure(Reason.PROXY_LOGIN, Messages.NetworkFailure_proxyLogin(), e);
        }
        if (text.startsWith("Unexpected response code for CONNECT: ")) {
            String status = text.substring(text.lastIndexOf(' ') + 1);
            return failure(
                    status.startsWith("5") ? Reason.CONNECTION_FAILED : Reason.PROXY,
                    Messages.NetworkFailure_proxyRefused(status),
                    e);
        }
        if (text.startsWith(
                "Received HTTP_PROXY_AUTH (407) code")) { // The response of a proxy that is not configured here.
            return failure(Reason.PROXY, Messages.NetworkFailure_proxyLogin(), e);
        }
        if (e instanceof ProtocolException && !text.equals("unexpected end of stream")) {
            return failure(Reason.CONNECTION_LOST, Messages.NetworkFailure_notHttp(), e);
        }
        if (e instanceof SSLPeerUnverifiedException) {
            return failure(Reason.TLS, Messages.NetworkFailure_wrongHost(host), e);
        }
        if (e instanceof SSLException && isCausedBy(e, CertificateException.class)) {
            return failure(Reason.TLS, Messages.NetworkFailure_certificate(host), e);
        }
        if (e instanceof SSLException && !(e.getCause() instanceof IOException)) {
            return failure(Reason.TLS, Messages.NetworkFailure_tls(host, text), e);
        }
        if (e instanceof InterruptedIOException) {
            // OkHttp ends a whole call with this type, and a phase of the call with SocketTimeoutException.
            return e.getClass() == InterruptedIOException.class
                    ? failure(Reason.TIMED_OUT, Messages.NetworkFailure_noAnswer(seconds(http.callTimeoutMillis())), e)
                    : failure(
                            Reason.TIMED_OUT,
                            Messages.NetworkFailure_noConnection(seconds(http.connectTimeoutMillis())),
                            e);
        }
        if (e instanceof ConnectException || e instanceof NoRouteToHostException) {
            return failure(Reason.CONNECTION_FAILED, Messages.NetworkFailure_refused(host, digits(url.port())), e);
        }
        return failure(Reason.CONNECTION_LOST, Messages.NetworkFailure_lost(), e);
    }

    private static DoubleTickException failure(Reason reason, String message, IOException e) {
        return new DoubleTickException(reason, message, e);
    }

    /** Returns the host name at the beginning of the exception's text, which is the proxy's if that one is unknown. */
    private static String unknownName(IOException e, String host) {
        String text = e.getMessage();
        return text == null || text.isBlank() ? host : text.split("[: ]", 2)[0];
    }

    private static boolean isCausedBy(Throwable e, Class<? extends Throwable> type) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    private static String name(Proxy proxy) {
        return proxy.address() instanceof InetSocketAddress address
                ? address.getHostString() + ":" + address.getPort()
                : String.valueOf(proxy.address());
    }

    private static String seconds(int milliseconds) {
        return digits(Duration.ofMillis(milliseconds).toSeconds());
    }
}
