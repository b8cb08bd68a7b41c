package io.jenkins.plugins.doubletick;

import hudson.model.Job;
import hudson.model.Run;
import hudson.model.listeners.RunListener;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;

/** Lets a test wait for a build that Jenkins itself starts. */
public class FinishedBuilds extends RunListener<Run<?, ?>> {

    private final BlockingQueue<Run<?, ?>> builds = new LinkedBlockingQueue<>();

    public static FinishedBuilds watch() {
        FinishedBuilds builds = new FinishedBuilds();
        RunListener.all().add(builds);
        return builds;
    }

    @Override
    public void onFinalized(Run<?, ?> build) {
        builds.add(build);
    }

    public Run<?, ?> await(Job<?, ?> job) throws InterruptedException {
        while (true) {
            Run<?, ?> build = builds.poll(60, TimeUnit.SECONDS);
            Assertions.assertNotNull(build, "No build of " + job);
            if (build.getParent() == job) {
                return build;
            }
        }
    }
}
