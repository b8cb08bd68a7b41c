package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.security.csrf.CrumbIssuer;
import jakarta.servlet.ServletRequest;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jvnet.hudson.test.JenkinsRule;
import org.springframework.web.util.HtmlUtils;

/**
 * Somebody who calls Jenkins over HTTP.
 *
 * @param name the user of the dummy security realm, where it is also the password; null for the anonymous one
 */
public record WebUser(@CheckForNull String name) {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final HttpRequest.BodyPublisher NO_BODY = HttpRequest.BodyPublishers.noBody();

    public HttpResponse<String> get(JenkinsRule r, String path) throws Exception {
        return send(request(r, path).GET());
    }

    /** @param headers names and values, in turn */
    public HttpResponse<String> post(JenkinsRule r, String path, String... headers) throws Exception {
        CrumbIssuer crumbs = r.jenkins.getCrumbIssuer();
        HttpRequest.Builder request = request(r, path)
                .POST(NO_BODY)
                .header(crumbs.getCrumbRequestField(), crumbs.getCrumb((ServletRequest) null));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    public HttpResponse<String> postWithoutCrumb(JenkinsRule r, String path) throws Exception {
        return send(request(r, path).POST(NO_BODY));
    }

    /**
     * Calls a live check or a button of a form as the anonymous user. Returns the text of the answer.
     *
     * @param item the URL of the item that is configured, which ends with a slash; empty for Jenkins itself
     */
    public static String ask(JenkinsRule r, String item, Class<?> form, String method, String parameter, String value)
            throws Exception {
        String path = item + "descriptorByName/" + form.getName() + "/" + method + "?" + parameter + "=";
        return text(new WebUser(null).post(r, path + encode(value)).body()).strip();
    }

    public static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    /** The text of a part of a page, without its markup. */
    public static String text(String html) {
        return HtmlUtils.htmlUnescape(html.replaceAll("<[^>]*>", ""));
    }

    private static HttpRequest.Builder request(JenkinsRule r, String path) throws Exception {
        return HttpRequest.newBuilder(r.getURL().toURI().resolve(path)).header("Accept-Language", "en-US");
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        if (name != null) {
            byte[] login = (name + ":" + name).getBytes(StandardCharsets.UTF_8);
            request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(login));
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
