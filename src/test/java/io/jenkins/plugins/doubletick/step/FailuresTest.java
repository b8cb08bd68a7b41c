package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.ProxyConfiguration;
import hudson.model.Result;
import io.jenkins.plugins.doubletick.ApiKeyListener;
import io.jenkins.plugins.doubletick.DoubleTickConfiguration;
import io.jenkins.plugins.doubletick.OneJenkins;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.WebUser;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import io.jenkins.plugins.doubletick.client.Fault;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import io.jenkins.plugins.doubletick.client.TestCertificates;
import io.jenkins.plugins.doubletick.client.TestProxy;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;

/**
 * What failure says what, after a logout, a look-up and a check of the key, and that it reaches the record and the listeners.
 * The client's {@code FaultTableTest} has every variant of each kind.
 */
@ExtendWith(TestCertificates.class)
class FailuresTest extends OneJenkins {

    private static final IntFunction<TestProxy> PROXY = as(null, null);
    private static final String VIA = " (through the proxy 127.0.0.1:{proxy})";
    private static final Map<String, String> ADVICE = """
            portal     Check whether a proxy or portal answers instead of 127.0.0.1.
            unclear    Check whether a proxy or portal answers instead of 127.0.0.1. Check in DoubleTick whether the member is still logged in.
            key        Copy the key from DoubleTick (Settings → Developer's API, in newer versions Developer Documentation) into the credential 'doubletick' again.
            permission Give the API key of the credential 'doubletick' this permission in DoubleTick, or use another key.
            forbidden  Check the key of the credential 'doubletick' in DoubleTick, under Settings → Developer's API (newer versions: Developer Documentation): it may be revoked, or its whitelist may lack the address of the Jenkins controller.
            number     Compare the number with the member's login number in DoubleTick, country code included.
            fewer      Log out fewer members at a time, or build again later.
            later      Build again later.
            network    Check that the Jenkins controller can reach HOST. If it needs a proxy, set it under Manage Jenkins → System.
            tls        Check whether something between the Jenkins controller and HOST replaces its certificate.
            login      Check the proxy's user name and password under Manage Jenkins → System.
            """.lines()
            .map(line -> line.split(" +", 2))
            .collect(Collectors.toMap(words -> words[0], words -> words[1]));

    /** Every line that a build may have: nothing from outside begins a line of its own. */
    private static final Pattern LINE = Pattern.compile("Started|\\[Pipeline] .*"
            + "|(Logging|Looking up) \\+91••••••3210 .* with the API key of the credential 'doubletick'"
            + "|\\+91••••••3210: .* Trying again in [12] s \\(try [234]\\)\\."
            + "|\\+91••••••3210 is logged out of DoubleTick on every device\\."
            + "|ERROR: The (logout|lookup) of \\+91••••••3210 failed\\. .*|Finished: (SUCCESS|FAILURE)");

    @AfterEach
    void removeProxy() {
        r.jenkins.setProxy(null);
    }

    private static String say(String message, String expected, String advice) {
        return message.replace("EXPECTED", expected) + "." + (advice.equals("-") ? "" : " " + ADVICE.get(advice));
    }

