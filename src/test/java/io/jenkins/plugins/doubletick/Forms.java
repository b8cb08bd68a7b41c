package io.jenkins.plugins.doubletick;

import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.htmlunit.HttpMethod;
import org.htmlunit.Page;
import org.htmlunit.WebRequest;
import org.htmlunit.util.NameValuePair;
import org.jvnet.hudson.test.JenkinsRule;

/** What the live checks and buttons of a form ask Jenkins. */
public final class Forms {

    private Forms() {}

    /**
     * The text that the answer shows, without its markup.
     *
     * @param form the class that is configured
     */
    public static String post(JenkinsRule r, Class<?> form, String method, String parameter, String value)
            throws Exception {
        return postIn(r, "", form, method, parameter, value);
    }

    /** @param item the URL of the item that is configured, which ends with a slash; empty for Jenkins itself */
    public static String postIn(
            JenkinsRule r, String item, Class<?> form, String method, String parameter, String value) throws Exception {
        return send(r.createWebClient(), HttpMethod.POST, item, form, method, parameter, value)
                .getWebResponse()
                .getContentAsString()
                .replaceAll("<[^>]*>", "")
                .replace("&#039;", "'")
                .replace("&quot;", "\"")
                .strip();
    }

    public static Page send(
            JenkinsRule.WebClient client, HttpMethod verb, Class<?> form, String method, String parameter, String value)
            throws Exception {
        return send(client, verb, "", form, method, parameter, value);
    }

    private static Page send(
            JenkinsRule.WebClient client,
            HttpMethod verb,
            String item,
            Class<?> form,
            String method,
            String parameter,
            String value)
            throws Exception {
        URL url = client.createCrumbedUrl(item + "descriptorByName/" + form.getName() + "/" + method);
        WebRequest request = new WebRequest(url, verb);
        request.setCharset(StandardCharsets.UTF_8);
        request.setRequestParameters(List.of(new NameValuePair(parameter, value)));
        return client.getPage(request);
    }
}
