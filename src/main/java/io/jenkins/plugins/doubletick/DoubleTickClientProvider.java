package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.PluginWrapper;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import io.jenkins.plugins.doubletick.client.RetryPolicy;
import io.jenkins.plugins.okhttp.api.JenkinsOkHttpClient;
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
     * The system property that replaces the address of the API, for tests, the demo and a gateway. There is no other
     * way: an address that a job or a form could set would be a way to send the key to somebody else.
     */
    static final String URL_PROPERTY = "io.jenkins.plugins.doubletick.apiUrl";

    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.[0-9]+){3}|::1");

    private RetryPolicy policy = RetryPolicy.DEFAULT;
    private HttpUrl clientUrl;
    private DoubleTickClient client;

    static DoubleTickClientProvider get() {
        return ExtensionList.lookupSingleton(DoubleTickClientProvider.class);
    }

    /** Makes a new client with this policy, for tests that do not want to wait. */
    synchronized void use(RetryPolicy policy) {
        this.policy = policy;
        client = null;
    }

    /**
     * Returns where the API is.
     *
     * @throws AbortException if the system property names an address that the key must not be sent to
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

    /** Returns the client for {@link #url}. */
    synchronized DoubleTickClient client() throws AbortException {
        HttpUrl url = url();
        if (client == null || !url.equals(clientUrl)) {
            clientUrl = url;
            client = new DoubleTickClient(
                    JenkinsOkHttpClient.newClientBuilder(new OkHttpClient()).build(),
                    url,
                    userAgent(),
                    policy,
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
}
