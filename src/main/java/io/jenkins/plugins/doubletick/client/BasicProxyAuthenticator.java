package io.jenkins.plugins.doubletick.client;

import java.io.IOException;
import okhttp3.Authenticator;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.Route;

/**
 * Has another authenticator answer a proxy's Basic challenge alone: okhttp-api's looks at one header field only, which may
 * begin with another scheme.
 */
final class BasicProxyAuthenticator implements Authenticator {

    private static final String CHALLENGE = "Proxy-Authenticate";

    private final Authenticator authenticator;

    BasicProxyAuthenticator(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    @Override
    public Request authenticate(Route route, Response response) throws IOException {
        // Inside the tunnel, the service sends the challenge. It must not receive the proxy's login.
        if (!response.request().method().equals("CONNECT") || isPreemptive(response)) {
            return null;
        }
        boolean isBasic = response.challenges().stream()
                .anyMatch(challenge -> challenge.scheme().equalsIgnoreCase("Basic"));
        return authenticator.authenticate(
                route,
                isBasic
                        ? response.newBuilder()
                                .header(CHALLENGE, "Basic realm=\"proxy\"")
                                .build()
                        : response);
    }

    /** Before each tunnel, OkHttp asks for a login that the proxy has not asked for. okhttp-api would log a warning for it. */
    private static boolean isPreemptive(Response response) {
        return "OkHttp-Preemptive".equals(response.header(CHALLENGE));
    }
}
