package io.jenkins.plugins.doubletick.parameter;

import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.NUMBER;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.number;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.offering;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.script;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.valueOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.cli.CLI;
import hudson.model.Cause;
import hudson.model.FreeStyleProject;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Run;
import hudson.model.StringParameterValue;
import io.jenkins.plugins.doubletick.FinishedBuilds;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.stream.Collectors;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.replay.ReplayAction;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.LogRecorder;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Asks for builds by name in every way, and looks at what the build knows then. */
@WithJenkins
class TeamRequestTest {

    private static final String NAME = "Daniel Okafor";

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private static JenkinsRule r;

    private FinishedBuilds finished;
    private BuildRequests requests;
    private FreeStyleProject job;

    @BeforeAll
    static void start(JenkinsRule rule) {
        r = rule;
    }

    @BeforeEach
    void setUp() throws Exception {
        r.jenkins.setQuietPeriod(0);
        StandInExtension.onlyDefaultKey();
        finished = FinishedBuilds.watch();
        requests = new BuildRequests(r);
        job = offering(r.jenkins, "doubletick");
        job.getBuildersList().add(new DoubleTickLogoutBuilder("$LOGIN_NUMBER"));
    }

    private void awaitTeam() throws Exception {
        TeamProvider.get().ask(job, "doubletick").get(1, TimeUnit.MINUTES);
    }

    private static void assertNamed(Run<?, ?> build) {
        assertEquals(NUMBER, valueOf(build).getValue());
        assertEquals(NAME, valueOf(build).memberName());
    }

    @Test
    void everyWayTakesWhatNamesAMember() throws Exception {
        awaitTeam();
        for (Map.Entry<String, BuildRequests.Way> way : requests.ways().entrySet()) {
            for (String text : List.of(
                    NAME, "daniel.okafor@example.com", "Daniel Okafor, Manager, +12•••••0123", "+1 202 555 0123")) {
                assertNull(way.getValue().ask(job, text), way.getKey());
                Run<?, ?> build = finished.await(job);
                assertNamed(build);
                StandInExtension.assertLog("+12•••••0123 is logged out", build);
            }
        }
        assertEquals(
                1,
                doubleTick.requests().stream()
                        .filter(request -> request.path().equals("/team"))
                        .count());
    }

    /** A server that lists the team when it may answer. */
    private static ScriptedServer teamAfter(CountDownLatch answer) throws Exception {
        return new ScriptedServer((socket, itself) -> {
            answer.await();
            ScriptedServer.answer(200, "{\"data\":[{\"name\":\"" + NAME + "\",\"phone\":\"" + NUMBER + "\"}]}")
                    .to(socket, itself);
        });
    }

    @Test
    void formRestAndCliWaitForTheTeam() throws Exception {
        for (String way : List.of("form", "REST", "CLI")) {
            job = offering(r.jenkins, "doubletick");
            CountDownLatch answer = new CountDownLatch(1);
            try (ScriptedServer server = teamAfter(answer)) {
                StandInExtension.use(server.url());
                FutureTask<String> asking =
                        new FutureTask<>(() -> requests.ways().get(way).ask(job, NAME));
                new Thread(asking).start();
                assertTrue(server.awaitRequest().startsWith("GET /team "));
                assertFalse(asking.isDone(), way);
                answer.countDown();
                assertNull(asking.get(1, TimeUnit.MINUTES), way);
                assertNamed(finished.await(job));
            }
        }
    }

    /** As somebody at a terminal does, in a process of its own. */
    @Test
    void realCommandLine() throws Exception {
        assertEquals("", commandLine(NAME));
        assertNamed(finished.await(job));
        assertTrue(commandLine("Ash").contains("Asha Rao, Agent, +91••••••3210"));
    }

