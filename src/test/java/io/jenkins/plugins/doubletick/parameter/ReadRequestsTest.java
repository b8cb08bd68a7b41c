package io.jenkins.plugins.doubletick.parameter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.cli.CLI;
import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.WebUser;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.replay.ReplayAction;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.jvnet.hudson.test.JenkinsRule;

/** Requests whose sender reads the response: form, REST API, command line, {@code build} step; with numbers and names. */
class ReadRequestsTest extends LoginNumberJobs {

    private static final String NAME = "Daniel Okafor";

    private enum Way {
        FORM,
        REST,
        CLI,
        BUILD_STEP_WITH_STRING,
        BUILD_STEP;

        /** Requests a build with a text, or without the parameter for null. Returns the refusal; null if there was none. */
        @CheckForNull
        String request(Job<?, ?> job, @CheckForNull String text) throws Exception {
            return switch (this) {
                case FORM -> form(job, text);
                case REST -> rest(job, text);
                case CLI -> cli(job, text);
                case BUILD_STEP_WITH_STRING -> buildStep(job, "string", text);
                case BUILD_STEP -> buildStep(job, "doubletickLoginNumber", text);
            };
        }
    }

    /** Uses the real command line over HTTP, in this process. */
    private static String cli(Job<?, ?> job, String text) throws Exception {
        List<String> arguments =
                new ArrayList<>(List.of("-s", r.getURL().toString(), "-http", "build", job.getFullName()));
        if (text != null) {
            arguments.addAll(List.of("-p", "LOGIN_NUMBER=" + text));
        }
        InputStream in = System.in;
        PrintStream err = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setIn(InputStream.nullInputStream());
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        int code;
        try {
            code = CLI._main(arguments.toArray(new String[0]));
        } finally {
            System.setIn(in);
            System.setErr(err);
        }
        String answer = printed.toString(StandardCharsets.UTF_8);
        assertFalse(answer.contains("\tat "), answer);
        return code == 0 ? null : answer;
    }

    private static String buildStep(Job<?, ?> job, String type, String text) throws Exception {
        String parameter = text == null
                ? "string(name: 'OTHER', value: 'x')"
                : type + "(name: 'LOGIN_NUMBER', value: '" + text + "')";
        WorkflowRun upstream = pipeline(
                        "build job: '" + job.getName() + "', wait: false, parameters: [" + parameter + "]")
                .scheduleBuild2(0)
                .get();
        String log = JenkinsRule.getLog(upstream);
        assertFalse(log.contains("\tat "), log);
        return upstream.getResult() == Result.SUCCESS ? null : log;
    }

