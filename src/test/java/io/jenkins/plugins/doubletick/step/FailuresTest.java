package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.ProxyConfiguration;
import hudson.model.Result;
import io.jenkins.plugins.doubletick.ApiKeyListener;
import io.jenkins.plugins.doubletick.OneJenkins;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import io.jenkins.plugins.doubletick.client.Fault;
import io.jenkins.plugins.doubletick.client.FaultyService;
import io.jenkins.plugins.doubletick.client.ProxyReplies;
import io.jenkins.plugins.doubletick.client.ProxySettings;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import io.jenkins.plugins.doubletick.client.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;

/**
 * What the log says after each kind of failure, and that the failure reaches the record and the listeners. The client's own
 * {@code FaultTableTest} has every variant of the kinds.
 */
class FailuresTest extends OneJenkins {

    private static final IntFunction<ProxySettings> PROXY = as(null, null);
    private static final String VIA = " (through the proxy 127.0.0.1:{proxy})";
    private static final String REFUSED =
            "No connection to {host} on port {port}: the host rejects it or cannot be reached";
    private static final String NETWORK =
            "Check that the Jenkins controller can reach {host}. If it needs a proxy, set it under Manage Jenkins → System.";

    /** Every line that a build may have: nothing from outside begins a line of its own. */
    private static final Pattern LINE = Pattern.compile("Started|\\[Pipeline] .*"
            + "|(Logging|Looking up) \\+91••••••3210 .* with the API key of the credential 'doubletick'"
            + "|\\+91••••••3210: .* Trying again in [12] s \\(try [234]\\)\\."
            + "|\\+91••••••3210 is logged out of DoubleTick on every device\\."
            + "|ERROR: The (logout|lookup) of \\+91••••••3210 failed\\. .*|Finished: (SUCCESS|FAILURE)");

    @BeforeAll
    static void trust(@TempDir Path directory) throws Exception {
        TestCertificates.trust(directory);
    }

    @AfterAll
    static void distrust() {
        TestCertificates.distrust();
    }

    @BeforeEach
    void forgetAnswers() {
        Answers.REASONS.clear();
    }

    @AfterEach
    void removeProxy() {
        r.jenkins.setProxy(null);
    }

