package io.jenkins.plugins.doubletick.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.jenkins.plugins.doubletick.bench.Account.WaitIn;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Answers as the {@link Account} of the API key says. A waiting request holds no thread of this server. */
final class BenchServer implements AutoCloseable {

    static final int MEMBERS = 5000;

    private static final String MEMBER = """
            {"id":"%1$d","name":"Member %1$d Name","phone":"91987650%1$04d","email":"member.%1$d@example.com",\
            "joinDate":"2026-01-01T00:00:00.000Z","reportingManager":[{"id":"1","name":"Member 1 Name",\
            "phone":"919876500001","email":null,"joinDate":"2026-01-01T00:00:00.000Z"}],"orgRoleName":"Agent",\
            "orgRoleId":"7","isOrganizationOwner":false}""";

    private static final String TOO_MANY = """
            {"status":429,"reason":"RATE_LIMIT_EXCEEDED",\
            "message":"Too many requests, please try again later.","extraData":{%s}}""";

    private final HttpServer server;
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(8);
    private final Map<String, State> states = new ConcurrentHashMap<>();
    private final String team = IntStream.range(0, MEMBERS)
            .mapToObj(MEMBER::formatted)
            .collect(Collectors.joining(",", "{\"data\":[", "]}"));

    /** The requests and logouts of an account. */
    private static final class State {

        private final Deque<Long> confirmedAt = new ArrayDeque<>();
        private int requests;
        private int confirmed;

        synchronized int latency(Account account) {
            return ++requests > account.quick() ? Account.SLOW : account.latency();
        }

        /** Returns 0 if a request is within the limit, otherwise the milliseconds until a request will be. */
        synchronized long admit(Account account) {
            long now = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
            while (!confirmedAt.isEmpty() && now - confirmedAt.peek() >= account.period()) {
                confirmedAt.poll();
            }
            if (confirmedAt.size() >= account.limit()) {
                return confirmedAt.peek() + account.period() - now;
            }
            confirmedAt.add(now);
            confirmed++;
            return 0;
        }

        @Override
        public synchronized String toString() {
            return requests + " " + confirmed;
        }
    }

    BenchServer() throws IOException {
        // Headers and body are two writes, and Nagle's algorithm would add 40 ms to each response.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 2000);
        server.setExecutor(threads);
        server.createContext("/team-member/logout", this::logout);
        server.createContext("/team", exchange -> send(exchange, 200, team));
        server.createContext(
                "/state", exchange -> send(exchange, 200, state(exchange).toString()));
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private static String key(HttpExchange exchange) {
        return exchange.getRequestHeaders().getFirst("Authorization");
    }

    private State state(HttpExchange exchange) {
        return states.computeIfAbsent(key(exchange), key -> new State());
    }

    private void logout(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        Account account = Account.of(key(exchange));
        State state = state(exchange);
        int latency = state.latency(account);
        long wait = state.admit(account);
        threads.schedule(() -> answer(exchange, account.waitIn(), wait), latency, TimeUnit.MILLISECONDS);
    }

    private static void answer(HttpExchange exchange, WaitIn waitIn, long wait) {
        try {
            if (wait == 0) {
                send(exchange, 201, "{\"success\":true}");
                return;
            }
            long seconds = (wait + 999) / 1000;
            if (waitIn == WaitIn.HEADER) {
                exchange.getResponseHeaders().set("Retry-After", Long.toString(seconds));
            }
            String inBody = "\"retryAfter\":" + seconds + ",\"limitType\":\"requests\",\"resetAt\":"
                    + (System.currentTimeMillis() + wait);
            send(exchange, 429, TOO_MANY.formatted(waitIn == WaitIn.BODY ? inBody : ""));
        } catch (IOException e) {
            System.err.println("Cannot send a response: " + e);
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
