package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.security.csrf.CrumbIssuer;
import jakarta.servlet.ServletRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jvnet.hudson.test.JenkinsRule;

/**
 * Somebody who calls Jenkins over HTTP.
 *
 * @param name the user of the dummy security realm, where it is also the password; null for the anonymous one
 */
public record WebUser(@CheckForNull String name) {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    public HttpResponse<String> get(JenkinsRule r, String path) throws Exception {
        return send(HttpRequest.newBuilder(uri(r, path)).GET());
    }

    public HttpResponse<String> post(JenkinsRule r, String path) throws Exception {
        CrumbIssuer crumbs = r.jenkins.getCrumbIssuer();
        return send(HttpRequest.newBuilder(uri(r, path))
                .POST(HttpRequest.BodyPublishers.noBody())
                .header(crumbs.getCrumbRequestField(), crumbs.getCrumb((ServletRequest) null)));
    }

    public HttpResponse<String> postWithoutCrumb(JenkinsRule r, String path) throws Exception {
        return send(HttpRequest.newBuilder(uri(r, path)).POST(HttpRequest.BodyPublishers.noBody()));
    }

    private static URI uri(JenkinsRule r, String path) throws Exception {
        return r.getURL().toURI().resolve(path);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        if (name != null) {
            byte[] login = (name + ":" + name).getBytes(StandardCharsets.UTF_8);
            request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(login));
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
