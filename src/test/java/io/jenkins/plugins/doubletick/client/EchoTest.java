package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server, or a proxy that opens TLS, sends back what it was sent: no failure and no log shows key or number. */
class EchoTest implements CallListener {

    private static final String KEY = "key_echoed-4c1D+/e0==";

    @RegisterExtension
    private final SystemLog log = new SystemLog();

    private final LeakSearch search = new LeakSearch(List.of(KEY), List.of(EchoingServer.NUMBERS));
    private final List<IOException> toldToProxySelector = new CopyOnWriteArrayList<>();

    @Test
    void server() throws Exception {
        try (ScriptedServer server = new ScriptedServer(EchoingServer.reply())) {
            sendAll(EchoingServer.numbers(), server.url(), new OkHttpClient(), 4);
        }
    }

    @Test
    void proxy() throws Exception {
        try (ScriptedServer server = new ScriptedServer(TestCertificates.trusted(), EchoingServer.reply());
                ScriptedServer proxy = new ScriptedServer(ProxyReplies.tunnel())) {
            OkHttpClient.Builder http = TestCertificates.trustedBy(new OkHttpClient.Builder());
            ProxySettings.withoutLogin(proxy.port()).applyTo(http, toldToProxySelector);
            sendAll(EchoingServer.brokenNumbers(), "https://localhost:" + server.port(), http.build(), 1);
        }
        assertFalse(toldToProxySelector.isEmpty());
    }

    private void sendAll(List<String> numbers, String url, OkHttpClient http, int maxTries) throws Exception {
        ApiKey key = ApiKey.parse(KEY);
        try (ClientFixture fixture = new ClientFixture(url, settings -> {
            settings.http = http;
            settings.retry = new Retry(maxTries, ClientFixture.INSTANT);
        })) {
            for (String number : numbers) {
                searchFailure(number, fixture.client.logout(key, LoginNumber.parse(number), this));
            }
            searchFailure("the key's check", fixture.client.checkKey(key));
        }
        toldToProxySelector.forEach(e -> search.forKeysAndNumbers("the proxy selector", LeakSearch.print(e)));
        search.forKeysAndNumbers("the log", log.ours() + log.others());
        assertEquals(List.of(), search.hits());
    }

    private void searchFailure(String where, CompletableFuture<?> future) {
        search.forKeysAndNumbers("the failure of " + where, LeakSearch.print(ClientFixture.failureOf(future)));
    }

    @Override
    public void retrying(DoubleTickException failure, int tries, Duration wait) {
        search.forKeysAndNumbers("a failure before another try", LeakSearch.print(failure));
    }

    @Override
    public void rateLimited(Duration wait) {
        throw new AssertionError("There is no other logout");
    }
}
