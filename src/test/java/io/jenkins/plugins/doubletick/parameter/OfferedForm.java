package io.jenkins.plugins.doubletick.parameter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import hudson.model.Job;
import io.jenkins.plugins.doubletick.WebUser;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.sf.json.JSONObject;
import org.jvnet.hudson.test.JenkinsRule;

/**
 * What the field of a job's parameter gets from Jenkins while somebody types.
 *
 * @param user the user of the dummy security realm; null for the anonymous one
 */
record OfferedForm(JenkinsRule r, Job<?, ?> job, String parameter, String user) {

    OfferedForm(JenkinsRule r, Job<?, ?> job) {
        this(r, job, "LOGIN_NUMBER", null);
    }

    HttpResponse<String> post(String method, String value) throws Exception {
        return new WebUser(user).post(r, path(job, method, value, parameter));
    }

    static String path(Job<?, ?> job, String method, String value, String parameter) {
        return job.getUrl() + "descriptorByName/" + DoubleTickLoginNumberParameterDefinition.class.getName() + "/"
                + method + "?value=" + URLEncoder.encode(value, StandardCharsets.UTF_8) + "&name="
                + URLEncoder.encode(parameter, StandardCharsets.UTF_8);
    }

    /** Returns what stands beneath the field, with its kind: {@code warning: Nobody …}. */
    String check(String value) throws Exception {
        HttpResponse<String> answer = post("checkValue", value);
        assertEquals(200, answer.statusCode(), value);
        assertFalse(answer.body().matches("(?s).*[0-9]{6}.*") && !answer.body().contains("such as"), answer.body());
        return answer.body()
                .replaceFirst("(?s)^<div class=\"?(\\w+)\"?>", "$1: ")
                .replaceFirst("</div>$", "")
                .replace("&#039;", "'")
                .replace("<div/>", "")
                .strip();
    }

    /** Returns the suggestions. */
    List<String> suggestions(String value) throws Exception {
        HttpResponse<String> answer = post("autoCompleteValue", value);
        assertEquals(200, answer.statusCode(), value);
        assertFalse(answer.body().matches("(?s).*[0-9]{6}.*"), answer.body());
        return JSONObject.fromObject(answer.body()).getJSONArray("suggestions").stream()
                .map(suggestion -> ((JSONObject) suggestion).getString("name"))
                .toList();
    }
}
