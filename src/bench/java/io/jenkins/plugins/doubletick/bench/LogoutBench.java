package io.jenkins.plugins.doubletick.bench;

import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/**
 * Measures the cost of logouts, with this plugin and in other ways, in a Jenkins with its own process. {@code script/bench} runs
 * this class; {@code docs/performance.md} explains the results.
 */
class LogoutBench {

    /** Whether this run only checks that everything works. Its figures mean nothing. */
    static final boolean QUICK = Boolean.getBoolean("bench.quick");

    /** Replaces the parent POM's options for tests, which stop the JIT compiler at level 1. */
    private static final String HEAP = "-Xmx1g";

    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension()
            .withTimeout(0)
            .javaOptions(HEAP, "-Dbench.quick=" + QUICK)
            .javaOptions(Stream.of(System.getProperty("bench.jvm", "").split("\\s+"))
                    .filter(option -> !option.isEmpty())
                    .toArray(String[]::new));

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS) // The default for tests is ten minutes.
    void bench() throws Throwable {
        long start = System.nanoTime();
        try (BenchServer server = new BenchServer()) {
            String url = server.url();
            String only = System.getProperty("bench.only", "limits,one,waiting,team,vault,unlimited");
            jenkins.javaOptions("-Dio.jenkins.plugins.doubletick.apiUrl=" + url);
            String table = jenkins.then(r -> inJenkins(r.getURL(), url, only));
            long minutes = Duration.ofNanos(System.nanoTime() - start).toMinutes();
            Files.writeString(Path.of("target", "bench.md"), table + "It took " + minutes + " minutes.\n");
        }
    }

    private static String inJenkins(URL jenkins, String url, String measures) throws Exception {
        Report report = new Report();
        ManyLogouts many = new ManyLogouts(url, report);
        for (String measure : measures.split(",")) {
            switch (measure) {
                case "limits" -> Limits.measure(url, report);
                case "one" -> OneLogout.measure(url, report);
                case "waiting" -> many.waiting();
                case "team" -> LargeTeam.measure(jenkins, url, report);
                case "vault" -> many.vault();
                case "unlimited" -> many.unlimited();
                default -> throw new IllegalArgumentException("There is no measure " + measure);
            }
        }
        return report + "\nMeasured on " + LocalDate.now() + ": Jenkins " + Jenkins.getVersion() + " with HTTP Request "
                + Jenkins.get().getPluginManager().getPlugin("http_request").getVersion() + ", Java "
                + Runtime.version() + " (" + HEAP + "), " + Runtime.getRuntime().availableProcessors()
                + " processors, " + System.getProperty("os.name") + " " + System.getProperty("os.arch") + ".\n";
    }
}
