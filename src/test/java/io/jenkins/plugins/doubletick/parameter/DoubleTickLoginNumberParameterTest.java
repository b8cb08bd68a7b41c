package io.jenkins.plugins.doubletick.parameter;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.cli.BuildCommand;
import hudson.cli.CLICommandInvoker;
import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.ParameterValue;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.model.StringParameterDefinition;
import io.jenkins.plugins.doubletick.DoubleTickLogoutBuilder;
import io.jenkins.plugins.doubletick.FinishedBuilds;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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

/** Every way to ask for a build, and what each is told. */
@WithJenkins
class DoubleTickLoginNumberParameterTest {

    private static final String NUMBER = DoubleTickStandIn.SECOND_MEMBER;
    private static final String MASKED = "+12•••••0123";
    private static final Pattern CLEAR = Pattern.compile("202\\D{0,2}555\\D{0,2}0123");

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private JenkinsRule r;
    private FinishedBuilds finished;
    private JenkinsRule.WebClient browser;
    private JenkinsRule.WebClient web;

    /** Asks for a build with a number, or with none at all for null. Null if the build was accepted, else what was told. */
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

    private static DoubleTickLoginNumberParameterDefinition definition(String defaultValue) {
        DoubleTickLoginNumberParameterDefinition definition =
                new DoubleTickLoginNumberParameterDefinition("LOGIN_NUMBER");
        definition.setDescription("Who is leaving");
        definition.setDefaultValue(defaultValue);
        return definition;
    }

    private FreeStyleProject freestyle(String defaultValue) throws Exception {
        FreeStyleProject job = r.createFreeStyleProject();
        job.addProperty(new ParametersDefinitionProperty(
                definition(defaultValue), new StringParameterDefinition("OTHER", "value")));
        job.getBuildersList().add(new DoubleTickLogoutBuilder("$LOGIN_NUMBER"));
        return job;
    }

    private WorkflowJob pipeline(String defaultValue) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class);
        job.addProperty(new ParametersDefinitionProperty(
                definition(defaultValue), new StringParameterDefinition("OTHER", "value")));
        job.setDefinition(new CpsFlowDefinition("doubletickLogout loginNumber: params.LOGIN_NUMBER", true));
        return job;
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
        for (Job<?, ?> job : List.of(freestyle(null), pipeline(null))) {
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
        for (Job<?, ?> job : List.of(freestyle(null), pipeline(null))) {
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
            rules.keySet().retainAll(Arrays.asList(null, "Alice")); // Enough for the second type of job.
        }
        doubleTick.assertNothingSent();
    }

    @Test
    void defaultIsUsedWhereNoNumberIsGiven() throws Exception {
        for (Job<?, ?> job : List.of(freestyle(NUMBER), pipeline(NUMBER))) {
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

    @Test
    void logoutsOfTwoMembersAreTwoBuilds() throws Exception {
        FreeStyleProject job = freestyle(null);
        r.jenkins.doQuietDown();
        for (String number : List.of(NUMBER, "+12025550199", "+1 202 555 0123")) {
            rest(job, "LOGIN_NUMBER", number);
        }
        assertEquals(2, r.jenkins.getQueue().getItems().length);
        r.jenkins.doCancelQuietDown();
        assertEquals(3, finished.await(job).getNumber() + finished.await(job).getNumber());
        assertEquals(
                2,
                doubleTick.requests().stream()
                        .map(DoubleTickStandIn.Request::body)
                        .distinct()
                        .count());
    }

    @Test
    void numberIsMaskedOnPagesAndInTheApi() throws Exception {
        FreeStyleProject job = freestyle(NUMBER);
        r.jenkins.doQuietDown();
        rest(job, "LOGIN_NUMBER", NUMBER);
        String queue = r.jenkins.getQueue().getItems()[0].getParams();
        assertTrue(queue.contains("LOGIN_NUMBER=****"), queue);
        assertClearNowhere(job);
        r.jenkins.doCancelQuietDown();
        assertEquals(1, finished.await(job).getNumber());
        assertClearNowhere(job, "1/", "1/parameters/", "1/console", "configure", "build?delay=0sec", "config.xml");
        assertTrue(text(job.getUrl() + "1/parameters/").contains(MASKED));
        assertTrue(text(job.getUrl() + "1/api/json?depth=2")
                .contains("{\"_class\":\"" + DoubleTickLoginNumberParameterValue.class.getName()
                        + "\",\"name\":\"LOGIN_NUMBER\",\"value\":\"" + MASKED + "\"}"));
        assertTrue(job.getBuildByNumber(1).getSensitiveBuildVariables().contains("LOGIN_NUMBER"));
    }

    private void assertClearNowhere(Job<?, ?> job, String... pages) throws Exception {
        List<String> urls = new ArrayList<>(List.of("", "api/json?depth=3", "queue/api/json?depth=3"));
        Stream.of("", "api/json?depth=3", "api/xml?depth=3", "buildHistory/ajax")
                .forEach(page -> urls.add(job.getUrl() + page));
        for (String page : pages) {
            urls.add(job.getUrl() + page);
        }
        for (String url : urls) {
            assertFalse(CLEAR.matcher(text(url)).find(), url);
        }
    }

    private String text(String url) throws Exception {
        Page page = web.goTo(url, null);
        int status = page.getWebResponse().getStatusCode();
        assertTrue(status == 200 || status == 405, url + ": " + status);
        return page.getWebResponse().getContentAsString();
    }

    @Test
    void equalityIsThatOfNameAndNumber() {
        ParameterValue value = new DoubleTickLoginNumberParameterValue("A", NUMBER);
        assertEquals(value, new DoubleTickLoginNumberParameterValue("A", "+1 202 555 0123"));
        assertNotEquals(value, new DoubleTickLoginNumberParameterValue("A", "+12025550199"));
        assertNotEquals(value, new DoubleTickLoginNumberParameterValue("B", NUMBER));
        assertEquals(definition(NUMBER), definition(NUMBER));
        assertNotEquals(definition(NUMBER), definition("+12025550199"));
        assertNotEquals(definition(NUMBER), definition(null));
    }
}
