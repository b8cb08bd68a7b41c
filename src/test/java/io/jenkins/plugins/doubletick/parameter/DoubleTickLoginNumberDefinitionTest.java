package io.jenkins.plugins.doubletick.parameter;

import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.MASKED;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.NUMBER;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.freestyleJob;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.number;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.parameters;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.script;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.cli.BuildCommand;
import hudson.model.CauseAction;
import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.util.Secret;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.casc.yaml.YamlSource;
import io.jenkins.plugins.doubletick.OneJenkins;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javaposse.jobdsl.plugin.ExecuteDslScripts;
import org.htmlunit.Page;
import org.htmlunit.html.HtmlInput;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.multibranch.JobPropertyStep;
import org.jenkinsci.plugins.workflow.support.steps.build.BuildTriggerStep;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tries every way to give a job the parameter. */
class DoubleTickLoginNumberDefinitionTest extends OneJenkins {

    @BeforeEach
    void setUp() throws Exception {
        r.jenkins.setQuietPeriod(0);
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

    private static void assertOffering(Job<?, ?> job) {
        assertEquals("doubletick", definitionOf(job).getCredentialsId());
    }

    @Test
    void declarative() throws Exception {
        WorkflowJob job = script(r, """
                pipeline {
                    agent none
                    parameters {
                        doubletickLoginNumber(name: 'LOGIN_NUMBER', credentialsId: 'doubletick', description: 'Who is leaving', defaultValue: '+1 202 555 0123')
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
        assertOffering(job);
        ParametersDefinitionProperty property = job.getProperty(ParametersDefinitionProperty.class);
        r.buildAndAssertSuccess(job);
        doubleTick.assertOneLogout(DoubleTickStandIn.KEY, NUMBER);
        assertSame(property, job.getProperty(ParametersDefinitionProperty.class), "changed by an equal one");
    }

    @Test
    void scripted() throws Exception {
        WorkflowJob job = script(r, """
                properties([parameters([
                    doubletickLoginNumber(name: 'LOGIN_NUMBER', credentialsId: 'doubletick', description: 'Who is leaving')])])
                if (env.BUILD_NUMBER != '1') {
                    doubletickLogout loginNumber: params.LOGIN_NUMBER
                    assert env.LOGIN_NUMBER == params.LOGIN_NUMBER
                }
                """);
        r.buildAndAssertSuccess(job);
        assertDefinition(null, job);
        assertOffering(job);
        r.assertBuildStatusSuccess(job.scheduleBuild2(0, number("+1 202 555 0123")));
        doubleTick.assertOneLogout(DoubleTickStandIn.KEY, NUMBER);
    }

    @Test
    void wrongDefaultOfAPipelineFailsWhereItIsUsed() throws Exception {
        WorkflowJob job = script(r, """
                properties([parameters([doubletickLoginNumber(name: 'LOGIN_NUMBER', defaultValue: '0123')])])
                if (env.BUILD_NUMBER != '1') {
                    doubletickLogout loginNumber: params.LOGIN_NUMBER
                }
                """);
        r.buildAndAssertSuccess(job);
        StandInExtension.assertLog("A login number has 7 to 15 digits", r.buildAndAssertStatus(Result.FAILURE, job));
        assertThrows(
                InvalidLoginNumberException.class,
                () -> job.scheduleBuild2(0, new CauseAction(new BuildCommand.CLICause())));
        r.assertBuildStatusSuccess(job.scheduleBuild2(0, number(NUMBER)));
        doubleTick.assertOneLogout(DoubleTickStandIn.KEY, NUMBER);
    }

    /** Many triggers drop a parameter whose default is null, and Pipelines fail at null. */
    @Test
    void noDefaultIsBlank() throws Exception {
        WorkflowJob job = script(r, "echo \"'${params.LOGIN_NUMBER}'\"");
        job.addProperty(parameters((String) null));
        StandInExtension.assertLog("''", r.buildAndAssertSuccess(job));
        String json = r.createWebClient()
                .goTo(job.getUrl() + "api/json?depth=3", "application/json")
                .getWebResponse()
                .getContentAsString();
        assertTrue(json.contains("\"name\":\"LOGIN_NUMBER\",\"value\":\"\""), json);
        DoubleTickLoginNumberParameterDefinition definition = definitionOf(job);
        assertEquals("", definition.getDefaultParameterValue().getValue());
        assertNull(((DoubleTickLoginNumberParameterDefinition)
                        definition.copyWithDefaultValue(definition.getDefaultParameterValue()))
                .getDefaultValue());
    }

    /** Otherwise, authors of a Pipeline could decrypt any secret whose ciphertext they have seen. */
    @Test
    void nothingIsDecryptedForAPipeline() throws Exception {
        String encrypted = Secret.fromString("TopSecret-1").getEncryptedValue();
        WorkflowJob job = script(
                r,
                "properties([parameters([doubletickLoginNumber(name: 'LOGIN_NUMBER', defaultValue: '" + encrypted
                        + "')])])\necho \"The default is ${params.LOGIN_NUMBER}.\"");
        StandInExtension.assertLog("The default is " + encrypted, r.buildAndAssertSuccess(job));
        WorkflowJob target = script(r, "echo \"The value is ${params.OTHER}.\"");
        target.addProperty(new ParametersDefinitionProperty(new DoubleTickLoginNumberParameterDefinition("OTHER")));
        r.buildAndAssertStatus(
                Result.FAILURE,
                script(
                        r,
                        "build job: '" + target.getName()
                                + "', parameters: [doubletickLoginNumber(name: 'OTHER', value: '" + encrypted + "')]"));
        r.assertBuildStatusSuccess(target.scheduleBuild2(
                0, new ParametersAction(new DoubleTickLoginNumberParameterValue("OTHER", encrypted))));
        StandInExtension.assertLog("The value is " + encrypted, target.getLastBuild());
    }

    /** The form shows the saved number masked, takes the mask for it, and never decrypts what it is sent. */
    @Test
    void savingTheForm() throws Exception {
        FreeStyleProject job = freestyleJob(r, NUMBER);
        assertSaved(MASKED, job, MASKED, NUMBER);
        assertRefused("A login number has 7 to 15 digits", job, "0123");
        assertRefused("This is a masked number", job, "+91••••••3210");
        assertRefused(
                "A login number cannot contain", job, Secret.fromString(NUMBER).getEncryptedValue());
        assertSaved(MASKED, job, "+91 98765 43210", "+91 98765 43210");
        assertSaved("+91••••••3210", job, "", null);
        assertSaved("", job, NUMBER, NUMBER);
    }

    private static void assertSaved(String shown, FreeStyleProject job, String typed, String saved) throws Exception {
        assertEquals(200, save(shown, job, typed).getWebResponse().getStatusCode());
        assertDefinition(saved, job);
        assertFalse(job.getConfigFile().asString().contains("2025550123"));
    }

    private static void assertRefused(String reason, FreeStyleProject job, String typed) throws Exception {
        Page answer = save(MASKED, job, typed);
        assertEquals(400, answer.getWebResponse().getStatusCode());
        assertTrue(((HtmlPage) answer).asNormalizedText().contains("Parameter LOGIN_NUMBER: " + reason));
        assertDefinition(NUMBER, job);
    }

    private static Page save(String shown, FreeStyleProject job, String typed) throws Exception {
        HtmlPage page =
                r.createWebClient().withThrowExceptionOnFailingStatusCode(false).getPage(job, "configure");
        assertFalse(page.getWebResponse().getContentAsString().contains("2025550123"));
        HtmlInput field = page.getFormByName("config").getInputByName("_.defaultValue");
        assertEquals(shown, field.getValue());
        field.setValue(typed);
        return r.submit(page.getFormByName("config"));
    }

    @Test
    void checkOfTheDefault() throws Exception {
        OfferedForm form = new OfferedForm(r, freestyleJob(r, NUMBER));
        assertEquals("", form.message("checkDefaultValue", ""));
        assertEquals("", form.message("checkDefaultValue", "+1 202 555 0123"));
        assertEquals("", form.message("checkDefaultValue", MASKED));
        assertTrue(form.message("checkDefaultValue", "+91••••••3210").startsWith("error: This is a masked number"));
        assertTrue(form.message("checkDefaultValue", "0123").startsWith("error: A login number has 7 to 15 digits"));
    }

    @Test
    void jobDsl() throws Exception {
        String number = "doubletickLoginNumber { name('LOGIN_NUMBER'); description('Who is leaving');"
                + " defaultValue('+1 202 555 0123'); credentialsId('doubletick') }";
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
            assertOffering(r.jenkins.getItemByFullName(job, Job.class));
        }
    }

    @Test
    void configurationAsCode() throws Exception {
        String yaml = """
                jobs:
                  - script: >
                      pipelineJob('offboard') {
                        parameters {
                          doubletickLoginNumber {
                            name('LOGIN_NUMBER'); description('Who is leaving'); credentialsId('doubletick')
                          }
                        }
                      }
                """;
        ConfigurationAsCode.get()
                .configureWith(YamlSource.of(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))));
        assertDefinition(null, r.jenkins.getItemByFullName("offboard", Job.class));
        assertOffering(r.jenkins.getItemByFullName("offboard", Job.class));
    }

    @Test
    void configRoundTrip() throws Exception {
        for (String credentialsId : new String[] {null, "doubletick"}) {
            FreeStyleProject job = freestyleJob(r, NUMBER);
            DoubleTickLoginNumberParameterDefinition before = definitionOf(job);
            before.setCredentialsId(credentialsId);
            r.configRoundtrip(job);
            assertEquals(before, definitionOf(job));
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

        DoubleTickLoginNumberParameterDefinition offering =
                new DoubleTickLoginNumberParameterDefinition("LOGIN_NUMBER");
        offering.setCredentialsId("doubletick");
        new SnippetizerTester(r)
                .assertRoundTrip(
                        new JobPropertyStep(List.of(new ParametersDefinitionProperty(offering))),
                        "properties([parameters([doubletickLoginNumber(credentialsId: 'doubletick', name:"
                                + " 'LOGIN_NUMBER')])])");
    }
}
