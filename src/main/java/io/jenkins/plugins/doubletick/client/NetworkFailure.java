package io.jenkins.plugins.doubletick.client;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;

/** Says which of the ways in which a network fails it was. */
final class NetworkFailure {

    private NetworkFailure() {}

    static DoubleTickException of(IOException e, OkHttpClient http, HttpUrl url) {
        Proxy proxy;
        try {
            proxy = selectedProxy(http.proxySelector(), url);
        } catch (RuntimeException broken) { // Such as a port of 99999: OkHttp, too, ended the call with it.
            String text = LogSanitizer.of(String.valueOf(broken.getMessage()));
            return failure(Reason.PROXY, Messages.NetworkFailure_proxySettings(text), e);
        }
        DoubleTickException failure = describe(e, http, url);
        return proxy.type() == Proxy.Type.DIRECT
                ? failure
                : failure.saying(Messages.NetworkFailure_throughProxy(failure.getMessage(), name(proxy)));
    }

    private static DoubleTickException describe(IOException e, OkHttpClient http, HttpUrl url) {
        String host = url.host();
        if (e instanceof UnknownHostException) {
            return failure(Reason.UNKNOWN_HOST, Messages.NetworkFailure_unknownHost(unknownName(e, host)), e);
        }
        // OkHttp has no type of its own for what a proxy answers to CONNECT, only these texts (ConnectPlan.kt).
        String text = String.valueOf(e.getMessage());
        if (text.equals("Failed to authenticate with proxy")) {
            return failure(Reason.PROXY, Messages.NetworkFailure_proxyLogin(), e);
        }
        if (text.startsWith("Unexpected response code for CONNECT: ")) {
            String status = text.substring(text.lastIndexOf(' ') + 1);
            return failure(
                    status.startsWith("5") ? Reason.CONNECTION_FAILED : Reason.PROXY,
                    Messages.NetworkFailure_proxyRefused(status),
                    e);
        }
        if (text.startsWith("Received HTTP_PROXY_AUTH (407) code")) { // From a proxy that nobody set up here.
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
            return failure(Reason.TLS, Messages.NetworkFailure_tls(host, LogSanitizer.of(text)), e);
        }
        if (e instanceof InterruptedIOException) {
            // OkHttp ends a whole call with the bare type, and a phase of it with SocketTimeoutException.
            return e.getClass() == InterruptedIOException.class
                    ? failure(Reason.TIMED_OUT, Messages.NetworkFailure_noAnswer(seconds(http.callTimeoutMillis())), e)
                    : failure(
                            Reason.TIMED_OUT,
                            Messages.NetworkFailure_noConnection(seconds(http.connectTimeoutMillis())),
                            e);
        }
        if (e instanceof ConnectException || e instanceof NoRouteToHostException) {
            return failure(Reason.CONNECTION_FAILED, Messages.NetworkFailure_refused(host, url.port()), e);
        }
        return failure(Reason.CONNECTION_LOST, Messages.NetworkFailure_lost(), e);
    }

    private static DoubleTickException failure(Reason reason, String message, IOException e) {
        return new DoubleTickException(reason, message, e);
    }

    /** The exception's text begins with the name, which is the proxy's if that is the unknown one. */
    private static String unknownName(IOException e, String host) {
        String text = e.getMessage();
        return text == null || text.isBlank() ? host : LogSanitizer.of(text.split("[: ]", 2)[0]);
    }

    private static boolean isCausedBy(Throwable e, Class<? extends Throwable> type) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    private static Proxy selectedProxy(ProxySelector selector, HttpUrl url) {
        return selector.select(url.uri()).stream().findFirst().orElse(Proxy.NO_PROXY);
    }

    private static String name(Proxy proxy) {
        return proxy.address() instanceof InetSocketAddress address
                ? address.getHostString() + ":" + address.getPort()
                : String.valueOf(proxy.address());
    }

    private static long seconds(int milliseconds) {
        return Duration.ofMillis(milliseconds).toSeconds();
    }
}