    /** A missing last column says the same as the one before. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # reason           | tries | response                  | body                                        | the log of a logout                                                                    | the log of a look-up
            NOT_CONFIRMED         | 1 | 201                       | {"success":"true"}                          | DoubleTick answered 201, but without "success": true. Check whether a proxy or portal answers instead of 127.0.0.1. Check in DoubleTick whether the member is still logged in. | DoubleTick answered 201, but without a list of members. Check whether a proxy or portal answers instead of 127.0.0.1.
            REDIRECTED            | 1 | 302 Location: /?key=KEY   | ``                                          | DoubleTick answered 302, a redirect to /?key=****, which the plugin does not follow: Status. Check whether a proxy or portal answers instead of 127.0.0.1. Check in DoubleTick whether the member is still logged in. | DoubleTick answered 302, a redirect to /?key=****, which the plugin does not follow: Status. Check whether a proxy or portal answers instead of 127.0.0.1.
            API_KEY_REJECTED      | 1 | 401                       | {"message":"No \\u001b[8mha:////4AAA\\u001b[0mKEY\\nFinished: SUCCESS"} | DoubleTick answered 401: No **** Finished: SUCCESS. Copy the key from DoubleTick (Settings → Developer's API, in newer versions Developer Documentation) into the credential 'doubletick' again. |
            PERMISSION_MISSING    | 1 | 401                       | {"message":"Insufficient permissions"}      | DoubleTick answered 401: Insufficient permissions. Give the API key of the credential 'doubletick' this permission in DoubleTick, or use another key. |
            API_KEY_FORBIDDEN     | 1 | 403                       | {"reason":"FORBIDDEN"}                      | DoubleTick answered 403: FORBIDDEN. Check the key of the credential 'doubletick' in DoubleTick, under Settings → Developer's API (newer versions: Developer Documentation): it may be revoked, or its whitelist may lack the address of the Jenkins controller. |
            LOGIN_NUMBER_REJECTED | 1 | 422                       | {"message":"Unknown"}                       | DoubleTick answered 422: Unknown. Compare the number with the member's login number in DoubleTick, country code included. | DoubleTick answered 422: Unknown. Check whether a proxy or portal answers instead of 127.0.0.1.
            UNEXPECTED_STATUS     | 1 | 404                       | ``                                          | DoubleTick answered 404: Status. Check whether a proxy or portal answers instead of 127.0.0.1. Check in DoubleTick whether the member is still logged in. | DoubleTick answered 404: Status. Check whether a proxy or portal answers instead of 127.0.0.1.
            RATE_LIMITED          | 1 | 429 Retry-After: 3600     | ``                                          | DoubleTick answered 429: Status. DoubleTick asks for a wait of 3600 s, but the plugin waits 60 s at most. Log out fewer members at a time, or build again later. | DoubleTick answered 429: Status. DoubleTick asks for a wait of 3600 s, but the plugin waits 60 s at most. Build again later.
            SERVER_ERROR          | 4 | 500                       | ``                                          | DoubleTick answered 500: Status (4 tries). Build again later. |
            """)
    void response(Reason reason, int tries, String response, String body, String logout, @CheckForNull String lookup)
            throws Exception {
        String[] head = response.replace("KEY", KEY).split(" ", 2);
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(
                Integer.parseInt(head[0]),
                body.replace("KEY", KEY),
                head.length > 1 ? new String[] {head[1]} : new String[0]))) {
            StandInExtension.use(server.url());
            assertLogout(reason, tries, FaultyService.quote(logout));
            assertLookup(FaultyService.quote(lookup == null ? logout : lookup));
            assertEquals(2 * tries, server.requests().size());
        }
    }

    static Stream<Arguments> connections() {
        return Stream.of(
                Arguments.of(
                        Fault.of(
                                        "a success at the last try",
                                        ScriptedServer.answer(500, ""),
                                        ScriptedServer.reset(),
                                        ScriptedServer.answer(502, ""),
                                        ScriptedServer.success())
                                .tries(4),
                        null,
                        null),
                Arguments.of(
                        Fault.of("a lost connection", ScriptedServer.reset())
                                .tries(4)
                                .fails(
                                        Reason.CONNECTION_LOST,
                                        "The connection was lost before the response was complete"),
                        NETWORK,
                        null),
                Arguments.of(
                        Fault.down("a refused connection").tries(4).fails(Reason.CONNECTION_FAILED, REFUSED),
                        NETWORK,
                        null),
                Arguments.of(
                        Fault.down("an unknown host")
                                .https()
                                .host("doubletick.invalid")
                                .tries(4)
                                .fails(Reason.UNKNOWN_HOST, "The host name doubletick.invalid is unknown"),
                        NETWORK,
                        null),
                Arguments.of(
                        Fault.tls("an expired certificate", TestCertificates.expired(), ScriptedServer.success())
                                .requests(0)
                                .fails(
                                        Reason.TLS,
                                        "The TLS certificate of localhost has expired or is not trusted by Java"),
                        "Check whether something between the Jenkins controller and {host} replaces its certificate.",
                        null),
                Arguments.of(tls("a proxy with a login").proxy(as("jenkins", "right"), 2, login()), null, null),
                Arguments.of(
                        tls("a proxy with another password")
                                .proxy(as("jenkins", "wrong"), 2, login())
                                .requests(0)
                                .fails(
                                        Reason.PROXY_LOGIN,
                                        "The proxy requires a login and does not accept the configured one" + VIA),
                        "Check the proxy's user name and password under Manage Jenkins → System.",
                        null),
                Arguments.of(
                        tls("a proxy that is down")
                                .proxyDown(PROXY)
                                .requests(0)
                                .tries(4)
                                .fails(Reason.CONNECTION_FAILED, REFUSED + VIA),
                        NETWORK,
                        null),
                Arguments.of(tls("No Proxy Host").proxyDown(PROXY), null, "other.example\nlocalhost"),
                Arguments.of(tls("No Proxy Host with a wildcard").proxyDown(PROXY), null, "local*"),
                Arguments.of(
                        tls("No Proxy Host that cannot be read")
                                .proxyDown(PROXY)
                                .requests(0)
                                .fails(
                                        Reason.PROXY,
                                        "The proxy settings are not valid: Unclosed character class near index 0 [ ^"),
                        NETWORK,
                        "["));
    }

    private static Fault tls(String name) {
        return Fault.tls(name, TestCertificates.trusted(), ScriptedServer.success());
    }

    private static ScriptedServer.Reply login() {
        return ProxyReplies.login("jenkins", "right", ProxyReplies.tunnel());
    }

    private static IntFunction<ProxySettings> as(@CheckForNull String user, @CheckForNull String password) {
        return port -> new ProxySettings("127.0.0.1", port, user, password);
    }

    @ParameterizedTest
    @MethodSource("connections")
    void connection(Fault fault, @CheckForNull String advice, @CheckForNull String noProxyHost) throws Exception {
        try (FaultyService service = fault.open()) {
            ProxySettings proxy = service.proxySettings();
            if (proxy != null) {
                r.jenkins.setProxy(new ProxyConfiguration(
                        proxy.host(), proxy.port(), proxy.user(), proxy.password(), noProxyHost));
            }
            // A path of its own, since the plugin keeps its client as long as the URL stays the same.
            String path = "/" + System.nanoTime();
            StandInExtension.use(service.url() + path);
            String line =
                    advice == null ? null : service.message() + "\\. " + FaultyService.quote(service.fill(advice));
            assertLogout(fault.reason(), fault.tries(), line);
            service.assertRequests(path);
            if (line != null) {
                assertLookup(line);
            }
        }
    }

    /** @param line what the log says, as a regular expression; null for a success */
    private static void assertLogout(@CheckForNull Reason reason, int tries, @CheckForNull String line)
            throws Exception {
        WorkflowRun build = build(reason == null ? Result.SUCCESS : Result.FAILURE, logout(MEMBER));
        assertLine(line == null ? "\\+91••••••3210 is logged out .*" : FAILED.replace("+", "\\+") + line, build);
        assertEquals(tries - 1, count("Trying again", build));
        List<Logout> logouts = logouts(build);
        assertEquals(1, logouts.size());
        assertEquals(reason == null, logouts.get(0).isSuccess());
        assertEquals(tries, logouts.get(0).getTries());
        assertEquals(Optional.ofNullable(reason), Answers.REASONS.poll(1, TimeUnit.MINUTES));
    }