    /** The last columns name the {@link #ADVICE} after a logout, after a look-up and after a click on "Verify key". */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            NOT_CONFIRMED         | 1 | 201                     | {"success":"true"}                     | DoubleTick answered 201, but without EXPECTED     | unclear   | portal    | portal
            REDIRECTED            | 1 | 302 Location: /?key=KEY | ``                                     | DoubleTick answered 302, a redirect to /?key=****, which the plugin does not follow: Status | unclear | portal | portal
            API_KEY_REJECTED      | 1 | 401                     | {"message":"No \\u001b[8mha:////4AAA\\u001b[0mKEY\\nFinished: SUCCESS"} | DoubleTick answered 401: No **** Finished: SUCCESS | key | key | key
            PERMISSION_MISSING    | 1 | 401                     | {"message":"Insufficient permissions"} | DoubleTick answered 401: Insufficient permissions | permission | permission | permission
            API_KEY_FORBIDDEN     | 1 | 403                     | {"reason":"FORBIDDEN"}                 | DoubleTick answered 403: FORBIDDEN                | forbidden | forbidden | forbidden
            LOGIN_NUMBER_REJECTED | 1 | 422                     | {"message":"Unknown"}                  | DoubleTick answered 422: Unknown                  | number    | portal    | portal
            UNEXPECTED_STATUS     | 1 | 404                     | ``                                     | DoubleTick answered 404: Status                   | unclear   | portal    | portal
            RATE_LIMITED          | 1 | 429 Retry-After: 3600   | ``                                     | DoubleTick answered 429: Status. DoubleTick asks for a wait of 3600 s, but the plugin waits 60 s at most | fewer | later | -
            SERVER_ERROR          | 4 | 500                     | ``                                     | DoubleTick answered 500: Status                   | later     | later     | -
            """)
    void response(
            Reason reason,
            int tries,
            String response,
            String body,
            String message,
            String logout,
            String lookup,
            String form)
            throws Exception {
        String[] head = response.replace("KEY", KEY).split(" ", 2);
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(
                Integer.parseInt(head[0]),
                body.replace("KEY", KEY),
                head.length > 1 ? new String[] {head[1]} : new String[0]))) {
            StandInExtension.use(server.url());
            String failure = message + (tries > 1 ? " (" + tries + " tries)" : "");
            String logLine = say(failure, "\"success\": true", logout);
            assertLogout(reason, tries, Fault.quote(logLine));
            assertLog(FAILED + logLine, r.buildAndAssertStatus(Result.FAILURE, freestyle(MEMBER, null)));
            assertReported(reason);
            assertLine(
                    "ERROR: The lookup of \\+91••••••3210 failed\\. "
                            + Fault.quote(say(failure, "a list of members", lookup)),
                    build(Result.FAILURE, lookup(null)));
            assertReported(reason);
            assertEquals(
                    say(message, "a list of roles", form),
                    WebUser.ask(r, "", DoubleTickConfiguration.class, "verifyKey", "credentialsId", "doubletick"));
            assertReported(reason);
            assertEquals(3 * tries + 1, server.requests().size());
        }
    }

    static Stream<Arguments> connections() {
        return Stream.of(
                Arguments.of("", null, tls("a proxy with a login").proxy(as("jenkins", "right"), 2, login())),
                Arguments.of("", "other.example\nlocal*", tls("No Proxy Host").proxyDown(PROXY)),
                Arguments.of(
                        "network",
                        null,
                        Fault.down("an unknown host")
                                .https()
                                .host("doubletick.invalid")
                                .tries(4)
                                .fails("UNKNOWN_HOST: The host name doubletick.invalid is unknown")),
                Arguments.of(
                        "tls",
                        null,
                        Fault.tls("an expired certificate", TestCertificates.expired(), ScriptedServer.success())
                                .requests(0)
                                .fails("TLS: The TLS certificate of localhost has expired or is not trusted by Java")),
                Arguments.of(
                        "login",
                        null,
                        tls("a proxy with another password")
                                .proxy(as("jenkins", "wrong"), 2, login())
                                .requests(0)
                                .fails("PROXY_LOGIN: The proxy requires a login and does not accept the configured one"
                                        + VIA)),
                Arguments.of(
                        "network",
                        null,
                        tls("a proxy that is down")
                                .proxyDown(PROXY)
                                .requests(0)
                                .tries(4)
                                .fails(
                                        "CONNECTION_FAILED: No connection to {host} on port {port}: the host rejects it or cannot be"
                                                + " reached" + VIA)));
    }

    private static Fault tls(String name) {
        return Fault.tls(name, TestCertificates.trusted(), ScriptedServer.success());
    }

    private static ScriptedServer.Reply login() {
        return TestProxy.login("jenkins", "right", TestProxy.tunnel(), "Basic realm=\"proxy\"");
    }

    private static IntFunction<TestProxy> as(@CheckForNull String user, @CheckForNull String password) {
        return port -> new TestProxy("127.0.0.1", port, user, password);
    }

    @ParameterizedTest
    @MethodSource("connections")
    void connection(String advice, @CheckForNull String noProxyHost, Fault fault) throws Exception {
        try (Fault service = fault.open()) {
            TestProxy proxy = service.proxySettings();
            if (proxy != null) {
                r.jenkins.setProxy(new ProxyConfiguration(
                        proxy.host(), proxy.port(), proxy.user(), proxy.password(), noProxyHost));
            }
            // A path of its own, since the plugin keeps its client as long as the URL stays the same.
            String path = "/" + System.nanoTime();
            StandInExtension.use(service.url() + path);
            String explained = fault.reason() == null
                    ? null
                    : service.message(". " + ADVICE.get(advice).replace("HOST", "{host}"));
            assertLogout(fault.reason(), fault.tries(), explained);
            service.assertRequests(path);
        }
    }

    @Test
    void keptTeamSaysNothingAboutTheKey() throws Exception {
        build(Result.SUCCESS, lookup(null) + "\n" + lookup(null));
        build(Result.FAILURE, lookup(null) + "\n" + logout(NOT_A_MEMBER));
        assertReported(null);
        assertReported(Reason.LOGIN_NUMBER_REJECTED);
        assertEquals(1 + 1, doubleTick.requests().size());
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
        assertReported(reason);
    }

    private static void assertReported(@CheckForNull Reason reason) throws InterruptedException {
        assertEquals(Optional.ofNullable(reason), Answers.REASONS.poll(1, TimeUnit.MINUTES));
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
