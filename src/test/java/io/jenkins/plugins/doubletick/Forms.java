package io.jenkins.plugins.doubletick;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jvnet.hudson.test.JenkinsRule;
import org.springframework.web.util.HtmlUtils;

/** What the live checks and buttons of a form ask Jenkins. */
public final class Forms {

    private Forms() {}

    /**
     * The text that the answer shows.
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
        String path = item + "descriptorByName/" + form.getName() + "/" + method + "?" + parameter + "="
                + URLEncoder.encode(value, StandardCharsets.UTF_8);
        return text(new WebUser(null).post(r, path).body()).strip();
    }

    /** The text of a part of a page, without its markup. */
    public static String text(String html) {
        return HtmlUtils.htmlUnescape(html.replaceAll("<[^>]*>", ""));
    }
}
