package io.jenkins.plugins.doubletick.bench;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.DoubleTickApiKey;
import io.jenkins.plugins.doubletick.DoubleTickConfiguration;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import jenkins.model.GlobalConfiguration;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.flow.FlowDurabilityHint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/**
 * What logging out costs, by this plugin and by the other ways, side by side in one Jenkins, which is a process of its
 * own, as the server is. {@code script/bench} runs it; {@code docs/performance.md} says what it means.
 */
class LogoutBench {

    private static final Path TABLE = Path.of("target", "bench.md");

    private static final String KEY = "key_bench-5e0c1d";

    /** As a Jenkins in use has it, and not as the parent POM starts tests: there the JIT compiler stops at level 1. */
    private static final String HEAP = "-Xmx1g";

    @RegisterExtension
    private final RealJenkinsExtension jenkins =
            new RealJenkinsExtension().withTimeout(0).javaOptions(HEAP);

    @Test
    void bench(@TempDir Path temp) throws Throwable {
        long start = System.nanoTime();
        Report report = new Report();
        jenkins.javaOptions(Settings.options());
        try (ServerControl.Running server = ServerControl.start()) {
            ServerControl control = server.control();
            String url = control.url();
            jenkins.javaOptions("-Dio.jenkins.plugins.doubletick.apiUrl=" + url);
            if (Settings.measures(1) || Settings.measures(2) || Settings.measures(3) || Settings.measures(4)) {
                report = jenkins.then(r -> inJenkins(url));
            }
        }
        if (Settings.measures(5)) {
            Path classLog = temp.resolve("classes");
            jenkins.javaOptions("-Xlog:class+load:file=" + classLog);
            jenkins.then(r -> {});
            Footprint.measure(classLog, report);
        }
        aims(report);
        String took = "Took " + Duration.ofNanos(System.nanoTime() - start).toSeconds() + " s.\n";
        Files.writeString(TABLE, report.machine() + took + "\n" + report.table());
    }

    private static Report inJenkins(String url) throws Exception {
        ServerControl server = new ServerControl(url);
        Report report = new Report();
        report.machine(machine());
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new DoubleTickApiKey(
                        CredentialsScope.GLOBAL, Builds.CREDENTIALS_ID, null, Secret.fromString(KEY)));
        GlobalConfiguration.all().get(DoubleTickConfiguration.class).setCredentialsId(Builds.CREDENTIALS_ID);
        if (Settings.measures(1)) {
            SingleLogout.measure(server, KEY, report);
        }
        if (Settings.measures(2) || Settings.measures(3)) {
            ManyLogouts.measure(server, KEY, report);
        }
        if (Settings.measures(4)) {
            RateLimit.measure(server, report);
        }
        return report;
    }

    private static String machine() {
        String collectors = ManagementFactory.getGarbageCollectorMXBeans().stream()
                .map(GarbageCollectorMXBean::getName)
                .collect(Collectors.joining(", "));
        return "Jenkins " + Jenkins.getVersion() + " with HTTP Request "
                + Jenkins.get().getPluginManager().getPlugin("http_request").getVersion() + ", Java "
                + Runtime.version() + " (" + HEAP + ", otherwise as it comes: " + collectors + "), "
                + Runtime.getRuntime().availableProcessors() + " processors, " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch") + ".\n";
    }

    /** What this plugin is to reach, each against what was measured. */
    private static void aims(Report report) {
        Duration none = Duration.ZERO;
        String ours = SingleLogout.beyond(SingleLogout.OURS, none);
        report.aim(
                "1 logout beyond the empty build: ours against `withCredentials` + `httpRequest`",
                ours,
                SingleLogout.beyond(SingleLogout.HTTP_REQUEST, none),
                0.3);
        report.aim(
                "1 logout beyond the empty build: ours against `sh 'curl …'`",
                ours,
                SingleLogout.beyond(SingleLogout.CURL, none),
                0.05);
        for (Duration latency : new Duration[] {none, Duration.ofMillis(50)}) {
            for (String bare : new String[] {SingleLogout.BARE_ASYNC, SingleLogout.BARE}) {
                report.aim(
                        "1 call, latency " + latency.toMillis() + " ms: our client against " + bare,
                        SingleLogout.figure(SingleLogout.CLIENT, latency),
                        SingleLogout.figure(bare, latency),
                        1.1);
            }
        }
        report.aim("Threads over idle, with any number in flight", "threads", 40);
        FlowDurabilityHint byDefault = null;
        report.aim(
                Settings.WIDE + " logouts, latency 300 ms, default durability: ours against the `sleep` step",
                ManyLogouts.figure(Side.OURS, Settings.WIDE, ManyLogouts.SHORT, byDefault),
                ManyLogouts.figure(Side.SLEEP, Settings.WIDE, ManyLogouts.SHORT, byDefault),
                1.1);
        report.aim(
                "Heap for each waiting logout: ours against `httpRequest`",
                "heap " + Side.OURS,
                "heap " + Side.HTTP_REQUEST,
                0.5);
    }
}
