package io.jenkins.plugins.doubletick;

import com.cloudbees.plugins.credentials.CredentialsMatchers;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Item;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import java.util.Date;
import jenkins.model.Jenkins;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** DoubleTick's refusal of a credential's API key, as {@link ApiKeyMonitor} shows and stores it: with nothing of the key. */
@Restricted(NoExternalUse.class)
public final class ApiKeyRefusal {

    private final String credentialsId;
    private final String answer;
    private final String advice;
    private final long since;
    private final String job;
    private final String build;
    private final String url;

    /** @param run null for a check of the key */
    ApiKeyRefusal(String credentialsId, DoubleTickException failure, @CheckForNull Run<?, ?> run) {
        this(
                credentialsId,
                failure.getMessage(),
                Advice.on(failure, credentialsId, ""),
                System.currentTimeMillis(),
                run == null ? null : run.getParent().getFullName(),
                run == null ? null : run.getFullDisplayName(),
                run == null ? null : run.getUrl());
    }

    private ApiKeyRefusal(
            String credentialsId, String answer, String advice, long since, String job, String build, String url) {
        this.credentialsId = credentialsId;
        this.answer = answer;
        this.advice = advice;
        this.since = since;
        this.job = job;
        this.build = build;
        this.url = url;
    }

    /** Returns this refusal as a further one of the same key. */
    ApiKeyRefusal since(@CheckForNull ApiKeyRefusal first) {
        return first == null
                ? this
                : new ApiKeyRefusal(
                        credentialsId,
                        answer,
                        advice,
                        first.since,
                        job == null ? first.job : job,
                        build == null ? first.build : build,
                        url == null ? first.url : url);
    }

    /** Returns the job whose build met it last; null if there is none. */
    @CheckForNull
    Item job() {
        return job == null ? null : Jenkins.get().getItemByFullName(job);
    }

    public String getCredentialsId() {
        return credentialsId;
    }

    /** What DoubleTick answered. */
    public String getAnswer() {
        return answer;
    }

    /** What to do about it. */
    public String getAdvice() {
        return advice;
    }

    /** When the key was refused first. */
    public Date getSince() {
        return new Date(since);
    }

    /** The build that met it last; null if it was only checked. */
    @CheckForNull
    public String getBuild() {
        return build;
    }

    /** Where that build is, below Jenkins's own URL. */
    @CheckForNull
    public String getUrl() {
        return url;
    }

    /** Whether the credential is one of Jenkins's own store, so that there is a page to link to. */
    public boolean isInJenkinsStore() {
        return SystemCredentialsProvider.getInstance().getCredentials().stream()
                .anyMatch(CredentialsMatchers.withId(credentialsId)::matches);
    }
}
