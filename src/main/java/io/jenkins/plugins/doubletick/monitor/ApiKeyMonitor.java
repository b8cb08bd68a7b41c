package io.jenkins.plugins.doubletick.monitor;

import io.jenkins.plugins.doubletick.ApiKeyCheck;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Extension;
import hudson.model.AdministrativeMonitor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import jenkins.model.Jenkins;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.HttpResponse;
import org.kohsuke.stapler.HttpResponses;
import org.kohsuke.stapler.verb.POST;

/** Warns administrators of credentials whose API key DoubleTick refuses, until it accepts the key again. */
@Extension
@Restricted(NoExternalUse.class)
public class ApiKeyMonitor extends AdministrativeMonitor {

    /** How long <em>Check now</em> waits for each answer; five seconds later its page is shown whatever is missing. */
    Duration checkLimit = Duration.ofSeconds(40);

    private volatile Map<ApiKeyRefusal, String> unclear = Map.of();

    public ApiKeyMonitor() {
        super("doubletickApiKey");
    }

    @Override
    public String getDisplayName() {
        return Messages.ApiKeyMonitor_displayName();
    }

    @Override
    public boolean isActivated() {
        return !getRefusals().isEmpty();
    }

    /** The credentials whose key DoubleTick refuses. */
    public List<ApiKeyRefusal> getRefusals() {
        return ApiKeyWatch.get().refusals().list();
    }

    /** Why <em>Check now</em> could not tell whether the key is still refused; null if it could. */
    @CheckForNull
    public String unclear(ApiKeyRefusal refusal) {
        return unclear.get(refusal);
    }

    /** Checks all refused keys again. */
    @POST
    @Restricted(DoNotUse.class)
    public HttpResponse doCheckNow() throws InterruptedException, ExecutionException {
        Jenkins.get().checkPermission(Jenkins.ADMINISTER);
        Map<ApiKeyRefusal, String> failures = new ConcurrentHashMap<>();
        CompletableFuture<?>[] checks = getRefusals().stream()
                .map(refusal -> ApiKeyCheck.start(refusal.getFolder(), refusal.getCredentialsId())
                        .orTimeout(checkLimit.toNanos(), TimeUnit.NANOSECONDS)
                        .exceptionally(failure -> {
                            failures.put(refusal, explain(failure, refusal));
                            return null;
                        }))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(checks)
                .thenCompose(done -> ApiKeyWatch.get().learned())
                .orTimeout(checkLimit.plusSeconds(5).toNanos(), TimeUnit.NANOSECONDS)
                .handle((done, failure) -> null)
                .get();
        unclear = failures;
        return HttpResponses.redirectViaContextPath("manage");
    }

    private String explain(Throwable failure, ApiKeyRefusal refusal) {
        return failure instanceof TimeoutException // The failures of the check itself come in a CompletionException.
                ? Messages.DoubleTickConfiguration_late(checkLimit.toSeconds())
                : ApiKeyCheck.explain(failure, refusal.getCredentialsId());
    }
}
