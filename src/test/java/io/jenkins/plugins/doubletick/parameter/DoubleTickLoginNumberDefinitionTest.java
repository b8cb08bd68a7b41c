package io.jenkins.plugins.doubletick.parameter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.cli.BuildCommand;
import hudson.model.Cause;
import hudson.model.CauseAction;
import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Run;
import hudson.util.Secret;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.casc.yaml.YamlSource;
import io.jenkins.plugins.doubletick.DoubleTickLogoutBuilder;
import io.jenkins.plugins.doubletick.FinishedBuilds;
import io.jenkins.plugins.doubletick.Forms;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javaposse.jobdsl.plugin.ExecuteDslScripts;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.cps.replay.ReplayAction;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.support.steps.build.BuildTriggerStep;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Every way to give a job the parameter, and to build a build again. */
@WithJenkins
class DoubleTickLoginNumberDefinitionTest {

    private static final String NUMBER = DoubleTickStandIn.SECOND_MEMBER;
    private static final String MASKED = "+12•••••0123";

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

    private static DoubleTickLoginNumberParameterDefinition definitionOf(Job<?, ?> job) {
        return assertInstanceOf(
                DoubleTickLoginNumberParameterDefinition.class,
                job.getProperty(ParametersDefinitionProperty.class).getParameterDefinition("LOGIN_NUMBER"));
    }

    private static void assertDefinition(String defaultValue, Job<?, ?> job) {
        DoubleTickLoginNumberParameterDefinition definition = definitionOf(job);
        assertEquals("Who is leaving", definition.getDescription());
        assertEquals(defaultValue, definition.getDefaultValue());
    }

    private static ParametersAction number(String number) {
        return new ParametersAction(new DoubleTickLoginNumberParameterValue("LOGIN_NUMBER", number));
    }

