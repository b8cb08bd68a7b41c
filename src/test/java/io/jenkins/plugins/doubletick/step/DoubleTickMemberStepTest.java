package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Result;
import io.jenkins.plugins.doubletick.ApiKeyListener;
import io.jenkins.plugins.doubletick.OneJenkins;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.WebUser;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.jvnet.hudson.test.TestExtension;

class DoubleTickMemberStepTest extends OneJenkins {

    private static final String LOOKUP = lookup(null);

    /** A response with the members of a team, which is sent when it is released. */
    private static ScriptedServer.Reply team(CountDownLatch go, String members) {
        return (socket, server) -> {
            go.await();
            ScriptedServer.answer(200, "{\"data\":[" + members + "]}").to(socket, server);
        };
    }

    private static void assertLine(String line, Result result, String script, String members) throws Exception {
        try (ScriptedServer server = new ScriptedServer(team(new CountDownLatch(0), members))) {
            StandInExtension.use(server.url());
            assertLog(line, build(result, script));
        }
    }

    private static String echo(String number) {
        return "def m = doubletickMember loginNumber: '" + number + "'\n"
                + "echo \"It is ${m.name}|${m.email}|${m.role}|${m.owner}|${m.loginNumber}|${m.size()}\"";
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " -> ",
            value = {
                "1 (202) 555-0123 -> Daniel Okafor|daniel.okafor@example.com|Manager|false|+12•••••0123|5",
                "+919876543201 -> Meera Iyer|meera.iyer@example.com|Admin|true|+91••••••3201|5",
                "+919876543230 -> O'Neil, Sam (night shift)|sam.oneil@example.com|Agent|false|+91••••••3230|5",
            },
            quoteCharacter = '`')
    void stepReturnsTheMemberWithAMaskedNumber(String number, String member) throws Exception {
        assertLog("It is " + member, build(Result.SUCCESS, echo(number)));
    }

    @Test
    void missingValuesAreNull() throws Exception {
        assertLine(
                "It is null|null|null|false|+91••••••3210|5",
                Result.SUCCESS,
                echo(MEMBER),
                "{\"phone\":\"+91 98765 43210\",\"name\":\"\"}");
    }

    @Test
    void stepAsksForTheTeamAndLogsNoName() throws Exception {
        WorkflowRun build = build(Result.SUCCESS, LOOKUP);
        assertLog(
                "Looking up +91••••••3210 in the DoubleTick team with the API key of the credential 'doubletick'",
                build);
        assertLog("+91••••••3210 is a member of the DoubleTick team.", build);
        assertEquals(0, count("Asha", build));
        assertEquals(List.of(), logouts(build));
        assertEquals(
                List.of("GET /team " + KEY),
                doubleTick.requests().stream()
                        .map(request -> request.method() + " " + request.path() + " " + request.authorization())
                        .toList());
    }

    @Test
    void stepFailsUnlessExactlyOneMemberHasTheNumber() throws Exception {
        assertLine(
                "ERROR: Nobody in the DoubleTick team has the login number +91••••••3210. Check the number",
                Result.FAILURE,
                LOOKUP,
                "");
        assertLine(
                "ERROR: Several members of the DoubleTick team have the login number +91••••••3210. Correct their numbers"
                        + " in DoubleTick.",
                Result.FAILURE,
                LOOKUP,
                "{\"name\":\"Asha\",\"phone\":\"919876543210\"},{\"name\":\"Owner\",\"phone\":\"+91 98765 43210\"}");
    }

    @Test
    void stepFailsIfTheTeamIsTooLarge() throws Exception {
        assertLine(
                "Members of such a large team can be logged out, but not looked up.",
                Result.FAILURE,
                LOOKUP,
                "{}" + ",{}".repeat(10_000));
    }

    @Test
    void simultaneousCallersShareOneRequest() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(team(go, "{\"name\":\"Asha\",\"phone\":\"919876543210\"}"))) {
            StandInExtension.use(server.url());
            WorkflowRun build = start("parallel a: { " + LOOKUP + " }, b: { " + LOOKUP + " }, aborted: { catchError {"
                    + " timeout(time: 1, unit: 'SECONDS') { " + LOOKUP + " } }; echo 'One is aborted' }");
            WorkflowRun other = start(LOOKUP);
            r.waitForMessage("One is aborted", build);
            r.waitForMessage("Looking up", other);
            String threads =
                    new WebUser(null).get(r, other.getUrl() + "threadDump/").body();
            assertTrue(threads.contains("waiting for the DoubleTick team, to look up +91••••••3210"), threads);
            go.countDown();
            r.waitForCompletion(build);
            end(Result.SUCCESS, other);
            assertEquals(2, count("is a member", build));
            assertEquals(1, server.requests().size());
        }
    }

    /** Counts what the monitor receives. */
    @TestExtension
    public static final class Answers extends ApiKeyListener {

        static final AtomicInteger COUNT = new AtomicInteger();

        @Override
        public void onAnswer(Use use, @CheckForNull DoubleTickException failure) {
            COUNT.incrementAndGet();
        }
    }

    @Test
    void keptTeamSaysNothingAboutTheKey() throws Exception {
        int answers = Answers.COUNT.get() + 1;
        build(Result.SUCCESS, LOOKUP);
        while (Answers.COUNT.get() < answers) {
            Thread.onSpinWait(); // The monitor receives it beside the build.
        }
        build(Result.SUCCESS, LOOKUP + "\n" + LOOKUP);
        assertEquals(1, doubleTick.requests().size());
        assertEquals(answers, Answers.COUNT.get());
    }

    /** Names are DoubleTick's words: each page must escape them. */
    @Test
    void pagesShowMarkupInANameAsText() throws Exception {
        CountDownLatch go = new CountDownLatch(0);
        try (ScriptedServer server =
                new ScriptedServer(team(go, "{\"name\":\"<b>A</b>\\u001B[8m\\nsha\",\"phone\":\"919876543210\"}"))) {
            StandInExtension.use(server.url());
            WorkflowRun build =
                    start("input id: 'Ask', message: \"Log out ${doubletickMember('+919876543210').name}?\"");
            r.waitForMessage("Log out <b>A</b>", build);
            String page = new WebUser(null).get(r, build.getUrl() + "input/").body();
            assertTrue(page.contains("Log out &lt;b>A&lt;/b>"), page);
            assertFalse(page.contains("<b>A</b>"), page);
            build.doStop();
            end(Result.ABORTED, build);
        }
    }
}
