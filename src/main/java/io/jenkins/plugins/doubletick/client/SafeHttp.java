package io.jenkins.plugins.doubletick.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.Authenticator;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

/** Sets up OkHttp so that the API key goes to DoubleTick alone and every request is counted. */
final class SafeHttp {

    private SafeHttp() {}

    /** @param http has the proxy, its login and the trusted certificates */
    static OkHttpClient of(OkHttpClient http, Timeouts timeouts) {
        return http.newBuilder()
                .connectTimeout(timeouts.connect())
                // Limits the whole request: a limit for each read would let a dripping response go on for ever.
                .callTimeout(timeouts.response())
                .readTimeout(Duration.ZERO)
                .writeTimeout(Duration.ZERO)
                // Shares no connection, as HTTP/2 would: a connection that fell silent costs one try of one call.
                .connectionPool(new ConnectionPool(0, 1, TimeUnit.SECONDS))
                .protocols(List.of(Protocol.HTTP_1_1))
                // Follows no redirect: a POST can become a GET, and the key must go nowhere else.
                .followRedirects(false)
                .followSslRedirects(false)
                // Leaves it to ApiCall to send a request again, which counts, logs and waits.
                .retryOnConnectionFailure(false)
                // Tries a host's addresses one after the other: racing them takes a second thread for each call.
                .fastFallback(false)
                .authenticator(Authenticator.NONE)
                .proxyAuthenticator(new BasicProxyAuthenticator(http.proxyAuthenticator()))
                .proxySelector(new DirectLoopbackProxySelector(http.proxySelector()))
                .addNetworkInterceptor(RetryAfter::hideFromOkHttp)
                .build();
    }
}
