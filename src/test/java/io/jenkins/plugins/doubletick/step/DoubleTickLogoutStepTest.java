package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.model.Result;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
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
        StandInExtension.onlyDefaultKey();
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                DoubleTickStandIn.NOT_A_MEMBER
                        + "| ERROR: +91••••••3299 may still be logged in. DoubleTick answered 422: User is not a member of the team. Check the number",
                DoubleTickStandIn.REFUSED
                        + "| ERROR: +91••••••3260 may still be logged in. DoubleTick answered 201, but without \"success\": true. Check",
                DoubleTickStandIn.PORTAL
                        + "| ERROR: +91••••••3270 may still be logged in. DoubleTick answered 200, but without \"success\": true. Check",
                DoubleTickStandIn.DOWN
                        + "| ERROR: +91••••••3240 may still be logged in. DoubleTick answered 503: The service is being updated (4 tries). Build again",
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
}
