package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;

/** The servers of a {@link Fault} while they run. */
public final class FaultyService implements AutoCloseable {

    private final Fault fault;
    private final ScriptedServer server;
    private final ScriptedServer proxy;

    FaultyService(Fault fault) throws IOException {
        this.fault = fault;
        server = fault.server.open();
        proxy = fault.proxyServer == null ? null : fault.proxyServer.open();
    }

    public String url() {
        return fault.scheme + "://" + fault.host + ":" + server.port();
    }

    /** Null if there is no proxy. */
    public ProxySettings proxySettings() {
        return proxy == null ? null : fault.proxy.apply(proxy.port());
    }

    /** How the failure is described, as a regular expression. */
    public String message() {
        String message = fault.text + (fault.tries > 1 ? " (" + fault.tries + " tries)" : "");
        return quote(fill(message)).replace("\\{n\\}", "[0-9]+");
    }

    /** The text with host and ports in it. */
    public String fill(String text) {
        return text.replace("{host}", fault.host)
                .replace("{port}", Integer.toString(server.port()))
                .replace("{proxy}", Integer.toString(proxy == null ? 0 : proxy.port()));
    }

    public static String quote(String text) {
        return text.replaceAll("[^\\p{L}\\p{N} ]", "\\\\$0");
    }

    /**
     * Every request that the servers saw is right in every part, and there are as many as expected.
     *
     * @param path what the URL of the API has behind host and port
     */
    public void assertRequests(String path) {
        List<String> seen = server.requests();
        assertEquals(fault.requests, seen.size(), () -> "Requests: " + seen);
        for (String request : seen) {
            assertTrue(request.startsWith("POST " + path + "/team-member/logout HTTP/1.1\r\n"), request);
            assertTrue(request.contains("\r\nAuthorization: " + DoubleTickStandIn.KEY + "\r\n"), request);
            assertTrue(request.endsWith("\r\n\r\n{\"userPhoneNumber\":\"919876543210\"}"), request);
        }
        List<String> seenByProxy = proxy == null ? List.of() : proxy.requests();
        assertEquals(fault.proxyRequests, seenByProxy.size(), () -> "Requests: " + seenByProxy);
        for (String request : seenByProxy) {
            assertTrue(request.startsWith("CONNECT localhost:") && !request.contains(DoubleTickStandIn.KEY), request);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        if (proxy != null) {
            proxy.close();
        }
    }
}
