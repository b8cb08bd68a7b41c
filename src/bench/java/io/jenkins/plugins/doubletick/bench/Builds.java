package io.jenkins.plugins.doubletick.bench;

import com.cloudbees.plugins.credentials.domains.Domain;
import hudson.model.Result;
import io.jenkins.plugins.doubletick.StandInExtension;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.flow.FlowDurabilityHint;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.job.properties.DurabilityHintJobProperty;

/** Pipelines and their builds, and the server's counts. */
final class Builds {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private Builds() {}

    /** Returns how many requests the server got for an account, and how many logouts it confirmed. */
    static int[] counts(String url, Account account) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/state"))
                .header("Authorization", account.key())
                .build();
        String counts = HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body();
        return Stream.of(counts.split(" ")).mapToInt(Integer::parseInt).toArray();
    }

    /** Adds a credential with the account's key, and returns its ID. */
    static String credential(Account account) throws Exception {
        String id = "account-" + account.number();
        StandInExtension.add(Jenkins.get(), Domain.global(), StandInExtension.apiKey(id, account.key()));
        return id;
    }

    static WorkflowJob job(String script) throws Exception {
        WorkflowJob job =
                Jenkins.get().createProject(WorkflowJob.class, UUID.randomUUID().toString());
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job;
    }

    /** Creates a job that stores hardly anything while it runs. */
    static WorkflowJob fastJob(String script) throws Exception {
        WorkflowJob job = job(script);
        job.addProperty(new DurabilityHintJobProperty(FlowDurabilityHint.PERFORMANCE_OPTIMIZED));
        return job;
    }

    /** Builds the job and returns the duration in milliseconds. */
    static double build(WorkflowJob job) throws Exception {
        long start = System.nanoTime();
        WorkflowRun build = job.scheduleBuild2(0).get();
        double millis = (System.nanoTime() - start) / 1e6;
        check(build, Result.SUCCESS);
        return millis;
    }

    /** Waits until the count is large enough, for two minutes at most. */
    static void await(String what, Callable<Integer> count, int atLeast) throws Exception {
        long start = System.nanoTime();
        for (int now = count.call(); now < atLeast; now = count.call()) {
            if (System.nanoTime() - start > TimeUnit.MINUTES.toNanos(2)) {
                throw new IllegalStateException(now + " " + what + " instead of " + atLeast);
            }
            Thread.sleep(50);
        }
    }

    static void check(WorkflowRun build, Result expected) throws IOException {
        if (build.getResult() != expected) {
            throw new IllegalStateException(
                    build + " ended as " + build.getResult() + ":\n" + String.join("\n", build.getLog(100)));
        }
    }
}
