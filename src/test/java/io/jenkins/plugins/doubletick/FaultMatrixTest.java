package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Cause;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Result;
import hudson.model.queue.QueueTaskFuture;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Everything that can go wrong between a build and DoubleTick, on one Jenkins: see the lists of {@link Fault}s. */
@WithJenkins
class FaultMatrixTest {

    /** Every line that such a build may have: nothing from outside begins one of its own. */
    private static final Pattern LINE = Pattern.compile("Started by user .*|Running as SYSTEM|Building in workspace .*"
            + "|Logging \\+91••••••3210 out of DoubleTick, with the API key of the credential 'doubletick'"
            + "|\\+91••••••3210: .* Trying again in [12] s \\(try [234]\\)\\."
            + "|\\+91••••••3210 is logged out of DoubleTick on every device\\."
            + "|Build step 'DoubleTick: log out team member' marked build as failure"
            + "|ERROR: \\+91••••••3210 was not logged out\\. .*|Finished: (SUCCESS|FAILURE)");

    @TempDir
    private Path directory;

    private final AtomicInteger rows = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger successes = new AtomicInteger();
    private final AtomicInteger falseSuccesses = new AtomicInteger();
    /** Where redirects point to. */
    private ScriptedServer elsewhere;

    private JenkinsRule r;
    private FreeStyleProject job;

    @BeforeEach
    void setUp(JenkinsRule r) throws Exception {
        this.r = r;
        TestCertificates.trust(directory);
        elsewhere = new ScriptedServer(ScriptedServer.success());
        StandInExtension.addDefaultKey();
        r.jenkins.setNumExecutors(8);
        job = r.createFreeStyleProject();
        job.setConcurrentBuild(true);
        job.getBuildersList().add(new DoubleTickLogoutBuilder(DoubleTickStandIn.MEMBER));
    }

    @AfterEach
    void tearDown() throws Exception {
        elsewhere.close();
        TestCertificates.distrust();
        System.clearProperty(DoubleTickClientProvider.URL_PROPERTY);
        DoubleTickClientProvider.callTimeout = DoubleTickClient.CALL_TIMEOUT;
    }

    @TestFactory
    Stream<DynamicTest> faults() {
        List<Fault> faults = Stream.of(
                        AnswerFaults.all(),
                        MessageFaults.all(),
                        ConnectionFaults.all(elsewhere),
                        RetryAfterFaults.all(),
                        ProxyFaults.all())
                .flatMap(s -> s)
                .toList();
        Stream<DynamicTest> rows = faults.stream()
                .map(fault ->
                        DynamicTest.dynamicTest(fault.name, () -> assertAll(fault.name, () -> finish(start(fault)))));
        // All of them at once: each takes four time-outs.
        List<Fault> slow = ConnectionFaults.slow().toList();
        List<UnderWay> started = new ArrayList<>();
        Stream<DynamicTest> slowRows = IntStream.range(0, slow.size())
                .mapToObj(i -> DynamicTest.dynamicTest(slow.get(i).name, () -> {
                    while (started.size() < slow.size()) {
                        UnderWay next = start(slow.get(started.size()));
                        r.waitForMessage("Logging", next.build.waitForStart());
                        started.add(next);
                    }
                    assertAll(slow.get(i).name, () -> finish(started.get(i)));
                }));
        List<Fault> all = Stream.concat(slow.stream(), faults.stream()).toList();
        DynamicTest sum = DynamicTest.dynamicTest("no false success", () -> {
            System.out.printf(
                    "Fault matrix: %d builds, %d requests seen, %d successes, %d false successes%n",
                    all.size(), requests.get(), successes.get(), falseSuccesses.get());
            assertEquals(0, falseSuccesses.get());
            assertEquals(all.size(), ended.get());
            assertEquals(all.stream().filter(Fault::isSuccess).count(), successes.get());
        });
        return Stream.of(slowRows, rows, Stream.of(sum)).flatMap(s -> s);
    }

    private record UnderWay(
            Fault fault,
            ScriptedServer server,
            ScriptedServer proxy,
            String path,
            QueueTaskFuture<FreeStyleBuild> build) {}