    /** Returns what the command says. */
    private String commandLine(String who) throws Exception {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-Dfile.encoding=UTF-8",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CLI.class.getName(),
                        "-s",
                        r.getURL().toString(),
                        "-http",
                        "build",
                        job.getName(),
                        "-p",
                        "LOGIN_NUMBER=" + who)
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains("ERROR"))
                .collect(Collectors.joining());
    }

    @Test
    void specialNames() throws Exception {
        awaitTeam();
        for (BuildRequests.Way way : requests.ways().values()) {
            assertNull(way.ask(job, "O'Neil, Sam (night shift), Agent, +91••••••3230"));
            assertEquals(
                    "O'Neil, Sam (night shift)", valueOf(finished.await(job)).memberName());
        }
    }

    @Test
    void everyWayRefusesWhatDoesNotNameOneMember() throws Exception {
        awaitTeam();
        Map<String, String> refusals = new LinkedHashMap<>();
        refusals.put("Nadia", "Nobody in the team fits this text; check the spelling, or give the login number");
        refusals.put("Asha Rao, Agent, +91••••••3211", "Nobody in the team fits this text");
        refusals.put("Pri", "This is only a part of a name; give all of it or a suggestion, or the login number");
        refusals.put("Priya Nair", "Several members have this name; choose one, or give the login number");
        refusals.put("Zoë Brandt", "DoubleTick has no login number for this member");
        for (Map.Entry<String, BuildRequests.Way> way : requests.ways().entrySet()) {
            for (Map.Entry<String, String> refusal : refusals.entrySet()) {
                String told = way.getValue().ask(job, refusal.getKey());
                assertNotNull(told, way.getKey());
                assertTrue(told.contains("Parameter LOGIN_NUMBER: " + refusal.getValue()), way.getKey() + ": " + told);
                // Whoever reads the log of another job's build need not know this job's team.
                assertEquals(
                        refusal.getKey().startsWith("Pri") && !way.getKey().startsWith("build step"),
                        told.contains("priya.n@example.com, +91••••••3288"),
                        told);
            }
            assertTrue(way.getValue().ask(job, "0123").contains("A login number has 7 to 15 digits"));
        }
        assertEquals(1, job.getNextBuildNumber());
        assertEquals(0, r.jenkins.getQueue().getItems().length);
        assertEquals(1, doubleTick.requests().size());
    }

    @Test
    void buildStepIsToldToTryAgainWhenTheTeamIsThere() throws Exception {
        for (String way : List.of("build step, string", "build step, doubletickLoginNumber")) {
            job = offering(r.jenkins, "doubletick");
            CountDownLatch answer = new CountDownLatch(1);
            try (ScriptedServer server = teamAfter(answer)) {
                StandInExtension.use(server.url());
                String told = requests.ways().get(way).ask(job, NAME);
                assertTrue(
                        told.contains("Parameter LOGIN_NUMBER: The members of the team are being looked up. Try again"
                                + " in a moment, or give the login number."),
                        told);
                answer.countDown();
                awaitTeam();
                assertNull(requests.ways().get(way).ask(job, NAME));
                assertNamed(finished.await(job));
            }
        }
    }

    @Test
    void triggerIsRefusedWithoutAName() throws Exception {
        LogRecorder log = new LogRecorder()
                .record(LoginNumberQueueDecisionHandler.class, Level.WARNING)
                .capture(10);
        awaitTeam();
        assertNull(job.scheduleBuild2(0, new Cause.UserIdCause(), number("Ash")));
        assertEquals(
                List.of("Refused a build of " + job.getName()
                        + ". Parameter LOGIN_NUMBER: This is only a part of a name;"
                        + " give all of it or a suggestion, or the login number."),
                log.getMessages());
        r.assertBuildStatusSuccess(
                job.scheduleBuild2(0, new ParametersAction(new StringParameterValue("LOGIN_NUMBER", NAME))));
        assertNamed(job.getLastBuild());
    }

    @Test
    void otherJobsParametersTakeNumbersOnly() throws Exception {
        awaitTeam();
        FreeStyleProject other = offering(r.jenkins, null);
        for (Map.Entry<String, BuildRequests.Way> way : requests.ways().entrySet()) {
            String told = way.getValue().ask(other, NAME);
            assertTrue(told.contains("Parameter LOGIN_NUMBER: A login number is digits only"), told);
            assertNull(way.getValue().ask(other, NUMBER));
            assertNull(valueOf(finished.await(other)).memberName());
        }
    }

    /** The parameter of an input step is not the job's, also if it looks like it: nothing says who may see a team. */
    @Test
    void inputStepTakesNumbersOnly() throws Exception {
        awaitTeam();
        WorkflowJob pipeline = script(r, """
                def number = input id: 'Who', message: 'Who?', parameters: [
                    doubletickLoginNumber(name: 'LOGIN_NUMBER', credentialsId: 'doubletick')]
                doubletickLogout loginNumber: number
                """);
        pipeline.addProperty(job.removeProperty(ParametersDefinitionProperty.class));
        WorkflowRun build = pipeline.scheduleBuild2(0, number(NUMBER)).waitForStart();
        r.waitForMessage("Input requested", build);
        JenkinsRule.WebClient web = r.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        for (String text : List.of(NAME, NUMBER)) {
            HtmlPage page = web.getPage(build, "input");
            assertFalse(page.asXml().contains("auto-complete"));
            HtmlForm form = page.getFormByName("Who");
            form.getInputsByName("value").get(0).setValue(text);
            assertEquals(
                    text.equals(NAME) ? 400 : 200,
                    r.submit(form, "proceed").getWebResponse().getStatusCode());
        }
        r.assertBuildStatusSuccess(r.waitForCompletion(build));
        assertEquals(
                List.of("/team", "/team-member/logout"),
                doubleTick.requests().stream()
                        .map(DoubleTickStandIn.Request::path)
                        .toList());
    }

    @Test
    void pagesAndRestApiNameTheMember() throws Exception {
        assertNull(requests.form(job, NAME));
        Run<?, ?> build = finished.await(job);
        JenkinsRule.WebClient web = r.createWebClient();
        assertTrue(web.getPage(build, "parameters/")
                .getWebResponse()
                .getContentAsString()
                .contains(NAME + ", +12•••••0123"));
        assertTrue(((HtmlPage) web.getPage(build)).asNormalizedText().contains(NAME + ", +12•••••0123 logged out"));
        String json = web.goTo(build.getUrl() + "api/json", "application/json")
                .getWebResponse()
                .getContentAsString();
        assertTrue(
                json.contains("\"name\":\"LOGIN_NUMBER\",\"member\":\"Daniel Okafor\",\"value\":\"+12•••••0123\"}"),
                json);
    }

    @Test
    void buildsThatAreMadeAgainKeepTheName() throws Exception {
        assertNull(requests.form(job, NAME));
        Run<?, ?> build = finished.await(job);
        HtmlPage page = r.createWebClient().getPage(build, "rebuild/parameterized");
        HtmlForm form = page.getFormByName("config");
        assertTrue(form.getInputsByName("value").get(0).getAttribute("class").contains("auto-complete"));
        assertEquals("+12•••••0123", form.getInputsByName("value").get(0).getValue());
        r.submit(form);
        assertNamed(finished.await(job));

        WorkflowJob pipeline = script(r, "echo 'built'");
        pipeline.addProperty(job.removeProperty(ParametersDefinitionProperty.class));
        assertNull(requests.form(pipeline, NAME));
        Run<?, ?> run = finished.await(pipeline);
        StandInExtension.use("http://127.0.0.1:1");
        ReplayAction replay = run.getAction(ReplayAction.class);
        assertNamed((Run<?, ?>)
                replay.run(replay.getOriginalScript(), Map.of(), true).get());

        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(200, "{\"data\":[]}"))) {
            StandInExtension.use(server.url());
            TeamProvider.get().ask(pipeline, "doubletick").get(1, TimeUnit.MINUTES);
            Run<?, ?> now = (Run<?, ?>)
                    replay.run(replay.getOriginalScript(), Map.of(), true).get();
            assertEquals(NUMBER, valueOf(now).getValue());
            assertNull(valueOf(now).memberName(), "The number is not this member's any more");
        }
    }
}
