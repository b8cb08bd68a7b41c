package io.jenkins.plugins.doubletick.monitor;

import hudson.Extension;
import hudson.model.AdministrativeMonitor;
import io.jenkins.plugins.doubletick.ApiKeyCheck;
import java.util.List;
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

/** Warns administrators about API keys that DoubleTick refuses. */
@Extension
@Restricted(NoExternalUse.class)
public final class ApiKeyMonitor extends AdministrativeMonitor {

    public ApiKeyMonitor() {
        super("doubletickApiKey");
    }

    @Override
    public String getDisplayName() {
        return Messages.ApiKeyMonitor_displayName();
    }

    @Override
    public boolean isActivated() {
        return !getRefusedKeys().isEmpty();
    }

    public List<RefusedKey> getRefusedKeys() {
        return RefusedKeys.get().list();
    }

    /** Checks all refused keys again, and waits for the results as long as a web request may. */
    @POST
    @Restricted(DoNotUse.class)
    public HttpResponse doCheckNow() throws InterruptedException, ExecutionException {
        Jenkins.get().checkPermission(Jenkins.ADMINISTER);
        try {
            RefusedKeys.get().check(null).get(ApiKeyCheck.webLimitSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            // The page shows which checks have no result yet.
        }
        return HttpResponses.redirectViaContextPath("manage");
    }
}
