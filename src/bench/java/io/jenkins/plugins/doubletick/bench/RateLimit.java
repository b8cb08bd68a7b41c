package io.jenkins.plugins.doubletick.bench;

import hudson.model.Result;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jenkinsci.plugins.workflow.flow.FlowDurabilityHint;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;

/** Measure 4: many logouts in one {@code parallel} against a DoubleTick that confirms 60 a (short) minute. */
final class RateLimit {

    private static final Duration LATENCY = Duration.ofMillis(50);

    /** What somebody writes who knows the limit: the HTTP Request plugin has no waits of its own. */
    private static String httpRequestInLoop(ServerControl server) {
        return "while (true) {\ndef answer = "
                + Builds.httpRequest(server, ", validResponseCodes: '200:299,429'")
                + "if (answer.status != 429) { break }\n"
                // So written by the server of the JDK.
                + "sleep answer.headers['Retry-after'][0].toInteger()\n}\n";
    }

    private RateLimit() {}

    static void measure(ServerControl server, Report report) throws Exception {
        int count = Settings.LIMITED;
        Map<String, WorkflowJob> jobs = new LinkedHashMap<>();
        jobs.put(Side.OURS, job(Builds.parallel(count, Builds.OURS)));
        jobs.put(
                "`httpRequest`, loop and `sleep` written by hand",
                job(Builds.withKey(Builds.parallel(count, httpRequestInLoop(server)))));
        jobs.put(Side.HTTP_REQUEST, job(Builds.withKey(Builds.parallel(count, Builds.httpRequest(server, "")))));
        for (Map.Entry<String, WorkflowJob> job : jobs.entrySet()) {
            measure(count, job.getKey(), job.getValue(), server, report);
        }
    }

    private static WorkflowJob job(String script) throws Exception {
        return Builds.pipeline(script, FlowDurabilityHint.PERFORMANCE_OPTIMIZED);
    }

    private static void measure(int count, String side, WorkflowJob job, ServerControl server, Report report)
            throws Exception {
        // The first ones go at once, the last ones when the last period begins.
        double least = Math.ceil((double) count / Settings.LIMIT - 1) * Settings.MINUTE.toMillis();
        boolean waits = !side.equals(Side.HTTP_REQUEST);
        Samples walls = new Samples();
        Samples beyond = new Samples();
        int successes = 0;
        for (int round = 0; round < Settings.LIMITED_ROUNDS; round++) {
            server.limit(LATENCY, Settings.LIMIT, Settings.MINUTE);
            long start = System.nanoTime();
            Builds.build(job, waits || least == 0 ? Result.SUCCESS : Result.FAILURE);
            walls.add((System.nanoTime() - start) / 1e6);
            ServerControl.Counts counts = server.counts();
            beyond.add(counts.requests() - counts.successes());
            successes += counts.successes();
        }
        report.row(
                count + " logouts, " + Settings.LIMIT + " in " + Settings.MINUTE.toSeconds() + " s, latency "
                        + LATENCY.toMillis() + " ms",
                side,
                walls.toString(),
                "",
                "",
                "requests beyond successes: " + beyond
                        + (waits
                                ? "; theoretical least " + Samples.format(least) + " ms"
                                : "; logged out " + successes / Settings.LIMITED_ROUNDS + ", the build fails"));
    }
}