    @ParameterizedTest
    @EnumSource
    void numberIsCheckedAndPassedToTheSteps(Way way) throws Exception {
        Job<?, ?> job = way == Way.FORM || way == Way.BUILD_STEP ? freestyleJob(null) : pipelineJob(null);
        assertRefused("The login number is blank", way.request(job, null));
        assertRefused("A login number has 7 to 15 digits", way.request(job, "12345"));
        assertEquals(1, job.getNextBuildNumber());
        assertNull(way.request(job, "+1 (202) 555-0123"));
        assertLog(MASKED + " is logged out", finished.await(job));
        doubleTick.assertOneLogout(KEY, NUMBER);
        definitionOf(job).setDefaultValue(NUMBER);
        assertNull(way.request(job, null));
        assertLog(MASKED + " is logged out", finished.await(job));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ' '          | The login number is blank
            ''           | The login number is blank
            Alice        | A login number cannot contain
            +12•••••0199 | This number is masked
            """)
    void wrongNumber(String text, String reason) throws Exception {
        FreeStyleProject job = freestyleJob(NUMBER);
        assertRefused(reason, rest(job, text));
        assertEquals(1, job.getNextBuildNumber());
    }

    @Test
    void severalNumbersInOneRequestAreRefused() throws Exception {
        FreeStyleProject job = freestyleJob(null);
        String value = "{\"name\":\"LOGIN_NUMBER\",\"value\":\"%s\"}";
        String json = "{\"parameter\":[" + value.formatted(NUMBER) + "," + value.formatted(MEMBER) + "]}";
        String path = job.getUrl() + "build?json=" + WebUser.encode(json);
        HttpResponse<String> answer = new WebUser(null).post(r, path);
        assertRefused("The request has several login numbers", refusal(answer.statusCode(), answer.body()));
        assertEquals(1, job.getNextBuildNumber());
    }

    @ParameterizedTest
    @EnumSource(names = {"FORM", "REST", "CLI"})
    void nameOfAMemberAwaitsTheTeam(Way way) throws Exception {
        String name = "O'Neil, Zoë (night shift)";
        FreeStyleProject job = offering(r.jenkins, "doubletick");
        CountDownLatch answer = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.after(
                answer, Teams.listing(Teams.member(name, NUMBER.substring(1), "zoe@example.com", null))))) {
            StandInExtension.use(server.url());
            FutureTask<String> request = new FutureTask<>(() -> way.request(job, name));
            new Thread(request).start();
            assertTrue(server.awaitRequest().startsWith("GET /team "));
            assertFalse(request.isDone());
            answer.countDown();
            assertNull(request.get(1, TimeUnit.MINUTES));
            assertNamed(name, finished.await(job));
            assertRefused("Nobody in the team matches this text.", way.request(job, "Nadia"));
            assertEquals(2, job.getNextBuildNumber());
            assertEquals(1, server.requests().size());
        }
    }

    @Test
    void wholeTextsNameAMemberAndPartsDoNot() throws Exception {
        FreeStyleProject job = offering(r.jenkins, "doubletick");
        for (String text :
                List.of("daniel.okafor@example.com", "Daniel Okafor, Manager, +12•••••0123", "+1 202 555 0123")) {
            assertNull(rest(job, text), text);
            assertNamed(NAME, finished.await(job));
        }
        assertNull(rest(job, "priya.n@example.com"));
        assertEquals(
                "Priya Nair, priya.n@example.com", valueOf(finished.await(job)).memberName());
        Map<String, String> refusals = Map.of(
                "Pri", "This is only part of a name",
                "Priya Nair", "Several members have this name.",
                "Zoë Brandt", "DoubleTick has no login number for this member.",
                "0123", "A login number has 7 to 15 digits");
        for (Map.Entry<String, String> refusal : refusals.entrySet()) {
            String answer = rest(job, refusal.getKey());
            assertRefused(refusal.getValue(), answer);
            assertEquals(refusal.getKey().startsWith("Pri"), answer.contains("priya.n@example.com"), answer);
        }
        assertEquals(5, job.getNextBuildNumber());
    }

    @ParameterizedTest
    @EnumSource(names = {"BUILD_STEP", "BUILD_STEP_WITH_STRING"})
    void buildStepAcceptsNumbersOnly(Way way) throws Exception {
        FreeStyleProject job = offering(r.jenkins, "doubletick");
        assertRefused("A login number cannot contain", way.request(job, NAME));
        assertNull(way.request(job, NUMBER));
        assertNamed(null, finished.await(job));
        doubleTick.assertNothingSent();
    }

    @Test
    void rebuildKeepsTheNumberAndNamesTheMember() throws Exception {
        FreeStyleProject job = offering(r.jenkins, "doubletick");
        assertNull(rest(job, NUMBER));
        Run<?, ?> build = finished.await(job);
        assertEquals(200, rebuild(build));
        assertNamed(NAME, finished.await(job));
        // The same mask for two numbers is not guessed.
        definitionOf(job).setDefaultValue("+12345550123");
        assertEquals(400, rebuild(build));
        assertEquals(3, job.getNextBuildNumber());
    }

    private static int rebuild(Run<?, ?> build) throws Exception {
        try (JenkinsRule.WebClient web = r.createWebClient().withThrowExceptionOnFailingStatusCode(false)) {
            HtmlPage page = web.getPage(build, "rebuild/parameterized");
            assertFalse(page.getWebResponse().getContentAsString().contains("2025550123"));
            HtmlForm form = page.getFormByName("config");
            assertEquals(MASKED, form.getInputsByName("value").get(0).getValue());
            return r.submit(form).getWebResponse().getStatusCode();
        }
    }

    /** Rebuilding without its form, and Replay, start with the earlier build's values. */
    @Test
    void replayAndAutomaticRebuildShowNoName() throws Exception {
        WorkflowJob job = pipelineJob(null);
        job.removeProperty(ParametersDefinitionProperty.class);
        job.addProperty(parameters(null, "doubletick"));
        assertNull(rest(job, NAME));
        WorkflowRun build = (WorkflowRun) finished.await(job);
        assertNamed(NAME, build);
        ReplayAction replay = build.getAction(ReplayAction.class);
        replay.run(replay.getOriginalScript(), Map.of(), true);
        assertNamed(null, finished.await(job));
        new WebUser(null).post(r, build.getUrl() + "rebuild/?autorebuild=true");
        assertNamed(null, finished.await(job));
        assertNamed(NAME, build);
    }

    /** The page of an input step does not say who may see a team, even if its parameter looks like the job's. */
    @Test
    void inputStepAcceptsNumbersOnly() throws Exception {
        WorkflowJob job = pipeline("""
                def number = input id: 'Who', message: 'Who?', parameters: [doubletickLoginNumber(
                    name: 'LOGIN_NUMBER', credentialsId: 'doubletick', defaultValue: '+1 202 555 0123')]
                doubletickLogout loginNumber: number
                """);
        job.addProperty(parameters(null, "doubletick"));
        WorkflowRun build = job.scheduleBuild2(0, number(NUMBER)).waitForStart();
        r.waitForMessage("Input requested", build);
        assertEquals(400, proceed(build, NAME));
        assertEquals(200, proceed(build, MASKED));
        end(Result.SUCCESS, build);
        doubleTick.assertOneLogout(KEY, NUMBER);
    }

    private static int proceed(WorkflowRun build, String text) throws Exception {
        try (JenkinsRule.WebClient web = r.createWebClient().withThrowExceptionOnFailingStatusCode(false)) {
            HtmlPage page = web.getPage(build, "input");
            assertFalse(page.asXml().contains("auto-complete"));
            HtmlForm form = page.getFormByName("Who");
            assertEquals(MASKED, form.getInputsByName("value").get(0).getValue());
            form.getInputsByName("value").get(0).setValue(text);
            return r.submit(form, "proceed").getWebResponse().getStatusCode();
        }
    }
}
