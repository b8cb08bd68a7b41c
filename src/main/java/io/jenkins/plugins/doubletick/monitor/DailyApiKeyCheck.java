package io.jenkins.plugins.doubletick.monitor;

import io.jenkins.plugins.doubletick.ApiKeyCheck;
import io.jenkins.plugins.doubletick.DoubleTickConfiguration;

import hudson.Extension;
import hudson.ExtensionList;
import hudson.model.AsyncPeriodicWork;
import hudson.model.TaskListener;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * Asks DoubleTick once a day, and ten minutes after Jenkins has started, whether it accepts the key of the default
 * credential. {@link ApiKeyMonitor} shows the answer; disabling it stops this check.
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
        ApiKeyWatch.get().forgetDeleted(folder -> true);
        String credentialsId = DoubleTickConfiguration.get().getCredentialsId();
        if (credentialsId == null
                || !ExtensionList.lookupSingleton(ApiKeyMonitor.class).isEnabled()) {
            return;
        }
        CompletableFuture<Void> check = ApiKeyCheck.start("", credentialsId);
        try {
            check.get(LIMIT_MINUTES, TimeUnit.MINUTES);
            listener.getLogger().println(Messages.DailyApiKeyCheck_accepted(credentialsId));
        } catch (ExecutionException e) {
            listener.getLogger()
                    .println(Messages.DailyApiKeyCheck_failed(
                            credentialsId, ApiKeyCheck.explain(e.getCause(), credentialsId)));
        } catch (TimeoutException e) {
            listener.getLogger().println(Messages.DailyApiKeyCheck_late(credentialsId, LIMIT_MINUTES));
        } finally {
            check.cancel(true);
        }
    }
}
