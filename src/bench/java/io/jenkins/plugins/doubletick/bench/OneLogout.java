package io.jenkins.plugins.doubletick.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;

/** Measures a build with one logout that is answered at once. */
final class OneLogout {

    private static final int ROUNDS = LogoutBench.QUICK ? 2 : 60;
    private static final String EMPTY = "";
    static final String SLEEP = "sleep time: 1, unit: 'MILLISECONDS'";

    private OneLogout() {}

    static void measure(String url, Report report) throws Exception {
        String credentialsId = Builds.credential(Account.unlimited(0));
        Map<String, WorkflowJob> jobs = new LinkedHashMap<>();
        for (String script : List.of(EMPTY, SLEEP)) {
            jobs.put(script, Builds.job(script));
        }
        for (Side side : Side.values()) {
            jobs.put(side.title, Builds.job(side.script(1, url, credentialsId)));
        }
        medians(jobs); // To warm up.
        Map<String, Double> medians = medians(jobs);

        double empty = medians.get(EMPTY);
        ToDoubleFunction<Side> beyond = side -> medians.get(side.title) - empty;
        double ours = beyond.applyAsDouble(Side.OURS);
        double ofHttpRequest = ours / beyond.applyAsDouble(Side.HTTP_REQUEST);
        double ofCurl = ours / beyond.applyAsDouble(Side.CURL);
        report.row(
                "**One logout**, answered at once: ms beyond the " + Report.format(empty)
                        + " of an empty build (`sleep` for 1 ms: " + Report.format(medians.get(SLEEP) - empty) + ")",
                side -> Report.format(beyond.applyAsDouble(side)),
                Report.aim("0.35 of `httpRequest`", ofHttpRequest <= 0.35) + " (" + Report.format(ofHttpRequest) + "); "
                        + Report.aim("0.05 of `curl`", ofCurl <= 0.05) + " (" + Report.format(ofCurl) + ")");
    }

    /** Builds the jobs in turn, so that a busy moment of the machine affects all of them. */
    private static Map<String, Double> medians(Map<String, WorkflowJob> jobs) throws Exception {
        Map<String, List<Double>> times = new LinkedHashMap<>();
        for (int i = 0; i < ROUNDS; i++) {
            for (Map.Entry<String, WorkflowJob> job : jobs.entrySet()) {
                times.computeIfAbsent(job.getKey(), key -> new ArrayList<>()).add(Builds.build(job.getValue()));
            }
        }
        Map<String, Double> medians = new LinkedHashMap<>();
        times.forEach((job, all) -> medians.put(job, Report.median(all)));
        return medians;
    }
}
