package io.jenkins.plugins.doubletick.parameter;

import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.MASKED;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.NUMBER;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.freestyleJob;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.offering;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.pipelineJob;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.valueOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.FinishedBuilds;
import io.jenkins.plugins.doubletick.OneJenkins;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.htmlunit.HttpMethod;
import org.htmlunit.WebRequest;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.replay.ReplayAction;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** Requests whose answer somebody reads: form, REST, command line, {@code build}; with numbers and with names. */
class ReadRequestsTest extends OneJenkins {

    private static final String NAME = "Daniel Okafor";

    private FinishedBuilds finished;
    private BuildRequests requests;
    private FreeStyleProject offering;

    @BeforeEach
    void setUp() throws Exception {
        r.jenkins.setQuietPeriod(0);
        finished = FinishedBuilds.watch();
        requests = new BuildRequests(r);
        offering = offering(r.jenkins, "doubletick");
    }

    private static void assertNamed(String name, Run<?, ?> build) {
        assertEquals(NUMBER, valueOf(build).getValue());
        assertEquals(name, valueOf(build).memberName());
    }

    @Test
    void everyWayPassesTheNumberToTheSteps() throws Exception {
        for (Job<?, ?> job : List.of(freestyleJob(r, null), pipelineJob(r, null))) {
            for (Map.Entry<String, BuildRequests.Way> way : requests.ways().entrySet()) {
                assertNull(way.getValue().ask(job, "+1 (202) 555-0123"), way.getKey());
                StandInExtension.assertLog(MASKED + " is logged out", finished.await(job));
            }
        }
        assertEquals(2 * requests.ways().size(), doubleTick.requests().size());
        assertEquals(
                List.of("{\"userPhoneNumber\":\"12025550123\"}"),
                doubleTick.requests().stream()
                        .map(each -> each.body())
                        .distinct()
                        .toList());
    }

    @Test
    void everyWayRefusesAMissingOrWrongNumber() throws Exception {
        Map<String, String> rules = new LinkedHashMap<>();
        rules.put(null, "The login number is blank");
        rules.put(" ", "The login number is blank");
        rules.put("Alice", "A login number cannot contain");
        rules.put(MASKED, "This is a masked number");
        rules.put("12345", "A login number has 7 to 15 digits");
        for (Job<?, ?> job : List.of(freestyleJob(r, null), pipelineJob(r, null))) {
            for (Map.Entry<String, BuildRequests.Way> way : requests.ways().entrySet()) {
                for (Map.Entry<String, String> rule : rules.entrySet()) {
                    String told = way.getValue().ask(job, rule.getKey());
                    assertTrue(
                            told != null && told.contains("Parameter LOGIN_NUMBER: " + rule.getValue()),
                            () -> way.getKey() + " with " + rule.getKey() + ": " + told);
                }
            }
            assertNull(job.getLastBuild());
            rules.keySet().removeAll(Arrays.asList(null, " ", MASKED)); // Saves time with the second type of job.
        }
        assertEquals(0, r.jenkins.getQueue().getItems().length);
        doubleTick.assertNothingSent();
    }

    @Test
    void everyWayUsesTheDefaultWithoutANumber() throws Exception {
        Job<?, ?> job = freestyleJob(r, NUMBER);
        for (Map.Entry<String, BuildRequests.Way> way : requests.ways().entrySet()) {
            assertNull(way.getValue().ask(job, null), way.getKey());
            StandInExtension.assertLog(MASKED + " is logged out", finished.await(job));
        }
        assertTrue(requests.form(job, "").contains("The login number is blank"));
        assertTrue(requests.rest(job, "").contains("The login number is blank"));
    }