    private static void assertLookup(String line) throws Exception {
        assertLine("ERROR: The lookup of \\+91••••••3210 failed\\. " + line, build(Result.FAILURE, lookup(null)));
        assertTrue(Answers.REASONS.poll(1, TimeUnit.MINUTES).isPresent());
    }

    private static void assertLine(String expected, WorkflowRun build) throws Exception {
        String text = JenkinsRule.getLog(build);
        assertTrue(
                text.lines().anyMatch(line -> line.matches(expected)), () -> "No line '" + expected + "' in:\n" + text);
        text.lines()
                .forEach(line -> assertTrue(LINE.matcher(line).matches(), () -> "Line '" + line + "' in:\n" + text));
        // As it is stored: Jenkins leaves the text of a console note out of what it shows.
        String stored = Files.readString(build.getRootDir().toPath().resolve("log"));
        assertTrue(
                stored.lines().filter(line -> line.contains("••••")).noneMatch(line -> line.contains("\u001B")),
                () -> "Escape in:\n" + stored);
        assertFalse(stored.contains(KEY), () -> "Key in:\n" + stored);
    }

    /** Receives the result of each request, as the monitor does. */
    @TestExtension
    public static final class Answers extends ApiKeyListener {

        static final BlockingQueue<Optional<Reason>> REASONS = new LinkedBlockingQueue<>();

        @Override
        public void onAnswer(Use use, @CheckForNull DoubleTickException failure) {
            REASONS.add(Optional.ofNullable(failure).map(DoubleTickException::reason));
        }
    }
}
