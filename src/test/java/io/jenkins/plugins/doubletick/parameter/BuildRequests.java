package io.jenkins.plugins.doubletick.parameter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import hudson.cli.BuildCommand;
import hudson.cli.CLICommand;
import hudson.cli.CLICommandInvoker;
import hudson.model.Job;
import hudson.model.Result;
import java.lang.reflect.Method;
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
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jvnet.hudson.test.JenkinsRule;

/** Every way to ask for a build of a job with a parameter LOGIN_NUMBER. */
final class BuildRequests {

    /** Asks for a build with a number, or without one for null. Returns the refusal; null if there was none. */
    interface Way {
        String ask(Job<?, ?> job, String number) throws Exception;
    }

    private final JenkinsRule r;
    private final JenkinsRule.WebClient browser;
    private final JenkinsRule.WebClient web;

    BuildRequests(JenkinsRule r) {
        this.r = r;
        browser = r.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        web = r.createWebClient().withThrowExceptionOnFailingStatusCode(false).withJavaScriptEnabled(false);
    }

    /** All of them, by what they are. */
    Map<String, Way> ways() {
        Map<String, Way> ways = new LinkedHashMap<>();
        ways.put("form", this::form);
        ways.put("REST", (job, number) -> rest(job, number == null ? "OTHER" : "LOGIN_NUMBER", number));
        ways.put("CLI", this::cli);
        ways.put(
                "build step, string",
                (job, number) -> buildStep(
                        job,
                        number == null
                                ? ""
                                : ", parameters: [string(name: 'LOGIN_NUMBER', value: '" + quoted(number) + "')]"));
        ways.put(
                "build step, doubletickLoginNumber",
                (job, number) -> buildStep(
                        job,
                        number == null
                                ? ", parameters: [string(name: 'OTHER', value: 'x')]"
                                : ", parameters: [doubletickLoginNumber(name: 'LOGIN_NUMBER', value: '" + quoted(number)
                                        + "')]"));
        return ways;
    }

    String form(Job<?, ?> job, String number) throws Exception {
        HtmlPage page = browser.getPage(job, "build?delay=0sec");
        HtmlForm form = page.getFormByName("parameters");
        if (number != null) {
            form.getInputsByName("value").get(0).setValue(number);
        }
        return answer(r.submit(form));
    }

    String rest(Job<?, ?> job, String parameter, String value) throws Exception {
        WebRequest request =
                new WebRequest(new URL(r.getURL(), job.getUrl() + "buildWithParameters?delay=0sec"), HttpMethod.POST);
        request.setCharset(StandardCharsets.UTF_8);
        request.setRequestParameters(List.of(new NameValuePair(parameter, value == null ? "x" : value)));
        return answer(web.getPage(web.addCrumb(request)));
    }

    private static String answer(Page page) {
        int status = page.getWebResponse().getStatusCode();
        if (status < 300) {
            return null;
        }
        assertEquals(400, status);
        assertFalse(page.getWebResponse().getContentAsString().contains("\tat "), "stack trace");
        return ((HtmlPage) page).asNormalizedText();
    }

    String cli(Job<?, ?> job, String number) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(job.getFullName()));
        if (number != null) {
            arguments.addAll(List.of("-p", "LOGIN_NUMBER=" + number));
        }
        BuildCommand command = new BuildCommand();
        // Does what the invoker leaves out: the server of the command line says which command it runs.
        Method setCurrent = CLICommand.class.getDeclaredMethod("setCurrent", CLICommand.class);
        setCurrent.setAccessible(true);
        setCurrent.invoke(null, command);
        CLICommandInvoker.Result result;
        try {
            result = new CLICommandInvoker(r, command).invokeWithArgs(arguments.toArray(new String[0]));
        } finally {
            setCurrent.invoke(null, (Object) null);
        }
        assertFalse(result.stderr().contains("\tat "), result.stderr());
        assertEquals(result.stderr().isEmpty(), result.returnCode() == 0);
        return result.returnCode() == 0 ? null : result.stderr();
    }

    String buildStep(Job<?, ?> job, String parameters) throws Exception {
        WorkflowJob upstream = r.createProject(WorkflowJob.class);
        upstream.setDefinition(
                new CpsFlowDefinition("build job: '" + job.getName() + "', wait: false" + parameters, true));
        WorkflowRun build = upstream.scheduleBuild2(0).get();
        String log = JenkinsRule.getLog(build);
        assertFalse(log.contains("\tat "), log);
        return build.getResult() == Result.SUCCESS ? null : log;
    }

    private static String quoted(String text) {
        return text.replace("'", "\\'");
    }
}
