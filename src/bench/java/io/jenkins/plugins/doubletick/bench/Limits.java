package io.jenkins.plugins.doubletick.bench;

import hudson.model.Result;
import io.jenkins.plugins.doubletick.bench.Account.WaitIn;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;

/** Measures many logouts in one {@code parallel} under the limits that DoubleTick documents. */
final class Limits {

    /**
     * @param count how many members to log out
     * @param limit how many logouts the server confirms in each period
     * @param period in seconds
     */
    record Limit(int count, int limit, int period) {

        /** The least possible time in seconds: the last logouts are confirmed when the last period begins. */
        double least() {
            return Math.ceil((double) count / limit - 1) * period;
        }
    }

    /**
     * The result of one build.
     *
     * @param ratio its duration divided by the least possible time
     */
    private record Outcome(int confirmed, int limited, double ratio, Watch watch) {}

    private static final List<Limit> LIMITS = LogoutBench.QUICK
            ? List.of(new Limit(60, 25, 1), new Limit(4, 1, 1), new Limit(50, 20, 15))
            : List.of(new Limit(200, 25, 1), new Limit(40, 1, 1), new Limit(150, 60, 60));

    private Limits() {}

    static void measure(String url, Report report) throws Exception {
        for (Limit limit : LIMITS) {
            double sleeping = secondsOfSleep(limit.count);
            Map<Side, List<Outcome>> outcomes = new EnumMap<>(Side.class);
            for (WaitIn waitIn : WaitIn.values()) {
                // Runs first, because the loop uses the same threads.
                run(List.of(Side.HTTP_REQUEST), limit, waitIn, url, outcomes);
                run(List.of(Side.OURS, Side.LOOP, Side.CURL), limit, waitIn, url, outcomes);
            }
            report(limit, sleeping, outcomes, report);
        }
    }

    /** Returns how long Pipeline takes for as many branches with {@code sleep}, after a build to warm up. */
    private static double secondsOfSleep(int count) throws Exception {
        WorkflowJob job = Builds.job(Side.parallel(count, OneLogout.SLEEP + "\n"));
        Builds.build(job);
        return Report.median(List.of(Builds.build(job), Builds.build(job), Builds.build(job))) / 1000;
    }

    /** Runs the sides together if they wait most of the time, otherwise one after the other. */
    private static void run(List<Side> sides, Limit limit, WaitIn waitIn, String url, Map<Side, List<Outcome>> outcomes)
            throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(limit.least() > 10 ? sides.size() : 1);
        Map<Side, Future<Outcome>> running = new EnumMap<>(Side.class);
        sides.forEach(side -> running.put(side, threads.submit(() -> run(side, limit, waitIn, url))));
        threads.shutdown();
        for (Side side : sides) {
            outcomes.computeIfAbsent(side, s -> new ArrayList<>())
                    .add(running.get(side).get());
        }
    }

    private static Outcome run(Side side, Limit limit, WaitIn waitIn, String url) throws Exception {
        Account account = Account.limited(limit.limit, limit.period * 1000, waitIn);
        WorkflowJob job = Builds.job(side.script(limit.count, url, Builds.credential(account)));
        try (Watch watch = new Watch(side)) {
            long start = System.nanoTime();
            WorkflowRun build = job.scheduleBuild2(0).get();
            double seconds = (System.nanoTime() - start) / 1e9;
            int[] counts = Builds.counts(url, account);
            int confirmed = counts[1];
            int limited = counts[0] - confirmed;
            Builds.check(build, confirmed == limit.count ? Result.SUCCESS : Result.FAILURE);
            Report.progress(limit + ", " + waitIn + ", " + side.title + ": " + confirmed + " confirmed, " + limited
                    + " answered 429, " + seconds + " s");
            return new Outcome(confirmed, limited, seconds / limit.least(), watch);
        }
    }

    private static void report(
            Limit limit, double sleeping, Map<Side, List<Outcome>> outcomes, Report report) {
        List<Outcome> ours = outcomes.get(Side.OURS);
        report.row(
                "**" + limit.count + " logouts, " + limit.limit + " in " + limit.period + " s**: members logged out",
                each(outcomes, outcome -> Integer.toString(outcome.confirmed)),
                Report.aim("all", ours.stream().allMatch(outcome -> outcome.confirmed == limit.count)));
        report.row(
                "— time, divided by the least possible " + Report.format(limit.least()) + " s (with `sleep` instead: "
                        + Report.format(sleeping) + " s)",
                each(outcomes, outcome -> outcome.confirmed < limit.count ? "–" : Report.format(outcome.ratio)),
                Report.aim(
                        "1.1 / 1.1 / 1.3",
                        ours.get(0).ratio <= 1.1 && ours.get(1).ratio <= 1.1 && ours.get(2).ratio <= 1.3));
        report.row(
                "— 429 responses",
                each(outcomes, outcome -> Integer.toString(outcome.limited)),
                Report.aim("a third", ours.stream().allMatch(outcome -> outcome.limited * 3 <= outcome.confirmed)));
        report.row("— threads", each(outcomes, outcome -> outcome.watch.toString()), "");
    }

    /** Writes the results of a side, or only one if all are the same. */
    private static Function<Side, String> each(Map<Side, List<Outcome>> outcomes, Function<Outcome, String> value) {
        return side -> {
            List<String> values = outcomes.get(side).stream().map(value).toList();
            return Set.copyOf(values).size() == 1 ? values.get(0) : String.join(" / ", values);
        };
    }
}
