package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.AbortException;
import hudson.model.Action;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Queue;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.StringParameterDefinition;
import hudson.model.StringParameterValue;
import io.jenkins.plugins.doubletick.HangingVault;
import io.jenkins.plugins.doubletick.NamedMember;
import io.jenkins.plugins.doubletick.OneJenkins;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.WebUser;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import jenkins.model.ParameterizedJobMixIn;
import jenkins.model.ParameterizedJobMixIn.ParameterizedJob;
import net.sf.json.JSONObject;
import org.htmlunit.html.DomNode;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.steps.SleepStep;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;

/** A logout by a Pipeline or a freestyle build, its abort, and its record on the page, in the REST API and in the file. */
class LogoutTest extends OneJenkins {

    @Test
    void pipelineLogsOutWithoutANode() throws Exception {
        WorkflowRun build = build(Result.SUCCESS, logout(MEMBER));
        doubleTick.assertOneLogout(KEY, MEMBER);
        assertLog("Logging +91••••••3210 out of DoubleTick with the API key of the credential 'doubletick'", build);
        assertLog("+91••••••3210 is logged out of DoubleTick on every device.", build);
    }

    @Test
    void refusedNumberWithoutACountryCodeIsExplained() throws Exception {
        assertLog(
                "failed. DoubleTick answered 422: User is not a member of the team. This number is not in use in"
                        + " Iran (+98). Is the country code missing? Compare the number",
                build(Result.FAILURE, logout("9876543210")));
    }

