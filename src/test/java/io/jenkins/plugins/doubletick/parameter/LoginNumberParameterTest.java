package io.jenkins.plugins.doubletick.parameter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.cli.BuildCommand;
import hudson.model.CauseAction;
import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.ParameterValue;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.util.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javaposse.jobdsl.plugin.ExecuteDslScripts;
import jenkins.model.Jenkins;
import org.htmlunit.WebResponse;
import org.htmlunit.html.HtmlInput;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.multibranch.JobPropertyStep;
import org.jenkinsci.plugins.workflow.support.steps.build.BuildTriggerStep;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** The ways to give a job the parameter, and what Jenkins shows of its value. */
class LoginNumberParameterTest extends LoginNumberJobs {

    private static final Pattern CLEAR = Pattern.compile("202\\D{0,2}555\\D{0,2}0123");

    @Test
    void declarative() throws Exception {
        WorkflowJob job = pipeline("""
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
        assertEquals(definition("+1 202 555 0123", "doubletick"), definitionOf(job));
        ParametersDefinitionProperty property = job.getProperty(ParametersDefinitionProperty.class);
        r.buildAndAssertSuccess(job);
        doubleTick.assertOneLogout(KEY, NUMBER);
        assertSame(property, job.getProperty(ParametersDefinitionProperty.class), "changed by an equal one");
    }

    @Test
    void scripted() throws Exception {
        WorkflowJob job = pipeline("""
                properties([parameters([doubletickLoginNumber(
                    name: 'LOGIN_NUMBER', credentialsId: 'doubletick', description: 'Who is leaving', defaultValue: '0123')])])
                if (env.BUILD_NUMBER != '1') {
                    doubletickLogout loginNumber: params.LOGIN_NUMBER
                    assert env.LOGIN_NUMBER == params.LOGIN_NUMBER
                }
                """);
        r.buildAndAssertSuccess(job);
        assertEquals(definition("0123", "doubletick"), definitionOf(job));
        r.assertBuildStatusSuccess(job.scheduleBuild2(0, number("+1 202 555 0123")));
        doubleTick.assertOneLogout(KEY, NUMBER);
        // A wrong default fails where it is used.
        assertLog("A login number has 7 to 15 digits", r.buildAndAssertStatus(Result.FAILURE, job));
        assertThrows(
                InvalidLoginNumberException.class,
                () -> job.scheduleBuild2(0, new CauseAction(new BuildCommand.CLICause())));
    }

    @Test
    void jobDsl() throws Exception {
        String number = "doubletickLoginNumber { name('LOGIN_NUMBER'); description('Who is leaving');"
                + " defaultValue('+1 202 555 0123'); credentialsId('doubletick') }";
        FreeStyleProject seed = r.createFreeStyleProject();
        ExecuteDslScripts scripts = new ExecuteDslScripts();
        scripts.setScriptText(
                "job('free') { parameters { " + number + " } }\npipelineJob('pipe') { parameters { " + number + " } }");
        seed.getBuildersList().add(scripts);
        r.buildAndAssertSuccess(seed);
        for (String job : List.of("free", "pipe")) {
            assertEquals(
                    definition("+1 202 555 0123", "doubletick"),
                    definitionOf(r.jenkins.getItemByFullName(job, Job.class)));
        }
    }

    @Test
    void snippets() throws Exception {
        BuildTriggerStep step = new BuildTriggerStep("offboard");
        step.setParameters(List.of(new DoubleTickLoginNumberParameterValue("LOGIN_NUMBER", NUMBER)));
        SnippetizerTester snippets = new SnippetizerTester(r);
        snippets.assertRoundTrip(
                step,
                "build job: 'offboard', parameters: [doubletickLoginNumber(name: 'LOGIN_NUMBER', value: '" + NUMBER
                        + "')]");
        snippets.assertRoundTrip(
                new JobPropertyStep(List.of(new ParametersDefinitionProperty(definition(null, "doubletick")))),
                "properties([parameters([doubletickLoginNumber(credentialsId: 'doubletick', description: 'Who is"
                        + " leaving', name: 'LOGIN_NUMBER')])])");
    }

    /** The form shows the saved number masked, accepts this mask for the number, and does not decrypt what it receives. */
    @Test
    void savingTheForm() throws Exception {
        FreeStyleProject job = freestyleJob(NUMBER);
        definitionOf(job).setCredentialsId("doubletick");
        assertSaved(NUMBER, job, MASKED);
        WebResponse refusal = save(job, Secret.fromString(NUMBER).getEncryptedValue());
        assertEquals(400, refusal.getStatusCode());
        assertTrue(refusal.getContentAsString().contains("LOGIN_NUMBER: A login number cannot contain"));
        assertSaved("+91 98765 43210", job, "+91 98765 43210");
    }

    private static void assertSaved(String saved, FreeStyleProject job, String typed) throws Exception {
        assertEquals(200, save(job, typed).getStatusCode());
        assertEquals(definition(saved, "doubletick"), definitionOf(job));
        assertFalse(CLEAR.matcher(job.getConfigFile().asString()).find());
    }

    private static WebResponse save(FreeStyleProject job, String typed) throws Exception {
        try (JenkinsRule.WebClient web = r.createWebClient().withThrowExceptionOnFailingStatusCode(false)) {
            HtmlPage page = web.getPage(job, "configure");
            assertFalse(
                    CLEAR.matcher(page.getWebResponse().getContentAsString()).find());
            HtmlInput field = page.getFormByName("config").getInputByName("_.defaultValue");
            assertEquals(MASKED, field.getValue());
            field.setValue(typed);
            return r.submit(page.getFormByName("config")).getWebResponse();
        }
    }

    /** Many triggers drop a parameter whose default is null, and Pipelines fail at null. */
    @Test
    void noDefaultIsBlank() throws Exception {
        WorkflowJob job = pipeline("echo \"'${params.LOGIN_NUMBER}'\"");
        job.addProperty(parameters(null, null));
        assertLog("''", r.buildAndAssertSuccess(job));
        String json = text(job.getUrl() + "api/json?depth=3");
        assertTrue(json.contains("\"name\":\"LOGIN_NUMBER\",\"value\":\"\""), json);
        DoubleTickLoginNumberParameterDefinition definition = definitionOf(job);
        assertEquals("", definition.getDefaultParameterValue().getValue());
        assertEquals(definition, definition.copyWithDefaultValue(definition.getDefaultParameterValue()));
    }

    /** Otherwise, authors of a Pipeline could decrypt any secret whose ciphertext they know. */
    @Test
    void nothingIsDecryptedForAPipeline() throws Exception {
        String encrypted = Secret.fromString("TopSecret-1").getEncryptedValue();
        WorkflowJob job = pipeline("properties([parameters([doubletickLoginNumber(name: 'LOGIN_NUMBER', defaultValue: '"
                + encrypted + "')])])\necho \"The default is ${params.LOGIN_NUMBER}.\"");
        assertLog("The default is " + encrypted, r.buildAndAssertSuccess(job));
        WorkflowJob target = pipeline("echo \"The value is ${params.OTHER}.\"");
        target.addProperty(new ParametersDefinitionProperty(new DoubleTickLoginNumberParameterDefinition("OTHER")));
        build(
                Result.FAILURE,
                "build job: '" + target.getName() + "', parameters: [doubletickLoginNumber(name: 'OTHER', value: '"
                        + encrypted + "')]");
        r.assertBuildStatusSuccess(target.scheduleBuild2(
                0, new ParametersAction(new DoubleTickLoginNumberParameterValue("OTHER", encrypted))));
        assertLog("The value is " + encrypted, target.getLastBuild());
    }

    /** Users who may edit a job's XML must not decrypt another secret with it. */
    @Test
    void anotherSecretInStoredXmlIsNoNumberAndNoName() {
        String stolen = Secret.fromString("key_of-another-system").getEncryptedValue();
        DoubleTickLoginNumberParameterDefinition definition = replaceSecrets(definition(NUMBER, null), stolen);
        assertNull(definition.getDefaultValue());
        assertEquals("", definition.getDefaultParameterValue().getValue());
        DoubleTickLoginNumberParameterValue value =
                replaceSecrets(new DoubleTickLoginNumberParameterValue("WHO", NUMBER), stolen);
        assertEquals("", value.getValue());
        assertNull(value.memberName());
        // A clear number in the XML is a number.
        assertEquals(NUMBER, replaceSecrets(definition(NUMBER, null), NUMBER).getDefaultValue());
    }

    @SuppressWarnings("unchecked")
    private static <T> T replaceSecrets(T stored, String secret) {
        String xml = Jenkins.XSTREAM2.toXML(stored);
        assertTrue(xml.contains("{AQAA"), xml);
        return (T) Jenkins.XSTREAM2.fromXML(xml.replaceAll("\\{AQAA[^}]*\\}", Matcher.quoteReplacement(secret)));
    }

    @Test
    void logoutsOfTwoMembersAreTwoBuilds() throws Exception {
        FreeStyleProject job = freestyleJob(null);
        r.jenkins.doQuietDown();
        for (String number : List.of(NUMBER, "+12025550199", "+1 202 555 0123")) {
            job.scheduleBuild2(0, number(number));
        }
        assertEquals(2, r.jenkins.getQueue().getItems().length);
        r.jenkins.doCancelQuietDown();
        assertEquals(3, finished.await(job).getNumber() + finished.await(job).getNumber());
    }

    @Test
    void numberIsMaskedOnPagesAndInTheApi() throws Exception {
        FreeStyleProject job = freestyleJob(NUMBER);
        r.jenkins.doQuietDown();
        job.scheduleBuild2(0, number(NUMBER));
        String queue = r.jenkins.getQueue().getItems()[0].getParams();
        assertTrue(queue.contains("LOGIN_NUMBER=****"), queue);
        assertClearNowhere(job, "");
        r.jenkins.doCancelQuietDown();
        assertEquals(1, finished.await(job).getNumber());
        assertClearNowhere(job, "1/", "1/parameters/", "1/console", "configure", "build?delay=0sec", "config.xml");
        assertTrue(text(job.getUrl() + "1/parameters/").contains(MASKED));
        assertTrue(text(job.getUrl() + "1/api/json?depth=2")
                .contains("{\"_class\":\"" + DoubleTickLoginNumberParameterValue.class.getName()
                        + "\",\"name\":\"LOGIN_NUMBER\",\"value\":\"" + MASKED + "\"}"));
        assertTrue(job.getBuildByNumber(1).getSensitiveBuildVariables().contains("LOGIN_NUMBER"));
    }

    private static void assertClearNowhere(Job<?, ?> job, String... pages) throws Exception {
        List<String> urls = new ArrayList<>(List.of("", "api/json?depth=3", "queue/api/json?depth=3"));
        urls.add(job.getUrl() + "api/json?depth=3");
        urls.add(job.getUrl() + "api/xml?depth=3");
        urls.add(job.getUrl() + "buildHistory/ajax");
        Stream.of(pages).map(job.getUrl()::concat).forEach(urls::add);
        for (String url : urls) {
            assertFalse(CLEAR.matcher(text(url)).find(), url);
        }
    }

    @Test
    void wrongNumberIsNotShown() {
        for (String wrong : List.of("0123", "Asha Rao", "{AQ==}", MASKED)) {
            DoubleTickLoginNumberParameterValue value = new DoubleTickLoginNumberParameterValue("A", wrong);
            assertEquals(wrong, value.getValue());
            assertEquals("****", value.getMasked());
            assertEquals("A=****", value.getShortDescription());
        }
        for (String blank : new String[] {null, "", " "}) {
            assertEquals("", new DoubleTickLoginNumberParameterValue("A", blank).getMasked());
        }
    }

    @Test
    void equalityIsThatOfNameAndNumber() {
        ParameterValue value = new DoubleTickLoginNumberParameterValue("A", NUMBER);
        assertEquals(value, new DoubleTickLoginNumberParameterValue("A", "+1 202 555 0123"));
        assertNotEquals(value, new DoubleTickLoginNumberParameterValue("A", "+12025550199"));
        assertNotEquals(value, new DoubleTickLoginNumberParameterValue("B", NUMBER));
        DoubleTickLoginNumberParameterDefinition definition = definition(NUMBER, "doubletick");
        assertEquals(definition, definition(NUMBER, "doubletick"));
        assertNotEquals(definition, definition("+12025550199", "doubletick"));
        assertNotEquals(definition, definition(null, "doubletick"));
        assertNotEquals(definition, definition(NUMBER, null));
        assertEquals(definition, definition(null, "doubletick").copyWithDefaultValue(value));
        assertEquals(definition(null, null), definition(" ", " "));
    }
}
