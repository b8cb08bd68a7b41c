package io.jenkins.plugins.doubletick.bench;

import hudson.model.Queue;
import hudson.model.Result;
import hudson.model.queue.QueueTaskFuture;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import org.jenkinsci.plugins.workflow.cps.CpsFlowExecution;
import org.jenkinsci.plugins.workflow.flow.FlowDurabilityHint;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;

/**
 * One way of logging out many members together.
 *
 * @param name what the table calls it
 * @param threads what the names of the threads begin with that this side alone starts, and keeps a minute
 * @param together how many requests it sends together at most
 */
record Side(String name, String threads, int together, Starter starter) {

    /** Starts all logouts, and returns at once. */
    interface Starter {
        UnderWay start() throws Exception;
    }

    /** All logouts of one round. */
    interface UnderWay {

        /** Whether every one of them was started. */
        boolean allStarted() throws Exception;

        /** Returns when the last one has ended well. */
        void await() throws Exception;

        /** Ends what the server does not end, whether well or not. */
        void end() throws Exception;
    }

    private static final int NO_BOUND = Integer.MAX_VALUE;

    static final String SLEEP = "`sleep` step";
    static final String OURS = "`doubletickLogout`";
    static final String HTTP_REQUEST = "`httpRequest`";

    /** What the names of threads begin with that one of the sides alone starts, and keeps a minute. */
    static final List<String> ALL_THREADS = List.of(
            "DoubleTick",
            "org.jenkinsci.plugins.workflow.steps.SynchronousNonBlockingStepExecution",
            // Of sh in measure 1.
            "org.jenkinsci.plugins.workflow.steps.durable_task.",
            "FilePath.localPool",
            BareOkHttp.threads(DoubleTickClient.MAX_REQUESTS),
            BareOkHttp.threads(NO_BOUND));

    /** The {@code sleep} step for the same time: what Pipeline itself costs. */
    static Side sleep(int count, Duration latency, FlowDurabilityHint durability) throws Exception {
        String script = "sleep time: " + latency.toMillis() + ", unit: 'MILLISECONDS'\n";
        return new Side(SLEEP, "-", 0, pipeline(count, Builds.parallel(count, script), durability));
    }

    static Side ours(int count, FlowDurabilityHint durability) throws Exception {
        String script = Builds.parallel(count, Builds.OURS);
        return new Side(
                OURS, ALL_THREADS.get(0), DoubleTickClient.MAX_REQUESTS, pipeline(count, script, durability));
    }

    /** The HTTP Request plugin; {@code withCredentials} once around all, which is the cheapest for it. */
    static Side httpRequest(int count, ServerControl server, FlowDurabilityHint durability) throws Exception {
        String script = Builds.withKey(Builds.parallel(count, Builds.httpRequest(server, "")));
        return new Side(HTTP_REQUEST, ALL_THREADS.get(1), NO_BOUND, pipeline(count, script, durability));
    }

    static Side bare(int count, BareOkHttp okHttp, int bound) {
        String name = "OkHttp `enqueue`, " + (bound == NO_BOUND ? "no bound" : bound + " at a time");
        return new Side(name, BareOkHttp.threads(bound), bound, () -> {
            Future<?> done = okHttp.many(count);
            return new UnderWay() {
                @Override
                public boolean allStarted() {
                    return true;
                }

                @Override
                public void await() throws Exception {
                    done.get();
                }

                @Override
                public void end() throws Exception {
                    await();
                }
            };
        });
    }

    private static Starter pipeline(int count, String script, FlowDurabilityHint durability) throws Exception {
        WorkflowJob job = Builds.pipeline(script, durability);
        return () -> {
            QueueTaskFuture<Queue.Executable> build = Builds.schedule(job);
            return new UnderWay() {
                private WorkflowRun run() throws Exception {
                    return (WorkflowRun) build.getStartCondition().get();
                }

                @Override
                public boolean allStarted() throws Exception {
                    return run().getExecution() instanceof CpsFlowExecution execution
                            && execution.getCurrentExecutions(true).get().size() >= count;
                }

                @Override
                public void await() throws Exception {
                    build.get();
                    Builds.check(run(), Result.SUCCESS);
                }

                @Override
                public void end() throws Exception {
                    run().getExecution().interrupt(Result.ABORTED);
                    build.get();
                }
            };
        };
    }

    /** Whether it costs what Pipeline costs, too. */
    boolean isPipeline() {
        return !name.startsWith("OkHttp");
    }

    /** Logs all out, and returns how long it took, in milliseconds. */
    double time() throws Exception {
        long start = System.nanoTime();
        starter.start().await();
        return (System.nanoTime() - start) / 1e6;
    }
}
