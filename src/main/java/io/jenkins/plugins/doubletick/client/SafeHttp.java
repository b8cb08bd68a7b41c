package io.jenkins.plugins.doubletick.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.Authenticator;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

/** Configures OkHttp so that only DoubleTick gets the API key and every request is counted. */
final class SafeHttp {

    private SafeHttp() {}

    /** @param http has the proxy, its login and the trusted certificates */
    static OkHttpClient of(OkHttpClient http, Timeouts timeouts) {
        return http.newBuilder()
                .connectTimeout(timeouts.connect())
                // Limits the whole request, because a limit for each read would let a slow response go on for ever.
                .callTimeout(timeouts.response())
                .readTimeout(Duration.ZERO)
                .writeTimeout(Duration.ZERO)
                // Shares no connection, so that a silent connection costs one try of one call.
                .connectionPool(new ConnectionPool(0, 1, TimeUnit.SECONDS))
                .protocols(List.of(Protocol.HTTP_1_1))
                // Follows no redirect, because a POST can become a GET and another host would get the key.
                .followRedirects(false)
                .followSslRedirects(false)
                // Leaves retries to ApiCall, which counts and logs them.
                .retryOnConnectionFailure(false)
                // Tries a host's addresses one after the other, because racing them takes a second thread per call.
                .fastFallback(false)
                .authenticator(Authenticator.NONE)
                .proxyAuthenticator(new BasicProxyAuthenticator(http.proxyAuthenticator()))
                .proxySelector(new DirectLoopbackProxySelector(http.proxySelector()))
                .addNetworkInterceptor(RetryAfter::hideFromOkHttp)
                .build();
    }
}