    @Test
    void otherBuildsRunDuringManyLogouts() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.after(answer, ScriptedServer.success()))) {
            StandInExtension.use(server.url());
            WorkflowRun build = start(parallel(20, logout(MEMBER)));
            server.awaitRequest();
            r.waitForMessage("All have begun", build);
            build(Result.SUCCESS, "sleep time: 1, unit: 'MILLISECONDS'");
            answer.countDown();
            end(Result.SUCCESS, build);
            assertEquals(20, server.requests().size());
            assertEquals(20, logouts(build).size());
        }
    }

    @Test
    void freestyleStepReplacesParameters() throws Exception {
        FreeStyleProject job = freestyle("+91 98765 43210", null);
        job.addProperty(new ParametersDefinitionProperty(
                new StringParameterDefinition("LOGIN_NUMBER", "+91-98765-43210"),
                new StringParameterDefinition("LOCAL", "9876543210")));
        for (String number : List.of("$LOGIN_NUMBER", "${LOGIN_NUMBER}", "+91$LOCAL")) {
            job.getBuildersList().add(builder(number, null));
        }
        assertLog("+91••••••3210 is logged out of DoubleTick on every device.", r.buildAndAssertSuccess(job));
        assertEquals(4, doubleTick.requests().size());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            $NOPE         | $NOPE could not be resolved: this build has no such parameter or variable.
            +9198765$NOPE | $NOPE could not be resolved: this build has no such parameter or variable.
            $BLANK        | The login number $BLANK is blank in this build. Nothing was sent.
            ''            | The login number is blank
            12345         | •••45 is not a login number. A login number has 7 to 15 digits
            """)
    void freestyleStepWithoutALoginNumberFailsAndSendsNothing(String number, String line) throws Exception {
        FreeStyleProject job = freestyle(number, null);
        job.addProperty(new ParametersDefinitionProperty(new StringParameterDefinition("BLANK", " ")));
        assertLog("ERROR: " + line, r.buildAndAssertStatus(Result.FAILURE, job));
        doubleTick.assertNothingSent();
    }

    /** Three builds, each of them to be aborted in another way. */
    private static final class Builds {

        private final WorkflowRun pipeline;
        private final WorkflowRun failFast;
        private final FreeStyleBuild freestyle;
        private final List<Run<?, ?>> all;

        Builds(String credentialsId) throws Exception {
            String step = logout(MEMBER, credentialsId);
            pipeline = start(step);
            failFast = start("parallel failFast: true, logout: { " + step + " }, other: { sleep 600 }");
            freestyle = freestyle(MEMBER, credentialsId).scheduleBuild2(0).waitForStart();
            all = List.of(pipeline, failFast, freestyle);
        }

        void awaitLine(String line) throws Exception {
            for (Run<?, ?> build : all) {
                r.waitForMessage(line, build);
            }
        }

        void abort(String outcome, int tries) throws Exception {
            pipeline.doStop();
            for (StepExecution step :
                    failFast.getExecution().getCurrentExecutions(true).get()) {
                if (step instanceof SleepStep.Execution) {
                    step.getContext().onFailure(new AbortException("The other branch failed"));
                }
            }
            freestyle.doStop();
            for (Run<?, ?> build : all) {
                // The branch that failed first decides how the build ends, and not the one that was aborted then.
                end(build == failFast ? Result.FAILURE : Result.ABORTED, build);
                assertEquals(1, logouts(build).size());
                Logout logout = logouts(build).get(0);
                assertTrue(logout.isAborted());
                assertEquals(outcome, logout.getOutcome());
                assertEquals(tries, logout.getTries());
                assertEquals(0, count("is logged out", build));
            }
        }

        void abortLate() throws Exception {
            abort("logout not confirmed, aborted", 1);
            String line =
                    "The logout of +91••••••3210 is not confirmed. The build was aborted before DoubleTick answered.";
            for (Run<?, ?> build : all) {
                assertEquals(1, count(line, build), JenkinsRule.getLog(build));
            }
        }
    }

    @Test
    void abortDuringTheRequest() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.silence())) {
            StandInExtension.use(server.url());
            Builds builds = new Builds("doubletick");
            builds.awaitLine("Logging +91");
            server.awaitRequest();
            builds.abortLate();
            server.awaitDisconnect();
        }
    }

    @Test
    void abortBetweenTwoTries() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(503, "", "Retry-After: 50"))) {
            StandInExtension.use(server.url());
            Builds builds = new Builds("doubletick");
            builds.awaitLine("Trying again in 50 s (try 2).");
            builds.abortLate();
        }
    }

    /** The limit of one key does not slow another. */
    @Test
    void abortDuringTheRateLimit() throws Exception {
        try (ScriptedServer server =
                new ScriptedServer(ScriptedServer.answer(429, "", "Retry-After: 50"), ScriptedServer.success())) {
            StandInExtension.use(server.url());
            WorkflowRun first = start(logout(MEMBER));
            r.waitForMessage("Trying again in 50 s (try 2).", first);
            Builds builds = new Builds("doubletick");
            builds.awaitLine("DoubleTick limits the requests with this API key for now. Waiting at least ");
            build(Result.SUCCESS, logout(MEMBER, "other"));
            builds.abortLate();
            first.doStop();
            end(Result.ABORTED, first);
            assertEquals(1 + 1, server.requests().size());
        }
    }

    /** The line about the abort waits behind the vault, but the builds end. */
    @Test
    void abortDuringTheLookupOfTheKey() throws Exception {
        Builds builds = new Builds(VAULT);
        HangingVault.awaitCallers(3);
        builds.abort("not logged out, aborted before a request was sent", 0);
        HangingVault.release();
        build(Result.SUCCESS, logout(MEMBER, VAULT));
        assertEquals(1, doubleTick.requests().size());
    }

    /** The request for the team goes on, since others may wait for the team. */
    @Test
    void abortOfALookup() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.silence())) {
            StandInExtension.use(server.url());
            WorkflowRun build = start(lookup(null));
            server.awaitRequest();
            String threads =
                    new WebUser(null).get(r, build.getUrl() + "threadDump/").body();
            assertTrue(threads.contains("waiting for the DoubleTick team, to look up +91••••••3210"), threads);
            build.doStop();
            end(Result.ABORTED, build);
            assertEquals(0, count("The lookup of", build));
        }
    }

    @TestExtension
    public static final class Vault extends HangingVault {}

    private static List<DomNode> linesOnPage(Run<?, ?> build) throws Exception {
        JenkinsRule.WebClient client = r.createWebClient().withJavaScriptEnabled(false);
        client.getOptions().setCssEnabled(false);
        HtmlPage page = client.getPage(build);
        return page.querySelectorAll(".app-summary div").stream()
                .filter(line -> line.asNormalizedText().matches("(?s).*(logged out|not confirmed).*"))
                .toList();
    }

    /** Without the times, which each JDK writes in its own form. */
    private static List<String> textsOnPage(Run<?, ?> build) throws Exception {
        return linesOnPage(build).stream()
                .map(line -> line.asNormalizedText()
                        .replaceAll("(?U)\\s+", " ")
                        .replaceFirst("(?<=logged out |not confirmed ).*[0-9].*, (?=HTTP status|no answer)", ""))
                .toList();
    }

    private static List<JSONObject> inRestApi(Run<?, ?> build) throws Exception {
        return r.getJSON(build.getUrl() + "api/json").getJSONObject().getJSONArray("actions").stream()
                .map(JSONObject.class::cast)
                .filter(action -> action.optString("_class").equals(LogoutAction.class.getName()))
                .flatMap(action -> action.getJSONArray("logouts").stream())
                .map(JSONObject.class::cast)
                .toList();
    }

    @Test
    void recordIsOnThePageInTheRestApiAndInTheFile() throws Exception {
        WorkflowJob job = pipeline(logout(DoubleTickStandIn.BUSY) + "\n" + logout(SECOND_MEMBER) + "\ncatchError { "
                + logout(MEMBER, "gone") + " }\n" + logout(DoubleTickStandIn.DOWN));
        r.buildAndAssertStatus(Result.FAILURE, job);
        job.doReload();
        WorkflowRun build = job.getLastBuild();
        assertEquals(
                List.of(
                        "+91••••••3210: logout not confirmed no answer, requests: 0, credential 'gone'",
                        "+91••••••3240: logout not confirmed HTTP status 503, requests: 4, credential 'doubletick'",
                        "+91••••••3230: logged out HTTP status 201, requests: 2, credential 'doubletick'",
                        "+12•••••0123: logged out HTTP status 201, requests: 1, credential 'doubletick'"),
                textsOnPage(build));
        List<JSONObject> logouts = inRestApi(build);
        assertEquals(4, logouts.size());
        JSONObject first = logouts.get(0);
        long time = first.getLong("time");
        assertTrue(
                build.getTimeInMillis() <= time && time <= build.getTimeInMillis() + build.getDuration(),
                "Time: " + time);
        first.remove("time");
        first.remove("_class");
        assertEquals(
                JSONObject.fromObject(
                        "{\"loginNumber\":\"+91••••••3230\",\"credentialsId\":\"doubletick\",\"success\":true,"
                                + "\"aborted\":false,\"status\":201,\"tries\":2}"),
                first);
        assertFalse(logouts.get(2).getBoolean("success"));
        assertTrue(logouts.get(2).getJSONObject("status").isNullObject());
        String stored = Files.readString(build.getRootDir().toPath().resolve("build.xml"))
                .replaceFirst("(?s).*<(\\S+LogoutAction)>(.*)</\\1>.*", "$2"); // Pipeline stores the script beside it.
        assertTrue(stored.contains("••••"), stored);
        assertFalse(stored.matches("(?s).*(98765432|2025550).*"), stored);
    }

    @Test
    void pageOfManyLogoutsCountsThemAndShowsFailuresFirst() throws Exception {
        WorkflowRun build = build(Result.FAILURE, parallel(11, logout("' + (n == 7 ? '123' : '+919876543210') + '")));
        assertLog("ERROR: •23 is not a login number. A login number has 7 to 15 digits", build);
        List<String> lines = textsOnPage(build);
        assertEquals("10 logged out, 1 not confirmed", lines.get(0));
        assertEquals("•23: logout not confirmed no answer, requests: 0", lines.get(1));
        assertEquals(1 + 11, lines.size());
        assertEquals(11, inRestApi(build).size());
    }

    /** Plugins that build again after a lost agent queue a build with all actions of the earlier one. */
    @Test
    void buildWithTheActionsOfAnEarlierOneHasItsOwnRecord() throws Exception {
        assertOwnRecords(freestyle(MEMBER, null));
        assertOwnRecords(pipeline(logout(MEMBER)));
    }

    private static <J extends Job<J, R> & ParameterizedJob<J, R>, R extends Run<J, R> & Queue.Executable>
            void assertOwnRecords(J job) throws Exception {
        Run<?, ?> first = r.buildAndAssertSuccess(job);
        List<Logout> firstRecord = logouts(first);
        ParameterizedJobMixIn.scheduleBuild2(job, 0, first.getActions().toArray(Action[]::new));
        r.waitUntilNoActivity();
        assertEquals(firstRecord, logouts(first));
        for (int load = 0; load < 2; load++) {
            assertEquals(
                    List.of(1, 1),
                    job.getBuilds().stream().map(build -> logouts(build).size()).toList());
            job.doReload();
        }
    }

    /** A build parameter that knows the name of a member. */
    public static final class Named extends StringParameterValue implements NamedMember {

        private static final long serialVersionUID = 1L;

        private final String member;

        Named(String member) {
            super("LOGIN_NUMBER", MEMBER);
            this.member = member;
        }

        @Override
        public LoginNumber loginNumber() {
            return LoginNumber.parseOrNull(value);
        }

        @Override
        public String memberName() {
            return member;
        }
    }

    /** An isolated name does not turn the number around, in whichever direction it is written. */
    @ParameterizedTest
    @CsvSource({"أحمد علي,+919876543210", "<b>A</b>,+919876543210", "long,+919876543210", "Asha,+12025550123"})
    void pageShowsTheNameOfTheMemberIsolatedFromTheNumber(String name, String number) throws Exception {
        WorkflowJob job = pipeline(logout(number));
        job.addProperty(new ParametersDefinitionProperty(new StringParameterDefinition("LOGIN_NUMBER")));
        Named named = new Named(name.equals("long") ? "x".repeat(100) : name);
        WorkflowRun build = r.assertBuildStatusSuccess(job.scheduleBuild2(0, new ParametersAction(named)));
        String shown = name.equals("long") ? "x".repeat(60) + "…" : name;
        assertEquals(
                // Another number than the parameter's is somebody else's.
                number.equals(MEMBER) ? List.of(shown, "+91••••••3210") : List.of("+12•••••0123"),
                linesOnPage(build).get(0).querySelectorAll("bdi").stream()
                        .map(DomNode::asNormalizedText)
                        .toList());
    }
}
