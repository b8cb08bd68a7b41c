package io.jenkins.plugins.doubletick.monitor;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.model.AsyncPeriodicWork;
import hudson.model.TaskListener;
import io.jenkins.plugins.doubletick.ApiKeyCheck;
import io.jenkins.plugins.doubletick.DoubleTickConfiguration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * Checks the key of the default credential and all refused keys once a day, and ten minutes after Jenkins has started.
 * Administrators stop this check by disabling {@link ApiKeyMonitor}, which shows the results.
 */
@Extension
@Restricted(NoExternalUse.class)
public final class DailyApiKeyCheck extends AsyncPeriodicWork {

    private static final int LIMIT_MINUTES = 10;

    public DailyApiKeyCheck() {
        super("DoubleTick API key check");
    }

    @Override
    public long getRecurrencePeriod() {
        return DAY;
    }

    @Override
    public long getInitialDelay() {
        return 10 * MIN;
    }

    @Override
    protected void execute(TaskListener listener) throws InterruptedException {
        if (!ExtensionList.lookupSingleton(ApiKeyMonitor.class).isEnabled()) {
            return;
        }
        String id = DoubleTickConfiguration.get().getCredentialsId();
        CompletableFuture<?> check = RefusedKeys.get().check(id);
        if (id != null) {
            check = check.thenCombine(ApiKeyCheck.start(null, id), (checked, accepted) -> null);
        }
        try {
            check.get(LIMIT_MINUTES, TimeUnit.MINUTES);
            log(listener, id, ApiKeyCheck.explain(null, id));
        } catch (ExecutionException e) {
            log(listener, id, ApiKeyCheck.explain(e.getCause(), id));
        } catch (TimeoutException e) {
            log(listener, id, Messages.DailyApiKeyCheck_late(Integer.toString(LIMIT_MINUTES)));
        }
    }

    private static void log(TaskListener listener, @CheckForNull String id, String result) {
        if (id != null) {
            listener.getLogger().println(Messages.DailyApiKeyCheck_result(id, result));
        }
    }
}