    @Test
    void formRestAndCliTakeWhatNamesAMember() throws Exception {
        for (Map.Entry<String, BuildRequests.Way> way : requests.waysOfTheJob().entrySet()) {
            for (String text : List.of(
                    NAME, "daniel.okafor@example.com", "Daniel Okafor, Manager, +12•••••0123", "+1 202 555 0123")) {
                assertNull(way.getValue().ask(offering, text), way.getKey());
                assertNamed(NAME, finished.await(offering));
            }
            assertNull(way.getValue().ask(offering, "O'Neil, Sam (night shift)"));
            assertEquals(
                    "O'Neil, Sam (night shift)",
                    valueOf(finished.await(offering)).memberName());
        }
        assertEquals(1, doubleTick.requests().size());
    }

    /** The e-mail address tells two members of one name apart wherever they are named. */
    @Test
    void pagesAndRestApiNameTheMember() throws Exception {
        assertNull(requests.form(offering, "priya.n@example.com"));
        Run<?, ?> build = finished.await(offering);
        assertEquals("Priya Nair, priya.n@example.com", valueOf(build).memberName());
        JenkinsRule.WebClient web = r.createWebClient();
        assertTrue(((HtmlPage) web.getPage(build, "parameters/"))
                .asNormalizedText()
                .contains("Priya Nair, priya.n@example.com, +91••••••3288"));
        String json = web.goTo(build.getUrl() + "api/json", "application/json")
                .getWebResponse()
                .getContentAsString();
        assertTrue(json.contains("\"member\":\"Priya Nair, priya.n@example.com\",\"value\":\"+91••••••3288\"}"), json);
    }

    @Test
    void formRestAndCliRefuseWhatDoesNotNameOneMember() throws Exception {
        Map<String, String> refusals = new LinkedHashMap<>();
        refusals.put("Nadia", "Nobody in the team matches this text.");
        refusals.put("Pri", "This is only part of a name");
        refusals.put("Priya Nair", "Several members have this name.");
        refusals.put("Zoë Brandt", "DoubleTick has no login number for this member.");
        refusals.put("0123", "A login number has 7 to 15 digits");
        for (Map.Entry<String, BuildRequests.Way> way : requests.waysOfTheJob().entrySet()) {
            for (Map.Entry<String, String> refusal : refusals.entrySet()) {
                String told = way.getValue().ask(offering, refusal.getKey());
                assertTrue(
                        told != null && told.contains("Parameter LOGIN_NUMBER: " + refusal.getValue()),
                        () -> way.getKey() + ": " + told);
                assertEquals(refusal.getKey().startsWith("Pri"), told.contains("priya.n@example.com"), told);
            }
        }
        assertNull(offering.getLastBuild());
    }

    @Test
    void buildStepTakesNumbersOnly() throws Exception {
        Map<String, BuildRequests.Way> ways = requests.ways();
        ways.keySet().removeAll(requests.waysOfTheJob().keySet());
        for (BuildRequests.Way way : ways.values()) {
            String told = way.ask(offering, NAME);
            assertTrue(told.contains("Parameter LOGIN_NUMBER: A login number cannot contain"), told);
            assertNull(way.ask(offering, NUMBER));
            assertNamed(null, finished.await(offering));
        }
        doubleTick.assertNothingSent();
    }

    @Test
    void formRestAndCliWaitForTheTeam() throws Exception {
        for (String way : requests.waysOfTheJob().keySet()) {
            CountDownLatch answer = new CountDownLatch(1);
            try (ScriptedServer server = new ScriptedServer(Teams.after(
                    answer, Teams.listing(Teams.member(NAME, NUMBER.substring(1), "d@example.com", null))))) {
                StandInExtension.use(server.url());
                FutureTask<String> asking =
                        new FutureTask<>(() -> requests.waysOfTheJob().get(way).ask(offering, NAME));
                new Thread(asking).start();
                assertTrue(server.awaitRequest().startsWith("GET /team "));
                assertFalse(asking.isDone(), way);
                answer.countDown();
                assertNull(asking.get(1, TimeUnit.MINUTES), way);
                assertNamed(NAME, finished.await(offering));
            }
        }
    }

