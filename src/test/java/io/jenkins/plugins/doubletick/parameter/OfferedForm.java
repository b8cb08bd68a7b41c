package io.jenkins.plugins.doubletick.parameter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import hudson.model.Job;
import io.jenkins.plugins.doubletick.WebUser;
import java.net.http.HttpResponse;
import java.util.List;
import net.sf.json.JSONObject;
import org.apache.commons.lang3.StringUtils;
import org.jvnet.hudson.test.JenkinsRule;

/**
 * The requests of the parameter's field while somebody types.
 *
 * @param url the page's owner: a job, or the build to build again
 * @param user the user of the dummy security realm; null for the anonymous one
 */
record OfferedForm(JenkinsRule r, String url, String parameter, String user) {

    OfferedForm(JenkinsRule r, Job<?, ?> job) {
        this(r, job.getUrl(), "LOGIN_NUMBER", null);
    }

    OfferedForm as(String someone) {
        return new OfferedForm(r, url, parameter, someone);
    }

    OfferedForm of(String otherParameter) {
        return new OfferedForm(r, url, otherParameter, user);
    }

    HttpResponse<String> post(String method, String value) throws Exception {
        return new WebUser(user).post(r, path(method, value));
    }

    String path(String method, String value) {
        return url + "descriptorByName/" + DoubleTickLoginNumberParameterDefinition.class.getName() + "/" + method
                + "?value=" + WebUser.encode(value) + "&name=" + WebUser.encode(parameter);
    }

    /** Returns the message beneath the field, with its kind: {@code warning: Nobody …}; empty if there is none. */
    String check(String value) throws Exception {
        return message("checkValue", value);
    }

    String message(String method, String value) throws Exception {
        HttpResponse<String> answer = post(method, value);
        assertEquals(200, answer.statusCode(), value);
        String text = StringUtils.replaceEach(
                answer.body(), new String[] {"&#039;", "&quot;", "<div/>"}, new String[] {"'", "\"", ""});
        assertFalse(text.replaceAll("(such as|not|or) \\+?[0-9]+", "").matches("(?s).*[0-9]{6}.*"), text);
        return text.replaceFirst("(?s)^<div class=\"?(\\w+)\"?>", "$1: ")
                .replaceFirst("</div>$", "")
                .strip();
    }

    List<String> suggestions(String value) throws Exception {
        HttpResponse<String> answer = post("autoCompleteValue", value);
        assertEquals(200, answer.statusCode(), value);
        assertFalse(answer.body().matches("(?s).*[0-9]{6}.*"), answer.body());
        return JSONObject.fromObject(answer.body()).getJSONArray("suggestions").stream()
                .map(suggestion -> ((JSONObject) suggestion).getString("name"))
                .toList();
    }
}
