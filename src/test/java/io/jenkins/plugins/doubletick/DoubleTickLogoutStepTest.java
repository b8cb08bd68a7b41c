package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.model.StringParameterDefinition;
import hudson.model.StringParameterValue;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jenkinsci.plugins.workflow.actions.ArgumentsAction;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.graphanalysis.DepthFirstScanner;
import org.jenkinsci.plugins.workflow.graphanalysis.NodeStepTypePredicate;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.steps.StepConfigTester;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class DoubleTickLogoutStepTest {

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    /** One for all: starting a Jenkins for each number would take most of the time. */
    private static JenkinsRule r;

    @BeforeAll
    static void start(JenkinsRule rule) {
        r = rule;
    }

    @BeforeEach
    void setUp() throws Exception {
        StandInExtension.forgetKeys();
        StandInExtension.addDefaultKey();
    }

    private WorkflowRun build(String script, Result result) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return r.buildAndAssertStatus(result, job);
    }

    @Test
    void scriptedWithoutNode() throws Exception {
        WorkflowRun build = build("doubletickLogout loginNumber: '+919876543210'", Result.SUCCESS);
        doubleTick.assertOneLogout(DoubleTickStandIn.KEY, "+919876543210");
        StandInExtension.assertLog(
                "Logging +91••••••3210 out of DoubleTick, with the API key of the credential 'doubletick'", build);
        StandInExtension.assertLog("+91••••••3210 is logged out of DoubleTick on every device.", build);
    }

    @Test
    void declarativeWithAgentNone() throws Exception {
        StandInExtension.addGlobally(StandInExtension.apiKey("other", DoubleTickStandIn.SECOND_KEY));
        build("""
                pipeline {
                    agent none
                    stages {
                        stage('Offboard') {
                            steps {
                                doubletickLogout loginNumber: '+919876543210', credentialsId: 'other'
                            }
                        }
                    }
                }
                """, Result.SUCCESS);
        doubleTick.assertOneLogout(DoubleTickStandIn.SECOND_KEY, "+919876543210");
    }

    @Test
    void parameter() throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class);
        job.addProperty(new ParametersDefinitionProperty(new StringParameterDefinition("LOGIN_NUMBER")));
        job.setDefinition(new CpsFlowDefinition("doubletickLogout loginNumber: params.LOGIN_NUMBER", true));
        r.assertBuildStatusSuccess(job.scheduleBuild2(
                0, new ParametersAction(new StringParameterValue("LOGIN_NUMBER", "+91 98765 43210"))));
        doubleTick.assertOneLogout(DoubleTickStandIn.KEY, "+919876543210");
    }

    @Test
    void argumentsAreLiteral() throws Exception {
        WorkflowRun build = build(
                "withEnv(['LOGIN_NUMBER=+919876543210']) { doubletickLogout loginNumber: '$LOGIN_NUMBER' }",
                Result.FAILURE);
        StandInExtension.assertLog("ERROR: A login number is digits only", build);
        doubleTick.assertNothingSent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''           | ERROR: The login number is blank",
                "null         | ERROR: The login number is blank",
                "'Alice'      | ERROR: A login number is digits only",
                "'12345'      | ERROR: A login number has 7 to 15 digits",
                "'0919876543' | ERROR: A login number begins with the country code, never with 0",
            },
            quoteCharacter = '`')
    void badNumber(String number, String line) throws Exception {
        WorkflowRun build = build("doubletickLogout loginNumber: " + number, Result.FAILURE);
        StandInExtension.assertLog(line, build);
        doubleTick.assertNothingSent();
    }

    /** Pipeline's own error would show the value, in the log and in the flow graph. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "loginNumber: 4915112345678                          | loginNumber",
                "loginNumber: +4915112345678                         | loginNumber",
                "loginNumber: ['+4915112345678']                     | loginNumber",
                "loginNumber: [number: '+4915112345678']             | loginNumber",
                "['+4915112345678']                                  | loginNumber",
                "loginNumber: '+12025550123', credentialsId: true   | credentialsId",
                "loginNumber: '+12025550123', credentialsId: 4915112345678     | credentialsId",
                "loginNumber: '+12025550123', credentialsId: ['4915112345678'] | credentialsId",
            },
            quoteCharacter = '`')
    void argumentOfAnotherType(String arguments, String name) throws Exception {
        WorkflowRun build = build("doubletickLogout(" + arguments + ")", Result.FAILURE);
        StandInExtension.assertLog(
                "ERROR: The argument " + name
                        + " of doubletickLogout must be one text in quotes, as in doubletickLogout"
                        + " loginNumber: '+919876543210'",
                build);
        assertNowhere("15112345678", build);
        doubleTick.assertNothingSent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "loginNumber: '+12025550123', number: '+4915112345678'",
                "['+4915112345678': 1, credentialsId: 'a']"
            })
    void unknownArgument(String arguments) throws Exception {
        WorkflowRun build = build("doubletickLogout(" + arguments + ")", Result.FAILURE);
        StandInExtension.assertLog(
                "ERROR: doubletickLogout has no other arguments than loginNumber and credentialsId.", build);
        assertNowhere("15112345678", build);
        doubleTick.assertNothingSent();
    }

    private static void assertNowhere(String number, WorkflowRun build) throws Exception {
        assertFalse(JenkinsRule.getLog(build).contains(number), JenkinsRule.getLog(build));
        for (FlowNode node : new DepthFirstScanner().allNodes(build.getExecution())) {
            String arguments = ArgumentsAction.getArguments(node).toString();
            assertFalse(arguments.contains(number), arguments);
        }
        try (Stream<Path> files = Files.walk(build.getRootDir().toPath().resolve("workflow-completed"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                assertFalse(content.contains(number), () -> file + ": " + content);
            }
        }
    }

    @Test
    void groovyStringsAreTexts() throws Exception {
        build("""
                def local = '9876543210'
                def id = 'tick'
                doubletickLogout loginNumber: "+91${local}", credentialsId: "double${id}"
                """, Result.SUCCESS);
        doubleTick.assertOneLogout(DoubleTickStandIn.KEY, "+919876543210");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                DoubleTickStandIn.NOT_A_MEMBER
                        + "| ERROR: +91••••••3299 was not logged out. DoubleTick answered 422: User is not a member of the team. Check the number",
                DoubleTickStandIn.REFUSED
                        + "| ERROR: +91••••••3260 was not logged out. DoubleTick answered 201, but without \"success\": true. Check",
                DoubleTickStandIn.PORTAL
                        + "| ERROR: +91••••••3270 was not logged out. DoubleTick answered 200, but without \"success\": true. Check",
                DoubleTickStandIn.DOWN
                        + "| ERROR: +91••••••3240 was not logged out. DoubleTick answered 503: The service is being updated (4 tries). Build again",
            },
            quoteCharacter = '`')
    void failure(String number, String line) throws Exception {
        StandInExtension.assertLog(line, build("doubletickLogout loginNumber: '" + number + "'", Result.FAILURE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "", "<html>", "{\"success\":\"true\"}", "[{\"success\":true}]"})
    void anythingButConfirmationIsAFailure(String body) throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(201, body))) {
            StandInExtension.use(server.url());
            WorkflowRun build = build("doubletickLogout loginNumber: '+919876543210'", Result.FAILURE);
            StandInExtension.assertLog("DoubleTick answered 201, but without \"success\": true", build);
            assertEquals(1, server.requests().size());
        }
    }

    @Test
    void redirectIsNotFollowed() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(
                302, "", "Location: " + doubleTick.standIn().url() + "/team-member/logout"))) {
            StandInExtension.use(server.url());
            WorkflowRun build = build("doubletickLogout loginNumber: '+919876543210'", Result.FAILURE);
            StandInExtension.assertLog("DoubleTick answered 302, a redirect to http://127.0.0.1:", build);
            doubleTick.assertNothingSent();
        }
    }

    @Test
    void retriesAreTold() throws Exception {
        WorkflowRun build = build("doubletickLogout loginNumber: '" + DoubleTickStandIn.BUSY + "'", Result.SUCCESS);
        StandInExtension.assertLog(
                "+91••••••3230: DoubleTick answered 503: The service is being updated. Trying again in 1 s (try 2).",
                build);
        assertEquals(2, doubleTick.requests().size());
    }

    @Test
    void manyInParallel() throws Exception {
        build("""
                def branches = [:]
                for (int i = 0; i < 10; i++) {
                    branches["member $i"] = { doubletickLogout loginNumber: '+919876543210' }
                }
                parallel branches
                """, Result.SUCCESS);
        assertEquals(10, doubleTick.requests().size());
    }

    @Test
    void failureCanBeCaught() throws Exception {
        WorkflowRun build = build("""
                catchError(buildResult: 'UNSTABLE') {
                    doubletickLogout loginNumber: '+919876543299'
                }
                doubletickLogout loginNumber: '+919876543210'
                """, Result.UNSTABLE);
        StandInExtension.assertLog("+91••••••3210 is logged out", build);
    }

    @Test
    void stageViewShowsTheNumberMasked() throws Exception {
        WorkflowRun build = build("doubletickLogout loginNumber: '+919876543210'", Result.SUCCESS);
        FlowNode node = new DepthFirstScanner()
                .findFirstMatch(build.getExecution(), new NodeStepTypePredicate("doubletickLogout"));
        assertEquals("+91••••••3210", ArgumentsAction.getStepArgumentsAsString(node));
    }

    @Test
    void configRoundTrip() throws Exception {
        DoubleTickLogoutStep step = new DoubleTickLogoutStep("+919876543210");
        r.assertEqualDataBoundBeans(step, new StepConfigTester(r).configRoundTrip(step));
        step.setCredentialsId(StandInExtension.CREDENTIALS_ID);
        r.assertEqualDataBoundBeans(step, new StepConfigTester(r).configRoundTrip(step));
    }

    @Test
    void generatedSnippetIsMinimal() throws Exception {
        SnippetizerTester tester = new SnippetizerTester(r);
        DoubleTickLogoutStep step = new DoubleTickLogoutStep("+919876543210");
        tester.assertRoundTrip(step, "doubletickLogout '+919876543210'");
        step.setCredentialsId("other");
        tester.assertRoundTrip(step, "doubletickLogout credentialsId: 'other', loginNumber: '+919876543210'");
    }
}
