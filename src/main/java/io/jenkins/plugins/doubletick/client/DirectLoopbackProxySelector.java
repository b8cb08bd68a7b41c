package io.jenkins.plugins.doubletick.client;

import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;

/**
 * Selects the same proxy as another selector, but none for plain {@code http}, because a proxy could read the key. Plain {@code
 * http} is allowed for loopback addresses only.
 */
final class DirectLoopbackProxySelector extends ProxySelector {

    private final ProxySelector selector;

    DirectLoopbackProxySelector(ProxySelector selector) {
        this.selector = selector;
    }

    @Override
    public List<Proxy> select(URI uri) {
        return "http".equals(uri.getScheme()) ? List.of(Proxy.NO_PROXY) : selector.select(uri);
    }

    /** Hides the text, which may quote a malformed response (RealConnection.trackFailure), because okhttp-api logs it. */
    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        selector.connectFailed(uri, address, new IOException("The connection to the proxy failed"));
    }
}
