package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.Result;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.sf.json.JSONObject;
import org.htmlunit.html.DomNode;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

class LogoutActionTest {

    /** What stands between outcome and details, in whatever form this JDK writes a time. */
    private static final String TIME = "(?<=logged out ).*[0-9].*, (?=HTTP status|no answer)";

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    @Test
    void buildPageAndRestApiAlsoAfterRestart() throws Throwable {
        sessions.then(r -> {
            StandInExtension.addDefaultKey();
            freestyle(r, "success", DoubleTickStandIn.MEMBER, Result.SUCCESS);
            freestyle(r, "failure", DoubleTickStandIn.NOT_A_MEMBER, Result.FAILURE);
            pipeline(r);
            r.buildAndAssertSuccess(r.createProject(FreeStyleProject.class, "nothing"));
            freestyle(r, "not-sent", "$MISSING", Result.FAILURE);
            assertPages(r);
        });
        sessions.then(LogoutActionTest::assertPages);
    }

    private static void freestyle(JenkinsRule r, String name, String number, Result result) throws Exception {
        FreeStyleProject job = r.createProject(FreeStyleProject.class, name);
        job.getBuildersList().add(new DoubleTickLogoutBuilder(number));
        r.buildAndAssertStatus(result, job);
    }

    private static void pipeline(JenkinsRule r) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class, "pipeline");
        job.setDefinition(new CpsFlowDefinition(
                """
                doubletickLogout '%s'
                doubletickLogout '%s'
                catchError {
                    doubletickLogout loginNumber: '%s', credentialsId: 'gone'
                }
                doubletickLogout '%s'
                """.formatted(
                                DoubleTickStandIn.BUSY,
                                DoubleTickStandIn.SECOND_MEMBER,
                                DoubleTickStandIn.MEMBER,
                                DoubleTickStandIn.DOWN),
                true));
        r.buildAndAssertStatus(Result.FAILURE, job);
    }

    private static void assertPages(JenkinsRule r) throws Exception {
        assertPage(r, "success", "+91••••••3210 logged out TIME HTTP status 201, 1 try, credential 'doubletick'");
        assertPage(r, "failure", "+91••••••3299: may still be logged in TIME HTTP status 422, 1 try, credential 'doubletick'");
        assertPage(
                r,
                "pipeline",
                "+91••••••3230 logged out TIME HTTP status 201, 2 tries, credential 'doubletick'",
                "+12•••••0123 logged out TIME HTTP status 201, 1 try, credential 'doubletick'",
                "+91••••••3210: may still be logged in TIME no answer, no request, credential 'gone'",
                "+91••••••3240: may still be logged in TIME HTTP status 503, 4 tries, credential 'doubletick'");
        assertPage(r, "nothing");
        assertPage(r, "not-sent");
        assertRestApi(r);
    }

    private static Run<?, ?> build(JenkinsRule r, String job) {
        return r.jenkins.getItemByFullName(job, Job.class).getLastBuild();
    }

    private static void assertPage(JenkinsRule r, String job, String... lines) throws Exception {
        Run<?, ?> build = build(r, job);
        HtmlPage page = r.createWebClient().getPage(build);
        List<DomNode> summaries = page.querySelectorAll(".app-summary").stream()
                .filter(summary -> summary.asNormalizedText().contains("DoubleTick logouts"))
                .toList();
        assertEquals(lines.length == 0 ? 0 : 1, summaries.size());
        assertEquals(lines.length == 0, !page.asNormalizedText().contains("DoubleTick"));
        if (lines.length > 0) {
            List<DomNode> shown = List.copyOf(summaries.get(0).querySelectorAll("div"));
            assertEquals(
                    List.of(lines),
                    shown.stream()
                            .map(line -> line.asNormalizedText()
                                    .replaceAll("(?U)\\s+", " ")
                                    .replaceFirst(TIME, "TIME "))
                            .toList());
            for (DomNode line : shown) {
                assertEquals(1, line.querySelectorAll("svg.icon-sm").size());
            }
        }
        assertStored(build, lines.length);
    }

    private static void assertStored(Run<?, ?> build, int logouts) throws Exception {
        String xml = Files.readString(build.getRootDir().toPath().resolve("build.xml"));
        Matcher action = Pattern.compile("<(io[.\\w]+LogoutAction)>(.*)</\\1>", Pattern.DOTALL)
                .matcher(xml);
        assertEquals(logouts > 0, action.find(), xml);
        if (logouts > 0) {
            assertTrue(action.group(2).contains("••••"), xml);
            assertFalse(action.group(2).matches("(?s).*(98765432|2025550).*"), xml);
        }
    }

    private static void assertRestApi(JenkinsRule r) throws Exception {
        List<JSONObject> logouts = logouts(r, "pipeline");
        assertEquals(4, logouts.size());
        assertEquals("+91••••••3230", logouts.get(0).getString("loginNumber"));
        assertEquals("doubletick", logouts.get(0).getString("credentialsId"));
        assertTrue(logouts.get(0).getBoolean("success"));
        assertEquals(201, logouts.get(0).getInt("status"));
        assertEquals(2, logouts.get(0).getInt("tries"));
        long time = logouts.get(0).getLong("time");
        Run<?, ?> build = build(r, "pipeline");
        assertTrue(
                build.getTimeInMillis() <= time && time <= build.getTimeInMillis() + build.getDuration(),
                "Time: " + time);
        assertFalse(logouts.get(2).getBoolean("success"));
        assertTrue(logouts.get(2).getJSONObject("status").isNullObject());
        assertEquals(0, logouts.get(2).getInt("tries"));
        assertEquals("gone", logouts.get(2).getString("credentialsId"));
        assertFalse(logouts.get(3).getBoolean("success"));
        assertEquals(503, logouts.get(3).getInt("status"));
        assertEquals(List.of(), logouts(r, "nothing"));
    }

    private static List<JSONObject> logouts(JenkinsRule r, String job) throws Exception {
        JSONObject build = r.getJSON(build(r, job).getUrl() + "api/json").getJSONObject();
        return build.getJSONArray("actions").stream()
                .map(JSONObject.class::cast)
                .filter(action -> action.optString("_class").equals(LogoutAction.class.getName()))
                .flatMap(action -> action.getJSONArray("logouts").stream())
                .map(JSONObject.class::cast)
                .toList();
    }
}
