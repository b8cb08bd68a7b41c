package io.jenkins.plugins.doubletick;

import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;
import io.jenkins.plugins.doubletick.step.LogoutAction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.ExtensionList;
import hudson.diagnosis.OldDataMonitor;
import hudson.model.Cause;
import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.ParametersAction;
import hudson.model.Result;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.step.LogoutAction.Logout;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.parameter.DoubleTickLoginNumberParameterValue;
import java.util.Date;
import java.util.List;
import java.util.Map;
import jenkins.model.ParameterizedJobMixIn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;
import org.jvnet.hudson.test.junit.jupiter.WithLocalData;

/**
 * A Jenkins home as the first version of this plugin writes it. It must load with every later one: once that version is
 * released, the files are never changed, and files of later versions are put beside them.
 */
@WithJenkins
class CompatibilityTest {

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    @Test
    @WithLocalData
    void configurationLoads(JenkinsRule r) {
        assertEquals("doubletick", DoubleTickConfiguration.get().getCredentialsId());

        DoubleTickApiKey key = assertInstanceOf(
                DoubleTickApiKey.class,
                SystemCredentialsProvider.getInstance().getCredentials().get(0));
        assertEquals("doubletick", key.getId());
        assertEquals("Our DoubleTick account", key.getDescription());
        assertEquals(CredentialsScope.GLOBAL, key.getScope());
        assertEquals(DoubleTickStandIn.KEY, key.getApiKey().getPlainText());

        DoubleTickLogoutBuilder ofDefault = builder(r, "freestyle");
        assertEquals("$LOGIN_NUMBER", ofDefault.getLoginNumber());
        assertEquals(null, ofDefault.getCredentialsId());
        DoubleTickLogoutBuilder ofFolder = builder(r, "folder/freestyle");
        assertEquals("+12025550123", ofFolder.getLoginNumber());
        assertEquals("of-the-folder", ofFolder.getCredentialsId());

        assertEquals(
                Map.of(), ExtensionList.lookupSingleton(OldDataMonitor.class).getData());
    }

    private static DoubleTickLogoutBuilder builder(JenkinsRule r, String job) {
        return r.jenkins
                .getItemByFullName(job, FreeStyleProject.class)
                .getBuildersList()
                .get(DoubleTickLogoutBuilder.class);
    }

    @Test
    @WithLocalData
    void buildsLoad(JenkinsRule r) throws Exception {
        Run<?, ?> freestyle = job(r, "freestyle").getBuildByNumber(1);
        assertEquals(
                List.of("+91••••••3210 logged out: HTTP status 201, 1 try, credential 'doubletick'"),
                summaries(freestyle));
        assertOnPage(r, freestyle);

        Run<?, ?> parameterised = job(r, "parameterised").getBuildByNumber(1);
        assertEquals(
                List.of("+91••••••3210 logged out: HTTP status 201, 1 try, credential 'doubletick'"),
                summaries(parameterised));
        assertOnPage(r, parameterised);
        assertEquals(
                "+919876543210",
                assertInstanceOf(
                                DoubleTickLoginNumberParameterValue.class,
                                parameterised.getAction(ParametersAction.class).getParameter("LOGIN_NUMBER"))
                        .getValue());

        Run<?, ?> pipeline = job(r, "pipeline").getBuildByNumber(1);
        assertEquals(
                List.of(
                        "+91••••••3299 may still be logged in: HTTP status 422, 1 try, credential 'doubletick'",
                        "+91••••••3230 logged out: HTTP status 201, 2 tries, credential 'doubletick'"),
                summaries(pipeline));
        assertOnPage(r, pipeline);
        List<Logout> logouts = pipeline.getAction(LogoutAction.class).getLogouts();
        assertEquals(
                List.of(new Date(1795368981821L), new Date(1795368982124L)),
                logouts.stream().map(Logout::getTime).toList());

        assertEquals(
                Map.of(), ExtensionList.lookupSingleton(OldDataMonitor.class).getData());
    }

    private static List<String> summaries(Run<?, ?> build) {
        assertNotNull(build);
        LogoutAction action = build.getAction(LogoutAction.class);
        return action.getLogouts().stream()
                .map(logout -> action.outcomeOf(logout) + ": " + logout.getDetails())
                .toList();
    }

    private static void assertOnPage(JenkinsRule r, Run<?, ?> build) throws Exception {
        String page = r.createWebClient().getPage(build).asNormalizedText();
        LogoutAction action = build.getAction(LogoutAction.class);
        for (Logout logout : action.getLogouts()) {
            assertTrue(page.contains(action.outcomeOf(logout)), page);
            assertTrue(page.contains(logout.getDetails()), page);
        }
    }

    @Test
    @WithLocalData
    void jobsBuild(JenkinsRule r) throws Exception {
        assertBuild(r, "freestyle", Result.SUCCESS, DoubleTickStandIn.KEY, "+919876543210");
        assertBuild(r, "folder/freestyle", Result.SUCCESS, DoubleTickStandIn.SECOND_KEY, "+12025550123");
        assertBuild(r, "parameterised", Result.SUCCESS, DoubleTickStandIn.KEY, "+12025550123");
        assertBuild(r, "pipeline", Result.UNSTABLE, DoubleTickStandIn.KEY, DoubleTickStandIn.BUSY);
    }

    private void assertBuild(JenkinsRule r, String name, Result result, String key, String number) throws Exception {
        Job<?, ?> job = job(r, name);
        assertTrue(ParameterizedJobMixIn.ParameterizedJob.class.cast(job).scheduleBuild(new Cause.UserIdCause()));
        r.waitUntilNoActivity();
        r.assertBuildStatus(result, job.getLastBuild());
        List<DoubleTickStandIn.Request> requests = doubleTick.requests();
        DoubleTickStandIn.Request last = requests.get(requests.size() - 1);
        assertEquals(key, last.authorization());
        assertEquals("{\"userPhoneNumber\":\"" + number.replace("+", "") + "\"}", last.body());
    }

    private static Job<?, ?> job(JenkinsRule r, String name) {
        return r.jenkins.getItemByFullName(name, Job.class);
    }
}
