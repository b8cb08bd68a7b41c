package io.jenkins.plugins.doubletick.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Confirms every logout after a fixed latency, in a process of its own so that its threads and its heap are not
 * Jenkins's. A waiting request holds no thread here, so that a thousand at once are no bottleneck.
 *
 * <p>{@code GET /control?latency=MS[&limit=N&period=MS]} sets it up and forgets what was counted; a negative latency
 * holds all answers back until {@code GET /release}; {@code GET /counts} tells what {@link ServerControl.Counts} has.
 * It ends when its standard input does.
 */
public final class LatencyServer {

    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
    private final Deque<HttpExchange> held = new ArrayDeque<>();

    private long latencyMillis;
    private int limit;
    private long periodNanos;
    private long periodStart;
    private int inPeriod;
    private int requests;
    private int successes;
    private int waiting;

    private LatencyServer() {}

    public static void main(String[] args) throws IOException {
        // Headers and body are two writes: without this, Nagle's algorithm adds 40 ms to an answer.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        // Else it closes kept connections beyond 200.
        System.setProperty("sun.net.httpserver.maxIdleConnections", "5000");
        LatencyServer latencyServer = new LatencyServer();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 2000);
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.createContext("/team-member/logout", latencyServer::logout);
        server.createContext("/control", latencyServer::control);
        server.createContext("/release", latencyServer::release);
        server.createContext("/counts", latencyServer::counts);
        server.start();
        System.out.println("http://127.0.0.1:" + server.getAddress().getPort());
        while (System.in.read() >= 0) {
            // Nothing to read, only the end to wait for.
        }
        System.exit(0);
    }

    private void logout(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        long wait;
        long latency;
        synchronized (this) {
            requests++;
            waiting++;
            wait = admit();
            latency = latencyMillis;
            if (latency < 0) {
                held.add(exchange);
                return;
            }
        }
        if (wait > 0) {
            exchange.getResponseHeaders().set("Retry-After", Long.toString(wait));
        }
        timer.schedule(() -> answer(exchange, wait > 0), latency, TimeUnit.MILLISECONDS);
    }

    /** 0 if the request is within the limit, else the whole seconds until the next period. */
    private long admit() {
        if (limit == 0) {
            return 0;
        }
        long now = System.nanoTime();
        if (now - periodStart >= periodNanos) {
            periodStart = now;
            inPeriod = 0;
        }
        if (inPeriod < limit) {
            inPeriod++;
            return 0;
        }
        return (periodStart + periodNanos - now + 999_999_999) / 1_000_000_000;
    }

    private void answer(HttpExchange exchange, boolean refused) {
        synchronized (this) {
            waiting--;
            successes += refused ? 0 : 1;
        }
        try {
            if (refused) {
                send(exchange, 429, "{\"statusCode\":429,\"message\":\"Too many requests\"}");
            } else {
                send(exchange, 201, "{\"success\":true}");
            }
        } catch (IOException e) {
            System.err.println("An answer could not be sent: " + e);
        }
    }

    private synchronized void control(HttpExchange exchange) throws IOException {
        Map<String, Long> query = new HashMap<>();
        for (String part : exchange.getRequestURI().getQuery().split("&")) {
            query.put(part.replaceFirst("=.*", ""), Long.valueOf(part.replaceFirst(".*=", "")));
        }
        latencyMillis = query.get("latency");
        limit = query.getOrDefault("limit", 0L).intValue();
        periodNanos = TimeUnit.MILLISECONDS.toNanos(query.getOrDefault("period", 0L));
        periodStart = System.nanoTime() - periodNanos;
        requests = 0;
        successes = 0;
        send(exchange, 200, "");
    }

    private void release(HttpExchange exchange) throws IOException {
        synchronized (this) {
            latencyMillis = 0;
            held.forEach(waiting -> timer.execute(() -> answer(waiting, false)));
            held.clear();
        }
        send(exchange, 200, "");
    }

    private synchronized void counts(HttpExchange exchange) throws IOException {
        send(exchange, 200, requests + " " + successes + " " + waiting);
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
