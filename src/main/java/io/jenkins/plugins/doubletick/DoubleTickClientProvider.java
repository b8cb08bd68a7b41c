package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.PluginWrapper;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import io.jenkins.plugins.doubletick.client.Retry;
import io.jenkins.plugins.okhttp.api.JenkinsOkHttpClient;
import java.time.Duration;
import java.util.regex.Pattern;
import jenkins.model.Jenkins;
import jenkins.util.SystemProperties;
import jenkins.util.Timer;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Provides the controller's one {@link DoubleTickClient}, which uses Jenkins's proxy settings. */
@Extension
@Restricted(NoExternalUse.class)
public class DoubleTickClientProvider {

    /**
     * The system property that replaces the address of the API, for tests, the demo and a gateway. Jobs and forms cannot set the
     * address, because they could send the key to another server.
     */
    static final String URL_PROPERTY = "io.jenkins.plugins.doubletick.apiUrl";

    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.[0-9]+){3}|::1");

    /** The system property with the milliseconds before the second try, for tests; see {@link Retry#DEFAULT}. */
    static final String FIRST_WAIT_PROPERTY = "io.jenkins.plugins.doubletick.firstWaitMillis";

    private Settings settings;
    private DoubleTickClient client;

    private record Settings(HttpUrl url, Duration firstWait) {}

    @NonNull
    public static DoubleTickClientProvider get() {
        return ExtensionList.lookupSingleton(DoubleTickClientProvider.class);
    }

    /**
     * Returns the address of the API.
     *
     * @throws AbortException if the key must not be sent to the address in the system property
     */
    @NonNull
    public static HttpUrl url() throws AbortException {
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

    @NonNull
    public synchronized DoubleTickClient client() throws AbortException {
        Duration firstWait = Duration.ofMillis(SystemProperties.getLong(
                FIRST_WAIT_PROPERTY, Retry.DEFAULT.firstWait().toMillis()));
        Settings wanted = new Settings(url(), firstWait);
        if (client == null || !wanted.equals(settings)) {
            client = new DoubleTickClient(
                    JenkinsOkHttpClient.newClientBuilder(new OkHttpClient()).build(),
                    wanted.url,
                    userAgent(),
                    new Retry(Retry.DEFAULT.maxTries(), firstWait),
                    Timer.get());
            settings = wanted;
        }
        return client;
    }

    private static String userAgent() {
        PluginWrapper plugin = Jenkins.get().getPluginManager().whichPlugin(DoubleTickClientProvider.class);
        // A development version is followed by a space and a text in brackets.
        return "doubletick-plugin/"
                + (plugin == null ? "dev" : plugin.getVersion().replaceFirst(" .*", ""));
    }
}
