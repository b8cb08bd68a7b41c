package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Action;
import hudson.model.Job;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Queue;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.StringParameterDefinition;
import hudson.model.StringParameterValue;
import io.jenkins.plugins.doubletick.NamedMember;
import io.jenkins.plugins.doubletick.OneJenkins;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import java.nio.file.Files;
import java.util.List;
import jenkins.model.ParameterizedJobMixIn;
import jenkins.model.ParameterizedJobMixIn.ParameterizedJob;
import net.sf.json.JSONObject;
import org.htmlunit.html.DomNode;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The logouts of a build on its page, in the REST API and in its file. */
class LogoutActionTest extends OneJenkins {

    private static List<DomNode> linesOnPage(Run<?, ?> build) throws Exception {
        HtmlPage page = r.createWebClient().getPage(build);
        return page.querySelectorAll(".app-summary div").stream()
                .filter(line -> line.asNormalizedText().contains("logged "))
                .toList();
    }

    /** Without the times, which each JDK writes in its own form. */
    private static List<String> textsOnPage(Run<?, ?> build) throws Exception {
        return linesOnPage(build).stream()
                .map(line -> line.asNormalizedText()
                        .replaceAll("(?U)\\s+", " ")
                        .replaceFirst("(?<=logged (in|out) ).*[0-9].*, (?=HTTP status|no answer)", ""))
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
    void buildWithoutALogoutHasNoRecord() throws Exception {
        WorkflowRun build = build(Result.SUCCESS, "echo 'Nothing'");
        assertEquals(List.of(), linesOnPage(build));
        assertEquals(List.of(), inRestApi(build));
    }

    @Test
    void pageOfManyLogoutsCountsThemAndShowsFailuresFirst() throws Exception {
        WorkflowRun build = build(Result.FAILURE, parallel(31, logout("' + (n == 17 ? '123' : '+919876543210') + '")));
        assertLog("ERROR: •23 is not a login number. A login number has 7 to 15 digits", build);
        List<String> lines = textsOnPage(build);
        assertEquals("30 logged out, 1 not confirmed", lines.get(0));
        assertEquals("•23: logout not confirmed no answer, requests: 0", lines.get(1));
        assertEquals(1 + 31, lines.size());
        assertEquals(31, inRestApi(build).size());
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
