package io.jenkins.plugins.doubletick.parameter;

import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.NUMBER;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.freestyle;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.number;
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
import hudson.model.ParametersDefinitionProperty;
import hudson.util.Secret;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.casc.yaml.YamlSource;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javaposse.jobdsl.plugin.ExecuteDslScripts;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.multibranch.JobPropertyStep;
import org.jenkinsci.plugins.workflow.support.steps.build.BuildTriggerStep;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Tries every way to give a job the parameter. */
@WithJenkins
class DoubleTickLoginNumberDefinitionTest {

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private JenkinsRule r;

    @BeforeEach
    void setUp(JenkinsRule r) throws Exception {
        this.r = r;
        r.jenkins.setQuietPeriod(0);
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
    void wrongDefaultIsRefusedWhereItIsUsed() throws Exception {
        WorkflowJob job = script(
                r, "properties([parameters([doubletickLoginNumber(name: 'LOGIN_NUMBER', defaultValue: '0123')])])");
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

    /** Otherwise whoever writes a Pipeline could have any secret decrypted, of which they have seen the ciphertext. */
    @Test
    void nothingIsDecryptedForAPipeline() throws Exception {
        String encrypted = Secret.fromString("TopSecret-1").getEncryptedValue();
        WorkflowJob job = script(
                r,
                "properties([parameters([doubletickLoginNumber(name: 'LOGIN_NUMBER', defaultValue: '" + encrypted
                        + "')])])\necho \"The default is ${params.LOGIN_NUMBER}.\"");
        StandInExtension.assertLog("The default is null.", r.buildAndAssertSuccess(job));
        WorkflowJob target = r.createProject(WorkflowJob.class, "target");
        target.setDefinition(new CpsFlowDefinition("echo \"The value is ${params.OTHER}.\"", true));
        WorkflowJob caller = script(
                r,
                "build job: 'target', parameters: [doubletickLoginNumber(name: 'OTHER', value: '" + encrypted + "')]");
        r.buildAndAssertSuccess(caller);
        assertFalse(JenkinsRule.getLog(target.getLastBuild()).contains("TopSecret-1"));
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
        for (String number : new String[] {null, NUMBER}) {
            FreeStyleProject job = freestyle(r, number);
            DoubleTickLoginNumberParameterDefinition before = definitionOf(job);
            before.setCredentialsId(number == null ? null : "doubletick");
            r.configRoundtrip(job);
            assertEquals(before, definitionOf(job));
            assertFalse(job.getConfigFile().asString().contains("2025550123"));
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