    private UnderWay start(Fault fault) throws Exception {
        ScriptedServer server = fault.server.open();
        ScriptedServer proxy = fault.proxyServer == null ? null : fault.proxyServer.open();
        r.jenkins.setProxy(proxy == null ? null : fault.proxy.apply(proxy.port()));
        DoubleTickClientProvider.callTimeout = fault.callTimeout;
        // A path of its own, since the plugin keeps its client as long as the URL stays the same.
        String path = "/" + rows.incrementAndGet();
        StandInExtension.use(fault.scheme + "://" + fault.host + ":" + server.port() + path);
        Cause cause = new Cause.UserIdCause();
        return new UnderWay(fault, server, proxy, path + "/team-member/logout", job.scheduleBuild2(0, cause));
    }

    private void finish(UnderWay underWay) throws Exception {
        Fault fault = underWay.fault;
        try (ScriptedServer server = underWay.server;
                ScriptedServer proxy = underWay.proxy) {
            FreeStyleBuild build = underWay.build.get(1, TimeUnit.MINUTES);
            count(fault, build, server);
            assertLog(fault, build, fault.line(server.port(), proxy == null ? 0 : proxy.port()));
            assertRecord(fault, build);
            assertRequests(fault, server, underWay.path);
            if (proxy != null) {
                assertProxy(fault, proxy);
            }
            assertEquals(0, elsewhere.connections(), "Connections to another host");
        }
    }

    private void count(Fault fault, FreeStyleBuild build, ScriptedServer server) throws Exception {
        ended.incrementAndGet();
        requests.addAndGet(server.requests().size());
        boolean success = build.getResult() == Result.SUCCESS
                || JenkinsRule.getLog(build).contains("is logged out")
                || build.getAction(LogoutAction.class).getLogouts().stream().anyMatch(LogoutAction.Logout::isSuccess);
        if (success) {
            (fault.isSuccess() ? successes : falseSuccesses).incrementAndGet();
        }
        r.assertBuildStatus(fault.isSuccess() ? Result.SUCCESS : Result.FAILURE, build);
    }

    private static void assertLog(Fault fault, FreeStyleBuild build, String line) throws Exception {
        StandInExtension.assertLog("Logging +91••••••3210 out of DoubleTick", build);
        List<String> log = JenkinsRule.getLog(build).lines().toList();
        assertTrue(log.stream().anyMatch(l -> l.matches(line)), () -> "No line '" + line + "' in:\n" + join(log));
        log.forEach(l -> assertTrue(LINE.matcher(l).matches(), () -> "Line '" + l + "' in:\n" + join(log)));
        for (int next = 2; next <= 4; next++) {
            String end = "(try " + next + ").";
            long expected = next <= fault.tries ? 1 : 0;
            assertEquals(expected, log.stream().filter(l -> l.endsWith(end)).count(), () -> end + " in:\n" + join(log));
        }
        // As it is stored: Jenkins leaves the text of a console note out of what it shows.
        String stored = Files.readString(build.getLogFile().toPath());
        assertTrue(
                stored.lines().filter(l -> l.contains("••••")).noneMatch(l -> l.contains("\u001B")),
                () -> "Escape in:\n" + stored);
        assertFalse(stored.contains(DoubleTickStandIn.KEY), () -> "Key in:\n" + stored);
    }

    private static String join(List<String> lines) {
        return String.join("\n", lines);
    }

    private static void assertRecord(Fault fault, FreeStyleBuild build) {
        List<LogoutAction.Logout> logouts = build.getAction(LogoutAction.class).getLogouts();
        assertEquals(1, logouts.size());
        assertEquals(fault.isSuccess(), logouts.get(0).isSuccess());
        assertEquals(fault.tries, logouts.get(0).getTries());
    }

    private static void assertRequests(Fault fault, ScriptedServer server, String path) {
        List<String> seen = server.requests();
        assertEquals(fault.requests, seen.size(), () -> "Requests: " + seen);
        for (String request : seen) {
            assertTrue(request.startsWith("POST " + path + " HTTP/1.1\r\n"), request);
            assertTrue(request.contains("\r\nAuthorization: " + DoubleTickStandIn.KEY + "\r\n"), request);
            assertTrue(request.endsWith("\r\n\r\n{\"userPhoneNumber\":\"+919876543210\"}"), request);
        }
    }

    private static void assertProxy(Fault fault, ScriptedServer proxy) {
        assertEquals(fault.proxyRequests, proxy.requests().size(), () -> "Requests: " + proxy.requests());
        if (fault.scheme.equals("https")) {
            for (String request : proxy.requests()) {
                assertTrue(request.startsWith("CONNECT localhost:"), request);
                assertFalse(request.contains(DoubleTickStandIn.KEY), request);
            }
        }
    }
}