    @Test
    void rebuildKeepsTheNumberAndNamesTheMember() throws Exception {
        for (String given : List.of(NAME, NUMBER)) {
            assertNull(requests.rest(offering, given));
            Run<?, ?> build = finished.await(offering);
            HtmlPage page = r.createWebClient().getPage(build, "rebuild/parameterized");
            assertFalse(page.getWebResponse().getContentAsString().contains("2025550123"));
            HtmlForm form = page.getFormByName("config");
            assertEquals(MASKED, form.getInputsByName("value").get(0).getValue());
            r.submit(form);
            assertNamed(NAME, finished.await(offering));
        }
    }

    /** Rebuilding without its form, and Replay, start with the earlier build's values. */
    @Test
    void buildThatIsMadeAgainWithoutAFormNamesNobody() throws Exception {
        WorkflowJob job = pipelineJob(r, null);
        job.removeProperty(ParametersDefinitionProperty.class);
        job.addProperty(offering("doubletick"));
        assertNull(requests.form(job, NAME));
        WorkflowRun build = (WorkflowRun) finished.await(job);
        assertNamed(NAME, build);
        ReplayAction replay = build.getAction(ReplayAction.class);
        replay.run(replay.getOriginalScript(), Map.of(), true);
        assertNamed(null, finished.await(job));
        JenkinsRule.WebClient web = r.createWebClient();
        web.getPage(web.addCrumb(
                new WebRequest(web.createCrumbedUrl(build.getUrl() + "rebuild/?autorebuild=true"), HttpMethod.POST)));
        assertNamed(null, finished.await(job));
        assertNamed(NAME, build);
    }

    @Test
    void maskedNumberOfTwoIsNotGuessed() throws Exception {
        FreeStyleProject job = freestyleJob(r, "+12345550123");
        assertNull(requests.rest(job, NUMBER));
        Run<?, ?> build = finished.await(job);
        JenkinsRule.WebClient web = r.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        HtmlForm form = ((HtmlPage) web.getPage(build, "rebuild/parameterized")).getFormByName("config");
        assertEquals(400, r.submit(form).getWebResponse().getStatusCode());
        assertEquals(2, job.getNextBuildNumber());
    }

    @Test
    void formKeepsTheMaskedDefault() throws Exception {
        FreeStyleProject job = freestyleJob(r, NUMBER);
        assertNull(requests.form(job, null));
        assertNamed(null, finished.await(job));
        assertNotNull(requests.form(job, "+12•••••0199"));
    }

    /** Nothing says who may see a team on the page of an input step, also if its parameter looks like the job's. */
    @Test
    void inputStepTakesNumbersOnly() throws Exception {
        WorkflowJob job = LoginNumberJobs.script(r, """
                def number = input id: 'Who', message: 'Who?', parameters: [doubletickLoginNumber(
                    name: 'LOGIN_NUMBER', credentialsId: 'doubletick', defaultValue: '+1 202 555 0123')]
                doubletickLogout loginNumber: number
                """);
        job.addProperty(offering("doubletick"));
        WorkflowRun build =
                job.scheduleBuild2(0, LoginNumberJobs.number(NUMBER)).waitForStart();
        r.waitForMessage("Input requested", build);
        JenkinsRule.WebClient web = r.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        for (String text : new String[] {NAME, "0123", "", MASKED}) {
            HtmlPage page = web.getPage(build, "input");
            assertFalse(page.asXml().contains("auto-complete"));
            HtmlForm form = page.getFormByName("Who");
            assertEquals(MASKED, form.getInputsByName("value").get(0).getValue());
            form.getInputsByName("value").get(0).setValue(text);
            assertEquals(
                    text.equals(MASKED) ? 200 : 400,
                    r.submit(form, "proceed").getWebResponse().getStatusCode());
        }
        r.assertBuildStatusSuccess(r.waitForCompletion(build));
        doubleTick.assertOneLogout(DoubleTickStandIn.KEY, NUMBER);
    }
}
