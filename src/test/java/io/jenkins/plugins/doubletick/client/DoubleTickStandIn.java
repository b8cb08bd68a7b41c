package io.jenkins.plugins.doubletick.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A stand-in for the DoubleTick API on a loopback port, for tests and the demo. It needs nothing but a JDK:
 * {@code java DoubleTickStandIn.java 8081}.
 *
 * <p>It answers as {@code docs/api.md} says that DoubleTick does, in the forms of NestJS, and lists who was logged out at
 * {@code GET /stand-in/logouts}.
 */
public final class DoubleTickStandIn implements AutoCloseable {

    /** An API key that it accepts. */
    public static final String KEY = "key_stand-in-7f3a9c";
    /** Another one. */
    public static final String SECOND_KEY = "key_stand-in-second-b81d20";

    /** A team member who is logged out at once. */
    public static final String MEMBER = "+919876543210";
    /** Another one. */
    public static final String SECOND_MEMBER = "+12025550123";
    /** A number that belongs to nobody in the team. */
    public static final String NOT_A_MEMBER = "+919876543299";
    /** Answered with 429, which asks to wait 2 s, then with 201; and so on, in turn. */
    public static final String RATE_LIMITED = "+919876543220";
    /** Answered with 503, then with 201; and so on, in turn. */
    public static final String BUSY = "+919876543230";
    /** Always answered with 503. */
    public static final String DOWN = "+919876543240";
    /** Answered with 201 and {@code {"success": false}}. */
    public static final String REFUSED = "+919876543260";
    /** A member whose name is written from right to left. */
    public static final String ARABIC = "+201001234567";
    /** Answered with 200 and an HTML page, as a captive portal does. */
    public static final String PORTAL = "+919876543270";

    private static final Set<String> KEYS = Set.of(KEY, SECOND_KEY);

    /**
     * The nine members that {@code GET /team} lists, their phones written in different ways. Two of them differ in
     * e-mail and number only, and their masked numbers are the same.
     */
    private static final List<Member> TEAM = List.of(
            new Member("Asha Rao", "+919876543210", "asha.rao@example.com", "Agent", false),
            new Member("Daniel Okafor", "+1 (202) 555-0123", "daniel.okafor@example.com", "Manager", false),
            new Member("Meera Iyer", "919876543201", "meera.iyer@example.com", "Admin", true),
            new Member("Ravi Kumar", "+91-98765-43220", null, "Agent", false),
            new Member("O'Neil, Sam (night shift)", "+91 98765 43230", "sam.oneil@example.com", "Agent", false),
            new Member("Zoë Brandt", null, "zoe.brandt@example.com", "Agent", false),
            new Member("Priya Nair", "+91 98765 03288", "priya.nair@example.com", "Agent", false),
            new Member("Priya Nair", "+91 98765 13288", "priya.n@example.com", "Agent", false),
            new Member("ليلى حسن", ARABIC, "laila.hassan@example.com", "Agent", false));

    /** Members of the team that are not listed, so that the list has none whose logout always fails. */
    private static final Set<String> UNLISTED = Set.of(digits(DOWN), digits(REFUSED), digits(PORTAL));

    private static final Set<String> CALLS = Set.of("POST /team-member/logout", "GET /roles", "GET /team");

    private static final Pattern BODY =
            Pattern.compile("\\s*\\{\\s*\"userPhoneNumber\"\\s*:\\s*\"([0-9]{7,15})\"\\s*}\\s*");

    /** A request as it came; header fields that did not come are null. */
    public record Request(
            String method, String path, String authorization, String contentType, String userAgent, String body) {}

    /** Phone and e-mail may be null. */
    private record Member(String name, String phone, String email, String role, boolean owner) {

        String json() {
            return "{\"id\":\"" + UUID.nameUUIDFromBytes(("" + email + phone).getBytes(StandardCharsets.UTF_8))
                    + "\",\"name\":\"" + name + "\",\"phone\":" + quote(phone) + ",\"email\":" + quote(email)
                    + ",\"joinDate\":\"2025-04-01T09:30:00.000Z\",\"reportingManager\":[],\"orgRoleName\":\"" + role
                    + "\",\"orgRoleId\":\"" + role.toLowerCase(Locale.ROOT) + "\",\"isOrganizationOwner\":" + owner
                    + "}";
        }

        private static String quote(String text) {
            return text == null ? "null" : "\"" + text + "\"";
        }
    }

    private record Answer(int status, String contentType, String body) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final BlockingQueue<Request> arrivals = new LinkedBlockingQueue<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Map<String, String> logouts = new ConcurrentHashMap<>();
    private volatile boolean printsRequests;
    private final Set<String> refusedOnce = ConcurrentHashMap.newKeySet();

