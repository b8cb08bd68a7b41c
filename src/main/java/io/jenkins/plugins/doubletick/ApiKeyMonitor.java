package io.jenkins.plugins.doubletick;

import com.cloudbees.plugins.credentials.CredentialsMatcher;
import com.cloudbees.plugins.credentials.CredentialsMatchers;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.XmlFile;
import hudson.model.AdministrativeMonitor;
import hudson.model.Item;
import hudson.model.Run;
import hudson.security.ACL;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;
import jenkins.util.Timer;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;
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

    private static final Logger LOGGER = Logger.getLogger(ApiKeyMonitor.class.getName());

    /** The most credentials that are remembered, because the authors of jobs can make any number of them. */
    private static final int MAX_REFUSALS = 100;

    private static final int PAGE_SECONDS = 15;

    private final TreeMap<String, ApiKeyRefusal> refusals = load();
    private boolean saving;

    @NonNull
    static ApiKeyMonitor get() {
        return ExtensionList.lookupSingleton(ApiKeyMonitor.class);
    }

    /**
     * Remembers how a call with a credential's key ends.
     *
     * @param run null for a check of the key
     * @return completes as the call does, when that is remembered
     */
    static <T> CompletableFuture<T> watch(
            CompletableFuture<T> call, String credentialsId, @CheckForNull Run<?, ?> run) {
        return call.whenComplete((accepted, failure) -> tell(credentialsId, failure, run));
    }

    private static void tell(String credentialsId, @CheckForNull Throwable failure, @CheckForNull Run<?, ?> run) {
        try {
            get().heard(credentialsId, failure instanceof CompletionException ? failure.getCause() : failure, run);
        } catch (RuntimeException | Error e) { // No reason to fail a logout.
            LOGGER.log(Level.WARNING, "Cannot remember what DoubleTick answered to an API key", e);
        }
    }

    private synchronized void heard(String credentialsId, Throwable failure, Run<?, ?> run) {
        if (failure == null) {
            forget(credentialsId);
        } else if (failure instanceof DoubleTickException e) {
            switch (e.reason()) {
                case API_KEY_REJECTED, API_KEY_FORBIDDEN -> remember(new ApiKeyRefusal(credentialsId, e, run));
                case LOGIN_NUMBER_REJECTED -> forget(credentialsId);
                default -> {
                    // Says nothing about the key.
                }
            }
        }
    }

    private void remember(ApiKeyRefusal refusal) {
        ApiKeyRefusal earlier = refusals.get(refusal.getCredentialsId());
        if (earlier != null || refusals.size() < MAX_REFUSALS) {
            refusals.put(refusal.getCredentialsId(), refusal.since(earlier));
            saveSoon();
        }
    }

    private void forget(String credentialsId) {
        if (refusals.remove(credentialsId) != null) {
            saveSoon();
        }
    }

    /** Forgets credentials that are not there any more. Asks all stores, which may take its time. */
    void forgetDeleted() {
        for (ApiKeyRefusal refusal : getRefusals()) {
            if (!exists(refusal)) {
                tell(refusal.getCredentialsId(), null, null);
            }
        }
    }

    private static boolean exists(ApiKeyRefusal refusal) {
        CredentialsMatcher id = CredentialsMatchers.withId(refusal.getCredentialsId());
        Item job = refusal.job();
        return !(job == null
                        ? CredentialsProvider.listCredentialsInItemGroup(
                                StringCredentials.class, Jenkins.get(), ACL.SYSTEM2, List.of(), id)
                        : CredentialsProvider.listCredentialsInItem(
                                StringCredentials.class, job, ACL.SYSTEM2, List.of(), id))
                .isEmpty();
    }

    /** Asks DoubleTick whether it accepts the key of a credential in Jenkins's own store. */
    CompletableFuture<Void> check(String credentialsId) {
        return ApiKeyProvider.get().findGlobal(credentialsId).thenCompose(key -> {
            try {
                return watch(DoubleTickClientProvider.get().client().checkKey(key), credentialsId, null);
            } catch (AbortException e) {
                return CompletableFuture.failedFuture(e);
            }
        });
    }

    @Override
    public boolean isActivated() {
        return !getRefusals().isEmpty();
    }

    @Override
    public String getDisplayName() {
        return Messages.ApiKeyMonitor_displayName();
    }

    /** The credentials whose key DoubleTick refuses. */
    public synchronized List<ApiKeyRefusal> getRefusals() {
        return new ArrayList<>(refusals.values());
    }

    /** Checks the refused keys of Jenkins's own store again. Those of folders are checked by their next build. */
    @POST
    @Restricted(DoNotUse.class)
    public HttpResponse doCheckNow() throws InterruptedException {
        Jenkins.get().checkPermission(Jenkins.ADMINISTER);
        CompletableFuture<?>[] checks = getRefusals().stream()
                .map(refusal -> check(refusal.getCredentialsId()))
                .toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(checks).get(PAGE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOGGER.log(Level.FINE, "A key was not accepted", e); // The page says so.
        }
        return HttpResponses.redirectViaContextPath("manage");
    }

    private static XmlFile file() {
        return new XmlFile(
                Jenkins.XSTREAM2, new File(Jenkins.get().getRootDir(), ApiKeyMonitor.class.getName() + ".xml"));
    }

    private static TreeMap<String, ApiKeyRefusal> load() {
        try {
            XmlFile file = file();
            if (file.exists() && file.read() instanceof TreeMap<?, ?> saved) {
                TreeMap<String, ApiKeyRefusal> loaded = new TreeMap<>();
                saved.values().forEach(value -> {
                    if (value instanceof ApiKeyRefusal refusal) {
                        loaded.put(refusal.getCredentialsId(), refusal);
                    }
                });
                return loaded;
            }
        } catch (IOException | RuntimeException e) { // The next logout or check finds it out again.
            LOGGER.log(Level.WARNING, "Cannot load which API keys DoubleTick refuses", e);
        }
        return new TreeMap<>();
    }

    private void saveSoon() {
        if (!saving) {
            saving = true;
            Timer.get().execute(this::save);
        }
    }

    private void save() {
        TreeMap<String, ApiKeyRefusal> copy;
        synchronized (this) {
            saving = false;
            copy = new TreeMap<>(refusals);
        }
        try {
            if (copy.isEmpty()) {
                file().delete();
            } else {
                file().write(copy);
            }
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, "Cannot save which API keys DoubleTick refuses", e);
        }
    }
}
