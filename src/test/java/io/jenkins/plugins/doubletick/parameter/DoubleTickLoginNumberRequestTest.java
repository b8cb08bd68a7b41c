package io.jenkins.plugins.doubletick.parameter;

import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.MASKED;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.NUMBER;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.freestyle;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.pipeline;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.cli.BuildCommand;
import hudson.cli.CLICommandInvoker;
import hudson.model.Job;
import hudson.model.Result;
import io.jenkins.plugins.doubletick.FinishedBuilds;
import io.jenkins.plugins.doubletick.StandInExtension;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Tries every way to ask for a build, and what the one who asks reads. */
@WithJenkins
class DoubleTickLoginNumberRequestTest {

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private JenkinsRule r;
    private FinishedBuilds finished;
    private JenkinsRule.WebClient browser;
    private JenkinsRule.WebClient web;

    /** Asks for a build with a number, or without one for null. Returns the refusal; null if there was none. */
    private interface Entry {
        String ask(Job<?, ?> job, String number) throws Exception;
    }

    @BeforeEach
    void setUp(JenkinsRule r) throws Exception {
        this.r = r;
        r.jenkins.setQuietPeriod(0);
        finished = FinishedBuilds.watch();
        browser = r.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        web = r.createWebClient().withThrowExceptionOnFailingStatusCode(false).withJavaScriptEnabled(false);
        StandInExtension.addDefaultKey();
    }

    private Map<String, Entry> entries() {
        Map<String, Entry> entries = new LinkedHashMap<>();
        entries.put("form", this::form);
        entries.put("REST", (job, number) -> rest(job, number == null ? "OTHER" : "LOGIN_NUMBER", number));
        entries.put("CLI", this::cli);
        entries.put(
                "build step, string",
                (job, number) -> buildStep(
                        job,
                        number == null ? "" : ", parameters: [string(name: 'LOGIN_NUMBER', value: '" + number + "')]"));
        entries.put(
                "build step, doubletickLoginNumber",
                (job, number) -> buildStep(
                        job,
                        number == null
                                ? ", parameters: [string(name: 'OTHER', value: 'x')]"
                                : ", parameters: [doubletickLoginNumber(name: 'LOGIN_NUMBER', value: '" + number
                                        + "')]"));
        return entries;
    }

    private String form(Job<?, ?> job, String number) throws Exception {
        HtmlPage page = browser.getPage(job, "build?delay=0sec");
        HtmlForm form = page.getFormByName("parameters");
        if (number != null) {
            form.getInputsByName("value").get(0).setValue(number);
        }
        return answer(r.submit(form));
    }

    private String rest(Job<?, ?> job, String parameter, String value) throws Exception {
        WebRequest request =
                new WebRequest(new URL(r.getURL(), job.getUrl() + "buildWithParameters?delay=0sec"), HttpMethod.POST);
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

    private String cli(Job<?, ?> job, String number) {
        List<String> arguments = new ArrayList<>(List.of(job.getFullName()));
        if (number != null) {
            arguments.addAll(List.of("-p", "LOGIN_NUMBER=" + number));
        }
        CLICommandInvoker.Result result =
                new CLICommandInvoker(r, new BuildCommand()).invokeWithArgs(arguments.toArray(new String[0]));
        assertFalse(result.stderr().contains("\tat "), result.stderr());
        assertEquals(result.stderr().isEmpty(), result.returnCode() == 0);
        return result.returnCode() == 0 ? null : result.stderr();
    }

    private String buildStep(Job<?, ?> job, String parameters) throws Exception {
        WorkflowJob upstream = r.createProject(WorkflowJob.class);
        upstream.setDefinition(
                new CpsFlowDefinition("build job: '" + job.getName() + "', wait: false" + parameters, true));
        WorkflowRun build = upstream.scheduleBuild2(0).get();
        String log = JenkinsRule.getLog(build);
        assertFalse(log.contains("\tat "), log);
        return build.getResult() == Result.SUCCESS ? null : log;
    }

    @Test
    void everyEntryBringsTheNumberToTheSteps() throws Exception {
        for (Job<?, ?> job : List.of(freestyle(r, null), pipeline(r, null))) {
            for (Map.Entry<String, Entry> entry : entries().entrySet()) {
                assertNull(entry.getValue().ask(job, "+1 (202) 555-0123"), entry.getKey());
                StandInExtension.assertLog(MASKED + " is logged out", finished.await(job));
                assertEquals(
                        "{\"userPhoneNumber\":\"" + NUMBER.replace("+", "") + "\"}",
                        doubleTick
                                .requests()
                                .get(doubleTick.requests().size() - 1)
                                .body());
            }
            assertEquals(entries().size(), job.getLastBuild().getNumber());
        }
        assertEquals(2 * entries().size(), doubleTick.requests().size());
    }

    @Test
    void wrongNumberIsRefusedBeforeTheQueue() throws Exception {
        Map<String, String> rules = new LinkedHashMap<>();
        rules.put(null, "The login number is blank");
        rules.put("", "The login number is blank");
        rules.put(" ", "The login number is blank");
        rules.put("Alice", "A login number is digits only");
        rules.put(MASKED, "A login number is digits only");
        rules.put("12345", "A login number has 7 to 15 digits");
        rules.put("0012025550123", "A login number begins with the country code, never with 0");
        for (Job<?, ?> job : List.of(freestyle(r, null), pipeline(r, null))) {
            assertAll(entries().entrySet().stream()
                    .flatMap(entry -> rules.entrySet().stream().map(rule -> () -> {
                        String told = entry.getValue().ask(job, rule.getKey());
                        String what = entry.getKey() + " with '" + rule.getKey() + "'";
                        assertTrue(
                                told != null && told.contains("Parameter LOGIN_NUMBER: " + rule.getValue()),
                                () -> what + ": " + told);
                    })));
            assertEquals(0, r.jenkins.getQueue().getItems().length);
            assertEquals(1, job.getNextBuildNumber());
            rules.keySet().retainAll(Arrays.asList(null, "Alice")); // Saves time with the second type of job.
        }
        doubleTick.assertNothingSent();
    }

    @Test
    void defaultIsUsedWhereNoNumberIsGiven() throws Exception {
        for (Job<?, ?> job : List.of(freestyle(r, NUMBER), pipeline(r, NUMBER))) {
            int asked = 0;
            for (Map.Entry<String, Entry> entry : entries().entrySet()) {
                assertNull(entry.getValue().ask(job, null), entry.getKey());
                StandInExtension.assertLog(MASKED + " is logged out", finished.await(job));
                assertEquals(++asked, job.getLastBuild().getNumber());
            }
            assertTrue(form(job, "").contains("The login number is blank"));
            assertTrue(rest(job, "LOGIN_NUMBER", "").contains("The login number is blank"));
        }
    }
}
