package io.jenkins.plugins.doubletick.parameter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import hudson.cli.CLI;
import hudson.model.Job;
import hudson.model.Result;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.htmlunit.HttpMethod;
import org.htmlunit.Page;
import org.htmlunit.WebRequest;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.htmlunit.util.NameValuePair;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jvnet.hudson.test.JenkinsRule;

/** The requests for a build of a job with a parameter LOGIN_NUMBER whose answer somebody reads. */
final class BuildRequests {

    /** Asks for a build with a text, or without the parameter for null. Returns the refusal; null if there was none. */
    interface Way {
        String ask(Job<?, ?> job, String text) throws Exception;
    }

    private final JenkinsRule r;
    private final JenkinsRule.WebClient browser;
    private final JenkinsRule.WebClient web;

    BuildRequests(JenkinsRule r) {
        this.r = r;
        browser = r.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        web = r.createWebClient().withThrowExceptionOnFailingStatusCode(false).withJavaScriptEnabled(false);
    }

    /** Returns all ways by their names. */
    Map<String, Way> ways() {
        Map<String, Way> ways = waysOfTheJob();
        ways.put(
                "build step, string",
                (job, text) -> buildStep(job, "string(name: 'OTHER', value: 'x')", "string", text));
        ways.put(
                "build step, doubletickLoginNumber",
                (job, text) -> buildStep(job, null, "doubletickLoginNumber", text));
        return ways;
    }

    /** Returns the ways whose user must be allowed to build the job. */
    Map<String, Way> waysOfTheJob() {
        Map<String, Way> ways = new LinkedHashMap<>();
        ways.put("form", this::form);
        ways.put("REST", this::rest);
        ways.put("CLI", this::cli);
        return ways;
    }

    String form(Job<?, ?> job, String text) throws Exception {
        HtmlForm form = ((HtmlPage) browser.getPage(job, "build?delay=0sec")).getFormByName("parameters");
        if (text != null) {
            form.getInputsByName("value").get(0).setValue(text);
        }
        return answer(r.submit(form));
    }

    String rest(Job<?, ?> job, String text) throws Exception {
        WebRequest request =
                new WebRequest(new URL(r.getURL(), job.getUrl() + "buildWithParameters?delay=0sec"), HttpMethod.POST);
        request.setCharset(StandardCharsets.UTF_8);
        request.setRequestParameters(
                List.of(text == null ? new NameValuePair("OTHER", "x") : new NameValuePair("LOGIN_NUMBER", text)));
        return answer(web.getPage(web.addCrumb(request)));
    }

    private static String answer(Page page) {
        if (page.getWebResponse().getStatusCode() < 300) {
            return null;
        }
        assertEquals(400, page.getWebResponse().getStatusCode());
        assertFalse(page.getWebResponse().getContentAsString().contains("\tat "), "stack trace");
        return ((HtmlPage) page).asNormalizedText();
    }

    /** Uses the real command line over HTTP, in this process. */
    private String cli(Job<?, ?> job, String text) throws Exception {
        List<String> arguments =
                new ArrayList<>(List.of("-s", r.getURL().toString(), "-http", "build", job.getFullName()));
        if (text != null) {
            arguments.addAll(List.of("-p", "LOGIN_NUMBER=" + text));
        }
        InputStream in = System.in;
        PrintStream err = System.err;
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        System.setIn(InputStream.nullInputStream());
        System.setErr(new PrintStream(told, true, StandardCharsets.UTF_8));
        int code;
        try {
            code = CLI._main(arguments.toArray(new String[0]));
        } finally {
            System.setIn(in);
            System.setErr(err);
        }
        String answer = told.toString(StandardCharsets.UTF_8);
        assertFalse(answer.contains("\tat "), answer);
        return code == 0 ? null : answer;
    }

    private String buildStep(Job<?, ?> job, String otherwise, String type, String text) throws Exception {
        String given =
                text == null ? otherwise : type + "(name: 'LOGIN_NUMBER', value: '" + text.replace("'", "\\'") + "')";
        WorkflowJob upstream = LoginNumberJobs.script(
                r,
                "build job: '" + job.getName() + "', wait: false"
                        + (given == null ? "" : ", parameters: [" + given + "]"));
        WorkflowRun build = upstream.scheduleBuild2(0).get();
        String log = JenkinsRule.getLog(build);
        assertFalse(log.contains("\tat "), log);
        return build.getResult() == Result.SUCCESS ? null : log;
    }
}
