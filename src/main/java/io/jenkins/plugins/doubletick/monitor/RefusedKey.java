package io.jenkins.plugins.doubletick.monitor;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Job;
import hudson.model.Run;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.doubletick.ApiKeyListener.Use;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.util.Date;
import java.util.Objects;
import jenkins.model.Jenkins;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * An API key that DoubleTick refuses, as administrators see it. Contains nothing of the key.
 *
 * @param credentialsId the credential with the key
 * @param job the job that used the key last; null if only a check of the default credential did
 * @param build the number of the build that used the key last; 0 if only checks did
 * @param answer how DoubleTick refused the key last
 * @param since the time of the first refusal
 * @param checked the time of the last refusal or check
 * @param unclear why the last check had no result, as sentences; null if it had one
 */
@Restricted(NoExternalUse.class)
public record RefusedKey(
        String credentialsId,
        @CheckForNull Job<?, ?> job,
        int build,
        DoubleTickException answer,
        Date since,
        Date checked,
        @CheckForNull String unclear) {

    static RefusedKey of(Use use, DoubleTickException failure, @CheckForNull RefusedKey earlier) {
        Run<?, ?> run = use.run();
        boolean keepsUse = earlier != null && run == null;
        int number = run == null ? 0 : run.getNumber();
        Date now = new Date();
        return new RefusedKey(
                keepsUse ? earlier.credentialsId : use.found().credential().getId(),
                keepsUse ? earlier.job : use.job(),
                keepsUse ? earlier.build : number,
                failure,
                earlier == null ? now : earlier.since,
                now,
                null);
    }

    RefusedKey checkedNow(@CheckForNull String unclear) {
        return new RefusedKey(credentialsId, job, build, answer, since, new Date(), unclear);
    }

    public boolean isMissingPermission() {
        return answer.reason() == Reason.PERMISSION_MISSING;
    }

    boolean isOf(@CheckForNull Job<?, ?> job, String credentialsId) {
        return Objects.equals(nameOf(job), nameOf(this.job)) && credentialsId.equals(this.credentialsId);
    }

    @CheckForNull
    private static String nameOf(@CheckForNull Job<?, ?> job) {
        return job == null ? null : job.getFullName();
    }

    /** Returns the build's page below Jenkins's URL; null without a build, or if its job was deleted. */
    @CheckForNull
    public String buildUrl() {
        Job<?, ?> current = build == 0 ? null : currentJob();
        return current == null ? null : current.getUrl() + build + "/";
    }

    /** Returns the job, renamed or loaded again; null without a job, or if it was deleted. */
    @CheckForNull
    Job<?, ?> currentJob() {
        try (ACLContext asSystem = ACL.as2(ACL.SYSTEM2)) {
            Job<?, ?> current = job == null ? null : Jenkins.get().getItemByFullName(job.getFullName(), Job.class);
            // A new job with the name of a deleted one begins with build 1.
            return current == null || current.getNextBuildNumber() <= build ? null : current;
        }
    }
}