    /** @param port on the loopback address; 0 for any free port */
    public DoubleTickStandIn(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public static void main(String[] args) throws IOException {
        if (args.length != 1 || !args[0].matches("[0-9]{1,5}")) {
            System.err.println("Usage: java DoubleTickStandIn.java PORT");
            System.exit(2);
        }
        DoubleTickStandIn standIn = new DoubleTickStandIn(Integer.parseInt(args[0]));
        standIn.printsRequests = true;
        System.out.println("Stand-in for the DoubleTick API at " + standIn.url() + " (API key " + KEY + ")");
    }

    /** Where it is, without a slash at the end. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** All requests so far but those to {@code /stand-in}. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** The next request that nobody awaited yet; fails after a minute without one. */
    public Request awaitRequest() throws InterruptedException {
        return Objects.requireNonNull(arrivals.poll(1, TimeUnit.MINUTES), "No request came");
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        Request request = new Request(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getPath(),
                exchange.getRequestHeaders().getFirst("Authorization"),
                exchange.getRequestHeaders().getFirst("Content-Type"),
                exchange.getRequestHeaders().getFirst("User-Agent"),
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        if (request.path().equals("/stand-in/logouts")) {
            send(exchange, json(200, listLogouts()));
            return;
        }
        requests.add(request);
        Answer answer = answer(request);
        arrivals.add(request);
        if (printsRequests) {
            System.out.println("DoubleTick stand-in: " + request.method() + " " + request.path() + " " + request.body()
                    + " -> " + answer.status() + " " + answer.body());
        }
        send(exchange, answer);
    }

    private Answer answer(Request request) {
        String call = request.method() + " " + request.path();
        if (!CALLS.contains(call)) {
            return error(404, "Cannot " + call, "Not Found");
        }
        if (request.authorization() == null || !KEYS.contains(request.authorization())) {
            return error(401, "Invalid public api key", "Unauthorized");
        }
        if (call.equals("GET /roles")) {
            return json(200, "[{\"id\":\"1\",\"name\":\"agent\",\"title\":\"Agent\",\"type\":\"SYSTEM\"}]");
        }
        if (call.equals("GET /team")) {
            return json(200, TEAM.stream().map(Member::json).collect(Collectors.joining(",", "{\"data\":[", "]}")));
        }
        Matcher body = BODY.matcher(request.body());
        if (!body.matches()) {
            return json(
                    400,
                    "{\"message\":[\"userPhoneNumber must be longer than or equal to 7 and shorter than or equal to 15"
                            + " characters\",\"userPhoneNumber must be a string\"],\"error\":\"Bad Request\","
                            + "\"statusCode\":400}");
        }
        return logOut(body.group(1));
    }

    private Answer logOut(String digits) {
        if (!isMember(digits)) {
            return json(422, "{\"statusCode\":422,\"message\":\"User is not a member of the team\"}");
        }
        if (digits.equals(digits(DOWN)) || digits.equals(digits(BUSY)) && refuses(digits)) {
            return error(503, "The service is being updated", "Service Unavailable");
        }
        if (digits.equals(digits(RATE_LIMITED)) && refuses(digits)) {
            return json(429, "{\"statusCode\":429,\"message\":\"ThrottlerException: Too Many Requests\"}");
        }
        if (digits.equals(digits(REFUSED))) {
            return json(201, "{\"success\":false}");
        }
        if (digits.equals(digits(PORTAL))) {
            return new Answer(200, "text/html", "<!doctype html><title>Sign in to the network</title>");
        }
        logouts.put("+" + digits, Instant.now().toString());
        return json(201, "{\"success\":true}");
    }

    private static boolean isMember(String digits) {
        return UNLISTED.contains(digits)
                || TEAM.stream().anyMatch(member -> digits.equals(digits(String.valueOf(member.phone()))));
    }

    /** Every other time. */
    private boolean refuses(String digits) {
        return refusedOnce.add(digits) || !refusedOnce.remove(digits);
    }

    private String listLogouts() {
        return logouts.entrySet().stream()
                .map(logout -> "{\"userPhoneNumber\":\"" + logout.getKey() + "\",\"loggedOutAt\":\"" + logout.getValue()
                        + "\"}")
                .sorted()
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static String digits(String number) {
        return number.replaceAll("[^0-9]", "");
    }

    private static Answer json(int status, String body) {
        return new Answer(status, "application/json; charset=utf-8", body);
    }

    private static Answer error(int status, String message, String error) {
        return json(
                status, "{\"message\":\"" + message + "\",\"error\":\"" + error + "\",\"statusCode\":" + status + "}");
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", answer.contentType());
        if (answer.status() == 429) {
            exchange.getResponseHeaders().set("Retry-After", "2");
        } else {
            exchange.getResponseHeaders().set("X-RateLimit-Limit", "25");
            exchange.getResponseHeaders().set("X-RateLimit-Remaining", "24");
            exchange.getResponseHeaders().set("X-RateLimit-Reset", "1");
        }
        exchange.sendResponseHeaders(answer.status(), bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
