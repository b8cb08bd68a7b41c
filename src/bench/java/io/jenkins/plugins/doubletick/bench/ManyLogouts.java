package io.jenkins.plugins.doubletick.bench;

import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.common.IdCredentials;
import com.cloudbees.plugins.credentials.domains.DomainRequirement;
import hudson.ExtensionList;
import hudson.model.Item;
import hudson.model.Result;
import hudson.model.queue.QueueTaskFuture;
import io.jenkins.plugins.doubletick.HangingVault;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.springframework.security.core.Authentication;

/** Measures many logouts in one {@code parallel} that wait for DoubleTick or a vault, without a rate limit. */
final class ManyLogouts {

    private static final int HUNDREDS = LogoutBench.QUICK ? 10 : 100;

    private final String url;
    private final Report report;

    ManyLogouts(String url, Report report) {
        this.url = url;
        this.report = report;
    }

    /** Measures heap and threads while no request is answered. */
    void waiting() throws Exception {
        int count = 10 * HUNDREDS;
        double sleep = heapForEach(Side.parallel(count, "sleep 3600\n"), count, () -> {});
        Map<Side, String> heap = new EnumMap<>(Side.class);
        Map<Side, String> threads = new EnumMap<>(Side.class);
        for (Side side : List.of(Side.OURS, Side.HTTP_REQUEST)) {
            // The responses that our rate limiter needs before it uses all 32 requests.
            int quick = side == Side.OURS ? DoubleTickClient.MAX_REQUESTS : 0;
            int sent = side == Side.OURS ? 2 * DoubleTickClient.MAX_REQUESTS : count;
            Account account = Account.unlimited(quick, 0);
            String script = side.script(quick + count, url, Builds.credential(account));
            heap.put(side, Report.format(heapForEach(script, count, () -> {
                Builds.await("requests", () -> Builds.counts(url, account)[0], sent);
                threads.put(side, Long.toString(Watch.busyThreads(side)));
            })));
        }
        report.row("**" + count + " logouts wait** for their answer: threads", threads::get, "");
        report.row("— heap for each, KiB (the `sleep` step: " + Report.format(sleep) + ")", heap::get, "");
    }

    private interface Task {
        void run() throws Exception;
    }

    /** Starts the steps, runs the task, and aborts the steps. */
    private static double heapForEach(String script, int steps, Task task) throws Exception {
        WorkflowJob job = Builds.fastJob(script);
        long before = heap();
        QueueTaskFuture<WorkflowRun> end = job.scheduleBuild2(0);
        FlowExecution execution = end.waitForStart().getExecutionPromise().get();
        Builds.await("steps", () -> execution.getCurrentExecutions(true).get().size(), steps);
        task.run();
        double each = (heap() - before) / 1024.0 / steps;
        execution.interrupt(Result.ABORTED);
        end.get();
        return each;
    }

    /** Returns the used heap after a garbage collection, in bytes. */
    static long heap() throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(300); // Reference handlers free memory, too.
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    /** Takes a second for each lookup. */
    private static final class SlowVault extends HangingVault {

        @Override
        public <C extends IdCredentials> C getCredentialByIdInItem(
                String id, Class<C> type, Item item, Authentication user, List<DomainRequirement> domains) {
            C found = super.getCredentialByIdInItem(id, type, item, user, domains);
            if (found != null) {
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            }
            return found;
        }
    }

    void vault() throws Exception {
        int count = 10 * HUNDREDS;
        ExtensionList.lookup(CredentialsProvider.class).add(new SlowVault());
        HangingVault.reset();
        HangingVault.release();
        WorkflowJob job = Builds.fastJob(Side.OURS.script(count, url, HangingVault.PREFIX));
        double seconds = Builds.build(job) / 1000;
        report.row(
                "**A vault that takes 1 s**, " + count + " logouts: times it is asked; s (at 25 a second, "
                        + Report.format((count - 1) / 25.0) + " at least)",
                Map.of(Side.OURS, HangingVault.otherCallers() + "; " + Report.format(seconds))::get,
                "");
    }

    void unlimited() throws Exception {
        Map<Side, List<Double>> seconds = new EnumMap<>(Side.class);
        for (int i = 0; i < 3; i++) {
            for (Side side : List.of(Side.OURS, Side.HTTP_REQUEST)) {
                String credentialsId = Builds.credential(Account.unlimited(1000));
                WorkflowJob job = Builds.job(side.script(2 * HUNDREDS, url, credentialsId));
                seconds.computeIfAbsent(side, s -> new ArrayList<>()).add(Builds.build(job) / 1000);
            }
        }
        report.row(
                "**Without a limit**, " + 2 * HUNDREDS + " logouts, answered after 1 s: s",
                side -> seconds.containsKey(side) ? Report.format(Report.median(seconds.get(side))) : "",
                "");
    }
}
