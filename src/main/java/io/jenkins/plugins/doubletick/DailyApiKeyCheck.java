package io.jenkins.plugins.doubletick;

import hudson.Extension;
import hudson.model.AsyncPeriodicWork;
import hudson.model.TaskListener;
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
        ApiKeyMonitor monitor = ApiKeyMonitor.get();
        if (!monitor.isEnabled()) {
            return;
        }
        monitor.forgetDeleted();
        String credentialsId = DoubleTickConfiguration.get().getCredentialsId();
        if (credentialsId == null) {
            return;
        }
        try {
            monitor.check(credentialsId).get(LIMIT_MINUTES, TimeUnit.MINUTES);
            listener.getLogger().println(Messages.DailyApiKeyCheck_accepted(credentialsId));
        } catch (ExecutionException e) {
            listener.getLogger()
                    .println(Messages.DailyApiKeyCheck_failed(
                            credentialsId, e.getCause().getMessage()));
        } catch (TimeoutException e) {
            listener.getLogger().println(Messages.DailyApiKeyCheck_late(credentialsId, LIMIT_MINUTES));
        }
    }
}
