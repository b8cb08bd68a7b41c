package io.jenkins.plugins.doubletick.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Confirms so many logouts in each period, and answers 429 with {@code Retry-After} beyond. */
public final class RateLimitedServer implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final int limit;
    private final long periodNanos;

    private long periodStart = System.nanoTime();
    private int inPeriod;
    private int successes;
    private int refusals;

    public RateLimitedServer(int limit, Duration period) throws IOException {
        this.limit = limit;
        this.periodNanos = period.toNanos();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 400);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public synchronized int successes() {
        return successes;
    }

    public synchronized int refusals() {
        return refusals;
    }

    private void handle(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        Long wait = admit();
        if (wait != null) {
            exchange.getResponseHeaders().set("Retry-After", wait.toString());
        }
        byte[] body = (wait == null ? "{\"success\":true}" : "{}").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(wait == null ? 201 : 429, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** Null if the request is within the limit, else the seconds until the next period. */
    private synchronized Long admit() {
        long now = System.nanoTime();
        if (now - periodStart >= periodNanos) {
            periodStart = now;
            inPeriod = 0;
        }
        if (inPeriod < limit) {
            inPeriod++;
            successes++;
            return null;
        }
        refusals++;
        return (periodStart + periodNanos - now + 999_999_999) / 1_000_000_000;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