    private WorkflowJob pipeline(String script) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job;
    }

    private FreeStyleProject freestyle(String defaultValue) throws Exception {
        FreeStyleProject job = r.createFreeStyleProject();
        DoubleTickLoginNumberParameterDefinition definition =
                new DoubleTickLoginNumberParameterDefinition("LOGIN_NUMBER");
        definition.setDescription("Who is leaving");
        definition.setDefaultValue(defaultValue);
        job.addProperty(new ParametersDefinitionProperty(definition));
        return job;
    }

    @Test
    void declarative() throws Exception {
        WorkflowJob job = pipeline("""
                pipeline {
                    agent none
                    parameters {
                        doubletickLoginNumber(name: 'LOGIN_NUMBER', description: 'Who is leaving', defaultValue: '+1 202 555 0123')
                    }
                    stages {
                        stage('Offboard') {
                            when { expression { params.LOGIN_NUMBER instanceof String && env.BUILD_NUMBER != '1' } }
                            steps {
                                doubletickLogout loginNumber: params.LOGIN_NUMBER
                            }
                        }
                    }
                }
                """);
        r.buildAndAssertSuccess(job);
        assertDefinition("+1 202 555 0123", job);
        ParametersDefinitionProperty property = job.getProperty(ParametersDefinitionProperty.class);
        r.buildAndAssertSuccess(job);
        doubleTick.assertOneLogout(DoubleTickStandIn.KEY, NUMBER);
        assertSame(property, job.getProperty(ParametersDefinitionProperty.class), "changed by an equal one");
    }

    @Test
    void scripted() throws Exception {
        WorkflowJob job = pipeline("""
                properties([parameters([doubletickLoginNumber(name: 'LOGIN_NUMBER', description: 'Who is leaving')])])
                if (env.BUILD_NUMBER != '1') {
                    doubletickLogout loginNumber: params.LOGIN_NUMBER
                    assert env.LOGIN_NUMBER == params.LOGIN_NUMBER
                }
                """);
        r.buildAndAssertSuccess(job);
        assertDefinition(null, job);
        r.assertBuildStatusSuccess(job.scheduleBuild2(0, number("+1 202 555 0123")));
        doubleTick.assertOneLogout(DoubleTickStandIn.KEY, NUMBER);
    }

    @Test
    void wrongDefaultIsRefusedWhereItIsUsed() throws Exception {
        WorkflowJob job = pipeline(
                "properties([parameters([doubletickLoginNumber(name: 'LOGIN_NUMBER', defaultValue: '0123')])])");
        r.buildAndAssertSuccess(job);
        assertNull(job.scheduleBuild2(0));
        InvalidLoginNumberException refused = assertThrows(
                InvalidLoginNumberException.class,
                () -> job.scheduleBuild2(0, new CauseAction(new BuildCommand.CLICause())));
        assertTrue(
                refused.getMessage().startsWith("Parameter LOGIN_NUMBER: A login number has 7 to 15 digits"),
                refused.getMessage());
        r.assertBuildStatusSuccess(job.scheduleBuild2(0, number(NUMBER)));
    }

    @Test
    void jobDsl() throws Exception {
        String number = "doubletickLoginNumber { name('LOGIN_NUMBER'); description('Who is leaving');"
                + " defaultValue('+1 202 555 0123') }";
        FreeStyleProject seed = r.createFreeStyleProject();
        ExecuteDslScripts scripts = new ExecuteDslScripts();
        scripts.setScriptText("job('free') { parameters { " + number + " } }\n"
                + "pipelineJob('pipe') { parameters { " + number + " } }\n"
                + "pipelineJob('properties') { properties { parameters { parameterDefinitions { " + number
                + " } } } }");
        seed.getBuildersList().add(scripts);
        r.buildAndAssertSuccess(seed);
        for (String job : new String[] {"free", "pipe", "properties"}) {
            assertDefinition("+1 202 555 0123", r.jenkins.getItemByFullName(job, Job.class));
        }
    }

    @Test
    void configurationAsCode() throws Exception {
        String yaml = """
                jobs:
                  - script: >
                      pipelineJob('offboard') {
                        parameters {
                          doubletickLoginNumber { name('LOGIN_NUMBER'); description('Who is leaving') }
                        }
                      }
                """;
        ConfigurationAsCode.get()
                .configureWith(YamlSource.of(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))));
        assertDefinition(null, r.jenkins.getItemByFullName("offboard", Job.class));
    }

    @Test
    void configRoundTrip() throws Exception {
        for (String number : new String[] {null, NUMBER}) {
            FreeStyleProject job = freestyle(number);
            DoubleTickLoginNumberParameterDefinition before = definitionOf(job);
            r.configRoundtrip(job);
            assertEquals(before, definitionOf(job));
            assertFalse(job.getConfigFile().asString().contains("2025550123"));
        }
    }

    @Test
    void liveChecks() throws Exception {
        String rule = "A login number has 7 to 15 digits, country code included, such as +919876543210";
        assertEquals(rule, check("checkValue", "0123"));
        assertEquals("", check("checkValue", "+1 202 555 0123"));
        assertEquals("", check("checkValue", MASKED));
        assertTrue(check("checkValue", "").startsWith("The login number is blank"));
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
    void snippets() throws Exception {
        BuildTriggerStep step = new BuildTriggerStep("offboard");
        step.setParameters(List.of(new DoubleTickLoginNumberParameterValue("LOGIN_NUMBER", NUMBER)));
        new SnippetizerTester(r)
                .assertRoundTrip(
                        step,
                        "build job: 'offboard', parameters: [doubletickLoginNumber(name: 'LOGIN_NUMBER', value: '"
                                + NUMBER + "')]");
    }

    @Test
    void replayKeepsTheNumber() throws Exception {
        WorkflowJob job = pipeline("doubletickLogout loginNumber: params.LOGIN_NUMBER");
        job.addProperty(new ParametersDefinitionProperty(new DoubleTickLoginNumberParameterDefinition("LOGIN_NUMBER")));
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
            FreeStyleProject job = freestyle(defaultValue);
            job.getBuildersList().add(new DoubleTickLogoutBuilder("$LOGIN_NUMBER"));
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
        FreeStyleProject job = freestyle("+12345550123");
        r.assertBuildStatusSuccess(job.scheduleBuild2(0, new Cause.UserIdCause(), number(NUMBER)));
        JenkinsRule.WebClient web = r.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        HtmlForm form = ((HtmlPage) web.getPage(job, "1/rebuild/parameterized")).getFormByName("config");
        assertEquals(400, r.submit(form).getWebResponse().getStatusCode());
        assertEquals(2, job.getNextBuildNumber());
    }

    @Test
    void formKeepsTheMaskedDefault() throws Exception {
        FreeStyleProject job = freestyle(NUMBER);
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
        WorkflowJob job = pipeline("""
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
