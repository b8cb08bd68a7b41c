package io.jenkins.plugins.doubletick.parameter;

import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.MASKED;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.NUMBER;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.freestyle;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.number;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.pipeline;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.script;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import hudson.model.Cause;
import hudson.model.FreeStyleProject;
import hudson.model.ParametersAction;
import hudson.model.Run;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.FinishedBuilds;
import io.jenkins.plugins.doubletick.Forms;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.replay.ReplayAction;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Fills in the forms that have the parameter, and builds a build again. */
@WithJenkins
class DoubleTickLoginNumberFormTest {

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private JenkinsRule r;
    private FinishedBuilds finished;

    @BeforeEach
    void setUp(JenkinsRule r) throws Exception {
        this.r = r;
        r.jenkins.setQuietPeriod(0);
        finished = FinishedBuilds.watch();
        StandInExtension.addDefaultKey();
    }

    @Test
    void liveChecks() throws Exception {
        String rule = "A login number has 7 to 15 digits with the country code, such as +919876543210";
        assertEquals(rule, check("checkValue", "0123"));
        assertEquals("", check("checkValue", "+1 202 555 0123"));
        assertEquals("", check("checkValue", MASKED));
        assertEquals("", check("checkValue", "")); // Nobody has typed anything yet.
        assertEquals(rule, check("checkDefaultValue", "0123"));
        assertEquals("", check("checkDefaultValue", "+1 202 555 0123"));
        assertEquals("", check("checkDefaultValue", ""));
    }

    private String check(String method, String value) throws Exception {
        return Forms.post(r, DoubleTickLoginNumberParameterDefinition.class, method, "value", value);
    }

    @Test
    void liveChecksTellNothingOfAnEncryptedSecret() throws Exception {
        for (String method : List.of("checkValue", "checkDefaultValue")) {
            Set<String> answers = new HashSet<>();
            for (String secret : List.of(NUMBER, "12025550123", "0123", "", "secret")) {
                answers.add(check(method, Secret.fromString(secret).getEncryptedValue()));
            }
            answers.add(check(method, "{bm90IGVuY3J5cHRlZCBhdCBhbGw=}"));
            assertEquals(1, answers.size(), () -> method + ": " + answers);
        }
    }

    @Test
    void replayKeepsTheNumber() throws Exception {
        WorkflowJob job = pipeline(r, null);
        WorkflowRun build = r.assertBuildStatusSuccess(job.scheduleBuild2(0, number(NUMBER)));
        ReplayAction replay = build.getAction(ReplayAction.class);
        Run<?, ?> again = (Run<?, ?>)
                replay.run(replay.getOriginalScript(), Map.of(), true).get();
        r.assertBuildStatusSuccess(again);
        assertEquals(2, doubleTick.requests().size());
        assertEquals(
                doubleTick.requests().get(0).body(),
                doubleTick.requests().get(1).body());
    }

    private static Object numberOf(Run<?, ?> build) {
        return build.getAction(ParametersAction.class)
                .getParameter("LOGIN_NUMBER")
                .getValue();
    }

    @Test
    void rebuildKeepsTheNumber() throws Exception {
        for (String defaultValue : new String[] {null, DoubleTickStandIn.MEMBER}) {
            FreeStyleProject job = freestyle(r, defaultValue);
            r.assertBuildStatusSuccess(job.scheduleBuild2(0, new Cause.UserIdCause(), number(NUMBER)));
            finished.await(job);
            HtmlPage page = r.createWebClient().getPage(job, "1/rebuild/parameterized");
            assertFalse(page.getWebResponse().getContentAsString().contains("2025550123"));
            HtmlForm form = page.getFormByName("config");
            assertEquals(MASKED, form.getInputsByName("value").get(0).getValue());
            r.submit(form);
            assertEquals(NUMBER, numberOf(finished.await(job)));
        }
    }

    @Test
    void maskedNumberOfTwoIsNotGuessed() throws Exception {
        FreeStyleProject job = freestyle(r, "+12345550123");
        r.assertBuildStatusSuccess(job.scheduleBuild2(0, new Cause.UserIdCause(), number(NUMBER)));
        JenkinsRule.WebClient web = r.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        HtmlForm form = ((HtmlPage) web.getPage(job, "1/rebuild/parameterized")).getFormByName("config");
        assertEquals(400, r.submit(form).getWebResponse().getStatusCode());
        assertEquals(2, job.getNextBuildNumber());
    }

    @Test
    void formKeepsTheMaskedDefault() throws Exception {
        FreeStyleProject job = freestyle(r, NUMBER);
        JenkinsRule.WebClient web = r.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        HtmlPage page = web.getPage(job, "build?delay=0sec");
        assertFalse(page.getWebResponse().getContentAsString().contains("2025550123"));
        HtmlForm form = page.getFormByName("parameters");
        assertEquals(MASKED, form.getInputsByName("value").get(0).getValue());
        r.submit(form);
        assertEquals(NUMBER, numberOf(finished.await(job)));
    }

    @Test
    void input() throws Exception {
        WorkflowJob job = script(r, """
                def number = input id: 'Who', message: 'Who?', parameters: [doubletickLoginNumber(name: 'N')]
                doubletickLogout loginNumber: number
                """);
        WorkflowRun build = job.scheduleBuild2(0).waitForStart();
        r.waitForMessage("Input requested", build);
        JenkinsRule.WebClient web = r.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        for (String number : new String[] {"0123", "+1 202 555 0123"}) {
            HtmlForm form = ((HtmlPage) web.getPage(build, "input")).getFormByName("Who");
            form.getInputsByName("value").get(0).setValue(number);
            assertEquals(
                    number.startsWith("+") ? 200 : 400,
                    r.submit(form, "proceed").getWebResponse().getStatusCode());
        }
        r.assertBuildStatusSuccess(r.waitForCompletion(build));
        doubleTick.assertOneLogout(DoubleTickStandIn.KEY, NUMBER);
    }
}
