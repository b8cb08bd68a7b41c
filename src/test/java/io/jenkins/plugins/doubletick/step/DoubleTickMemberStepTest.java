package io.jenkins.plugins.doubletick.step;

import io.jenkins.plugins.doubletick.monitor.ApiKeyWatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.domains.Domain;
import hudson.model.Result;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class DoubleTickMemberStepTest {

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private static JenkinsRule r;

    @BeforeAll
    static void start(JenkinsRule rule) {
        r = rule;
    }

    @BeforeEach
    void setUp() throws Exception {
        StandInExtension.onlyDefaultKey();
    }

    private static WorkflowRun start(String script) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job.scheduleBuild2(0).waitForStart();
    }

    private static WorkflowRun build(String script, Result result) throws Exception {
        return r.assertBuildStatus(result, r.waitForCompletion(start(script)));
    }

    private static String tell(String number) {
        return "def m = doubletickMember loginNumber: '" + number + "'\n"
                + "echo \"It is ${m.name}|${m.email}|${m.role}|${m.owner}|${m.size()}\"\n";
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " -> ",
            value = {
                "+919876543210 -> Asha Rao|asha.rao@example.com|Agent|false|4",
                "1 (202) 555-0123 -> Daniel Okafor|daniel.okafor@example.com|Manager|false|4",
                "+919876543201 -> Meera Iyer|meera.iyer@example.com|Admin|true|4",
                "+919876543220 -> Ravi Kumar|null|Agent|false|4",
                "+919876543230 -> O'Neil, Sam (night shift)|sam.oneil@example.com|Agent|false|4",
            },
            quoteCharacter = '`')
    void describesTheMember(String number, String member) throws Exception {
        StandInExtension.assertLog("It is " + member, build(tell(number), Result.SUCCESS));
    }

    @Test
    void asksForTheTeamAndLogsNoName() throws Exception {
        WorkflowRun build = build("doubletickMember '+919876543210'", Result.SUCCESS);
        StandInExtension.assertLog(
                "Looking up +91••••••3210 in the DoubleTick team, with the API key of the credential 'doubletick'",
                build);
        StandInExtension.assertLog("+91••••••3210 is a member of the DoubleTick team.", build);
        assertFalse(JenkinsRule.getLog(build).contains("Asha"), JenkinsRule.getLog(build));
        assertNull(build.getAction(LogoutAction.class));
        assertEquals(
                List.of("GET /team " + DoubleTickStandIn.KEY),
                doubleTick.requests().stream()
                        .map(request -> request.method() + " " + request.path() + " " + request.authorization())
                        .toList());
    }

    @Test
    void whatIsMissingIsNull() throws Exception {
        try (ScriptedServer server = new ScriptedServer(
                ScriptedServer.answer(200, "{\"data\":[{\"phone\":\"+91 98765 43210\",\"name\":\"\"}]}"))) {
            StandInExtension.use(server.url());
            StandInExtension.assertLog("true true true true", build("""
                            def m = doubletickMember '+919876543210'
                            echo "${m.name == null} ${m.email == null} ${m.role == null} ${m.owner == false}"
                            """, Result.SUCCESS));
        }
    }

    @Test
    void declarativeWithAgentNoneAndTheKeyOfAFolder() throws Exception {
        Folder folder = r.createProject(Folder.class);
        StandInExtension.add(
                folder, Domain.global(), StandInExtension.apiKey("of-the-folder", DoubleTickStandIn.SECOND_KEY));
        WorkflowJob job = folder.createProject(WorkflowJob.class, "job");
        job.setDefinition(new CpsFlowDefinition("""
                pipeline {
                    agent none
                    stages {
                        stage('Who') {
                            steps {
                                echo doubletickMember(loginNumber: '+919876543210', credentialsId: 'of-the-folder').name
                            }
                        }
                    }
                }
                """, true));
        StandInExtension.assertLog("Asha Rao", r.buildAndAssertSuccess(job));
        assertEquals(DoubleTickStandIn.SECOND_KEY, doubleTick.requests().get(0).authorization());
    }

    @Test
    void nobodyHasTheNumber() throws Exception {
        String line =
                "ERROR: Nobody in the DoubleTick team has the login number +91••••••3299. Check the number: it must"
                        + " be the one that the member logs in to DoubleTick with, country code included.";
        StandInExtension.assertLog(line, build("doubletickMember '+919876543299'", Result.FAILURE));
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(200, "{\"data\":[]}"))) {
            StandInExtension.use(server.url());
            StandInExtension.assertLog(line, build("doubletickMember '+919876543299'", Result.FAILURE));
        }
    }

    @Test
    void unknownCredential() throws Exception {
        StandInExtension.assertLog(
                "ERROR: +91••••••3210 could not be looked up. There is no credential with the ID 'other' that this build could"
                        + " use. Check the ID",
                build("doubletickMember loginNumber: '+919876543210', credentialsId: 'other'", Result.FAILURE));
        doubleTick.assertNothingSent();
    }

    private static final String CHECK_ANSWER = "Check whether a proxy or portal answers instead of 127.0.0.1.";
    private static final String CHECK_NETWORK = "Check that the Jenkins controller can reach 127.0.0.1;";

    static Stream<Arguments> failures() {
        String tooLarge =
                Stream.generate(() -> "{}").limit(10_001).collect(Collectors.joining(",", "{\"data\":[", "]}"));
        return Stream.of(
                Arguments.of(
                        ScriptedServer.answer(401, "{\"message\":\"Invalid " + DoubleTickStandIn.KEY + "\"}"),
                        1,
                        "DoubleTick answered 401: Invalid ****. Check the credential 'doubletick': DoubleTick shows"),
                Arguments.of(
                        ScriptedServer.answer(401, "{\"message\":\"Insufficient permissions. Missing: TEAM\"}"),
                        1,
                        "DoubleTick answered 401: Insufficient permissions. Missing: TEAM. Give the API key of the"
                                + " credential 'doubletick' this permission"),
                Arguments.of(
                        ScriptedServer.answer(403, "{\"reason\":\"FORBIDDEN\"}"),
                        1,
                        "DoubleTick answered 403: FORBIDDEN. Check in DoubleTick, under Settings"),
                Arguments.of(
                        ScriptedServer.answer(400, "{\"message\":\"No\"}"),
                        1,
                        "DoubleTick answered 400: No. " + CHECK_ANSWER),
                Arguments.of(
                        ScriptedServer.answer(404, "{\"message\":\"No\"}"),
                        1,
                        "DoubleTick answered 404: No. " + CHECK_ANSWER),
                Arguments.of(
                        ScriptedServer.answer(302, "", "Location: https://portal.example.com/"),
                        1,
                        "DoubleTick answered 302, a redirect to https://portal.example.com/, which the plugin does not follow:"
                                + " Status. " + CHECK_ANSWER),
                Arguments.of(
                        ScriptedServer.answer(200, "<html>"),
                        1,
                        "DoubleTick answered 200, but without a list of members. " + CHECK_ANSWER),
                Arguments.of(
                        ScriptedServer.answer(429, "{\"message\":\"Wait\"}", "Retry-After: 3600"),
                        1,
                        "DoubleTick answered 429: Wait. DoubleTick asks for a wait of 3600 s, but the plugin waits 60 s at most. Build again later."),
                Arguments.of(
                        ScriptedServer.answer(503, "{\"message\":\"Down\"}"),
                        4,
                        "DoubleTick answered 503: Down (4 tries). Build again when DoubleTick works again."),
                Arguments.of(
                        ScriptedServer.answer(200, tooLarge),
                        1,
                        "The list of members is too large: it has more than 10000 members, or too much text. Members of so large a team can be"
                                + " logged out, but not looked up: leave this step out."),
                Arguments.of(
                        (ScriptedServer.Reply) (socket, server) -> {
                            socket.getOutputStream().write(ScriptedServer.head(200, "Content-Length: 5000"));
                            socket.getOutputStream().write("{\"data\":[{},".getBytes(StandardCharsets.UTF_8));
                        },
                        4,
                        "The connection was lost before the response was complete (4 tries). " + CHECK_NETWORK));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void failure(ScriptedServer.Reply reply, int tries, String text) throws Exception {
        try (ScriptedServer server = new ScriptedServer(reply)) {
            StandInExtension.use(server.url());
            StandInExtension.assertLog(
                    "ERROR: +91••••••3210 could not be looked up. " + text,
                    build("doubletickMember '+919876543210'", Result.FAILURE));
            assertEquals(tries, server.requests().size());
        }
    }

    @Test
    void noConnection() throws Exception {
        StandInExtension.use("http://127.0.0.1:1");
        StandInExtension.assertLog(
                "ERROR: +91••••••3210 could not be looked up. No connection to 127.0.0.1 on port 1: the host rejects it or cannot be reached (4 tries). " + CHECK_NETWORK,
                build("doubletickMember '+919876543210'", Result.FAILURE));
    }

    @Test
    void failureCanBeCaught() throws Exception {
        WorkflowRun build = build("""
                catchError(buildResult: 'UNSTABLE') {
                    doubletickMember '+919876543299'
                }
                echo 'Somebody else'
                """, Result.UNSTABLE);
        StandInExtension.assertLog("Somebody else", build);
    }

    /** Answers when it is let go. */
    private static ScriptedServer.Reply team(CountDownLatch go) {
        return (socket, server) -> {
            go.await();
            ScriptedServer.answer(200, "{\"data\":[{\"name\":\"Asha\",\"phone\":\"919876543210\"}]}")
                    .to(socket, server);
        };
    }

    @Test
    void oneRequestForAllWhoAskAtOnce() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(team(go))) {
            StandInExtension.use(server.url());
            WorkflowRun build = start("parallel a: { doubletickMember '+919876543210' }, b: { doubletickMember"
                    + " '+919876543210' }, aborted: { catchError(buildResult: 'UNSTABLE') { timeout(time: 1, unit:"
                    + " 'SECONDS') { doubletickMember '+919876543210' } }; echo 'One is aborted' }");
            WorkflowRun other = start("doubletickMember '+919876543210'");
            r.waitForMessage("One is aborted", build);
            r.waitForMessage("Looking up", other);
            go.countDown();
            r.waitForCompletion(build);
            r.assertBuildStatusSuccess(r.waitForCompletion(other));
            assertEquals(
                    2,
                    JenkinsRule.getLog(build)
                            .lines()
                            .filter(line -> line.contains("is a member"))
                            .count());
            assertEquals(1, server.requests().size());
        }
    }

    @Test
    void statusSaysWhatItWaitsFor() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(team(go))) {
            StandInExtension.use(server.url());
            WorkflowRun build = start("doubletickMember '+919876543210'");
            server.awaitRequest();
            String threads =
                    new WebUser(null).get(r, build.getUrl() + "threadDump/").body();
            assertTrue(threads.contains("waiting for the DoubleTick team, to look up +91••••••3210"), threads);
            go.countDown();
            r.assertBuildStatusSuccess(r.waitForCompletion(build));
        }
    }

    private static boolean isRefused() throws Exception {
        ApiKeyWatch.get().learned().get(1, TimeUnit.MINUTES);
        return !ApiKeyWatch.get().refusals().list().isEmpty();
    }

    /** But a team that was kept does not: DoubleTick was not asked. */
    @Test
    void theMonitorOfKeysHearsTheAnswer() throws Exception {
        ScriptedServer.Reply refusal = ScriptedServer.answer(401, "{}");
        CountDownLatch go = new CountDownLatch(0);
        try (ScriptedServer server = new ScriptedServer(refusal, team(go), refusal)) {
            StandInExtension.use(server.url());
            build("doubletickMember '+919876543210'", Result.FAILURE);
            assertTrue(isRefused());
            build("doubletickMember '+919876543210'", Result.SUCCESS);
            assertFalse(isRefused());
            build("doubletickLogout '+919876543210'", Result.FAILURE);
            build("doubletickMember '+919876543210'", Result.SUCCESS);
            assertTrue(isRefused());
            assertEquals(3, server.requests().size());
        }
    }

    /** Names are DoubleTick's words: each page must escape them. */
    @Test
    void markupInANameIsText() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(
                200, "{\"data\":[{\"name\":\"<b>A</b>\\u001B[8m\\nsha\",\"phone\":\"919876543210\"}]}"))) {
            StandInExtension.use(server.url());
            WorkflowRun build =
                    start("input id: 'Ask', message: \"Log out ${doubletickMember('+919876543210').name}?\"");
            r.waitForMessage("Log out <b>A</b> sha?", build);
            String page = new WebUser(null).get(r, build.getUrl() + "input/").body();
            assertTrue(page.contains("Log out &lt;b>A&lt;/b> sha?"), page);
            assertFalse(page.contains("<b>A</b>"), page);
            build.doStop();
            r.assertBuildStatus(Result.ABORTED, r.waitForCompletion(build));
        }
    }
}
