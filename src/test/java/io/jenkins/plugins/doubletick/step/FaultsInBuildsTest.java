package io.jenkins.plugins.doubletick.step;

import io.jenkins.plugins.doubletick.DoubleTickClientProvider;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.ProxyConfiguration;
import hudson.model.Result;
import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.Fault;
import io.jenkins.plugins.doubletick.client.FaultyService;
import io.jenkins.plugins.doubletick.client.ProxySettings;
import io.jenkins.plugins.doubletick.client.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What a build makes of each kind of fault, and of Jenkins's proxy settings, on one Jenkins: see {@link BuildFaults}. */
@WithJenkins
class FaultsInBuildsTest {

    /** Every line that such a build may have: nothing from outside begins one of its own. */
    private static final Pattern LINE = Pattern.compile("Started|\\[Pipeline] .*"
            + "|Logging \\+91••••••3210 out of DoubleTick, with the API key of the credential 'doubletick'"
            + "|\\+91••••••3210: .* Trying again in [12] s \\(try [234]\\)\\."
            + "|\\+91••••••3210 is logged out of DoubleTick on every device\\."
            + "|ERROR: \\+91••••••3210 may still be logged in\\. .*|Finished: (SUCCESS|FAILURE)");

    @TempDir
    private Path directory;

    private JenkinsRule r;
    private WorkflowJob job;
    private int rows;

    @BeforeEach
    void setUp(JenkinsRule r) throws Exception {
        this.r = r;
        TestCertificates.trust(directory);
        StandInExtension.addDefaultKey();
        job = r.createProject(WorkflowJob.class);
        job.setDefinition(
                new CpsFlowDefinition("doubletickLogout loginNumber: '" + DoubleTickStandIn.MEMBER + "'", true));
    }

    @AfterEach
    void tearDown() {
        TestCertificates.distrust();
        System.clearProperty(DoubleTickClientProvider.URL_PROPERTY);
    }

    @TestFactory
    Stream<DynamicTest> faults() {
        return BuildFaults.all().map(row -> {
            String name = row.fault().toString();
            return DynamicTest.dynamicTest(name, () -> assertAll(name, () -> build(row)));
        });
    }

    private void build(BuildFaults.Row row) throws Exception {
        Fault fault = row.fault();
        try (FaultyService service = fault.open()) {
            r.jenkins.setProxy(proxy(service.proxySettings(), row.noProxyHost()));
            // A path of its own, since the plugin keeps its client as long as the URL stays the same.
            String path = "/" + ++rows;
            StandInExtension.use(service.url() + path, fault.callTimeout());
            WorkflowRun build = job.scheduleBuild2(0).get();
            r.assertBuildStatus(fault.isSuccess() ? Result.SUCCESS : Result.FAILURE, build);
            assertLog(build, fault, lastLine(fault, service));
            assertRecord(build, fault);
            service.assertRequests(path);
        }
    }

    private static ProxyConfiguration proxy(ProxySettings settings, String noProxyHost) {
        return settings == null
                ? null
                : new ProxyConfiguration(
                        settings.host(), settings.port(), settings.user(), settings.password(), noProxyHost);
    }

    /** As a regular expression. */
    private static String lastLine(Fault fault, FaultyService service) {
        return fault.isSuccess()
                ? "\\+91••••••3210 is logged out of DoubleTick on every device\\."
                : "ERROR: \\+91••••••3210 may still be logged in\\. " + service.message() + "\\. "
                        + FaultyService.quote(service.fill(advice(fault.reason())));
    }

    private static String advice(Reason reason) {
        return switch (reason) {
            case API_KEY_REJECTED ->
                "Check the credential 'doubletick': DoubleTick shows the account's key under Settings → "
                        + "Developer's API.";
            case LOGIN_NUMBER_REJECTED ->
                "Check the number: it must be the one that the member logs in to DoubleTick with, "
                        + "country code included.";
            case RATE_LIMITED -> "Log out fewer members at a time, or build again later.";
            case SERVER_ERROR -> "Build again when DoubleTick works again.";
            case REDIRECTED, NOT_CONFIRMED, UNEXPECTED_STATUS ->
                "Check whether a proxy or portal answers instead of {host}. Check in DoubleTick whether the member is "
                        + "still logged in.";
            case TLS -> "Check whether something between the Jenkins controller and {host} replaces its certificate.";
            default ->
                "Check that the Jenkins controller can reach {host}; a proxy is set under Manage Jenkins → System.";
        };
    }

    private static void assertLog(WorkflowRun build, Fault fault, String last) throws Exception {
        StandInExtension.assertLog("Logging +91••••••3210 out of DoubleTick", build);
        String text = JenkinsRule.getLog(build);
        List<String> log = text.lines().toList();
        assertTrue(log.stream().anyMatch(line -> line.matches(last)), () -> "No line '" + last + "' in:\n" + text);
        log.forEach(line -> assertTrue(LINE.matcher(line).matches(), () -> "Line '" + line + "' in:\n" + text));
        for (int next = 2; next <= 4; next++) {
            String end = "(try " + next + ").";
            long expected = next <= fault.tries() ? 1 : 0;
            assertEquals(
                    expected, log.stream().filter(line -> line.endsWith(end)).count(), () -> end + " in:\n" + text);
        }
        // As it is stored: Jenkins leaves the text of a console note out of what it shows.
        String stored = Files.readString(build.getLogFile().toPath());
        assertTrue(
                stored.lines().filter(line -> line.contains("••••")).noneMatch(line -> line.contains("\u001B")),
                () -> "Escape in:\n" + stored);
        assertFalse(stored.contains(DoubleTickStandIn.KEY), () -> "Key in:\n" + stored);
    }

    private static void assertRecord(WorkflowRun build, Fault fault) {
        List<LogoutAction.Logout> logouts = build.getAction(LogoutAction.class).getLogouts();
        assertEquals(1, logouts.size());
        assertEquals(fault.isSuccess(), logouts.get(0).isSuccess());
        assertEquals(fault.tries(), logouts.get(0).getTries());
    }
}
