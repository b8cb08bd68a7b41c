package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.PluginWrapper;
import hudson.security.ACL;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import io.jenkins.plugins.doubletick.client.RetryPolicy;
import io.jenkins.plugins.okhttp.api.JenkinsOkHttpClient;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import jenkins.model.Jenkins;
import jenkins.security.ImpersonatingExecutorService;
import jenkins.util.SystemProperties;
import jenkins.util.Timer;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * The controller's one {@link DoubleTickClient}, which uses Jenkins's proxy settings, and the few threads for what may
 * block before a request, such as asking a vault for the key.
 */
@Extension
@Restricted(NoExternalUse.class)
public class DoubleTickClientProvider {

    /**
     * The system property that replaces the address of the API, for tests, the demo and a gateway. There is no other
     * way: an address that a job or a form could set would be a way to send the key to somebody else.
     */
    static final String URL_PROPERTY = "io.jenkins.plugins.doubletick.apiUrl";

    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.[0-9]+){3}|::1");

    private static final int BLOCKING_THREADS = 3;
    private static final long BLOCKING_MINUTES = 5;

    /** Package-private for tests that do not want to wait. */
    static RetryPolicy retryPolicy = RetryPolicy.DEFAULT;

    private final ExecutorService blocking = blockingThreads();
    private HttpUrl clientUrl;
    private DoubleTickClient client;

    static DoubleTickClientProvider get() {
        return ExtensionList.lookupSingleton(DoubleTickClientProvider.class);
    }

    private static ExecutorService blockingThreads() {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                BLOCKING_THREADS,
                BLOCKING_THREADS,
                1,
                TimeUnit.MINUTES,
                new LinkedBlockingQueue<>(),
                new NamingThreadFactory(new DaemonThreadFactory(), "DoubleTick"));
        threads.allowCoreThreadTimeOut(true);
        return new ImpersonatingExecutorService(threads, ACL.SYSTEM2);
    }

    /**
     * Where the API is.
     *
     * @throws AbortException if the system property is set to something that the key must not be sent to
     */
    @NonNull
    static HttpUrl url() throws AbortException {
        String property = SystemProperties.getString(URL_PROPERTY);
        if (property == null || property.isBlank()) {
            return HttpUrl.get(DoubleTickClient.DEFAULT_URL);
        }
        HttpUrl url = HttpUrl.parse(property.strip());
        if (url == null || !url.isHttps() && !LOOPBACK.matcher(url.host()).matches()) {
            throw new AbortException(Messages.DoubleTickClientProvider_badUrl(URL_PROPERTY));
        }
        return url;
    }

    /** The client for {@link #url}. */
    synchronized DoubleTickClient client() throws AbortException {
        HttpUrl url = url();
        if (client == null || !url.equals(clientUrl)) {
            clientUrl = url;
            client = new DoubleTickClient(
                    JenkinsOkHttpClient.newClientBuilder(new OkHttpClient()).build(),
                    url,
                    userAgent(),
                    retryPolicy,
                    Timer.get());
        }
        return client;
    }

    private static String userAgent() {
        PluginWrapper plugin = Jenkins.get().getPluginManager().whichPlugin(DoubleTickClientProvider.class);
        // A development version has a space and brackets behind it.
        return "doubletick-plugin/"
                + (plugin == null ? "dev" : plugin.getVersion().replaceFirst(" .*", ""));
    }

    /**
     * Runs what may block on a thread of our own few, as SYSTEM.
     *
     * @return cancelling it interrupts the task; after five minutes, waiting for a thread included, it fails with
     *     {@link TimeoutException}
     */
    <T> CompletableFuture<T> runBlocking(Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Future<?> running = blocking.submit(() -> {
            try {
                result.complete(task.call());
            } catch (Throwable e) { // Whatever a vault's plugin throws must end the wait for it.
                result.completeExceptionally(e);
            }
        });
        result.whenComplete((done, failure) -> {
            if (result.isCancelled() || failure instanceof TimeoutException) {
                running.cancel(true);
            }
        });
        return result.orTimeout(BLOCKING_MINUTES, TimeUnit.MINUTES);
    }
}
