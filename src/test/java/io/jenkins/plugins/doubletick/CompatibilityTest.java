package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.ExtensionList;
import hudson.diagnosis.OldDataMonitor;
import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.ParametersAction;
import hudson.model.Result;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.parameter.DoubleTickLoginNumberParameterValue;
import io.jenkins.plugins.doubletick.step.Logout;
import java.util.List;
import java.util.Map;
import jenkins.model.ParameterizedJobMixIn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;
import org.jvnet.hudson.test.junit.jupiter.WithLocalData;

/**
 * A Jenkins home as the first version of this plugin writes it, which must load with every later one. Once that version is
 * released, the files are never changed, and files of later versions are put beside them.
 */
@WithJenkins
class CompatibilityTest extends StepJobs {

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    @Test
    @WithLocalData
    void homeOfTheFirstVersionLoadsAndItsJobsBuild(JenkinsRule rule) throws Exception {
        r = rule;
        assertEquals("doubletick", DoubleTickConfiguration.get().getCredentialsId());
        DoubleTickApiKey key = (DoubleTickApiKey)
                SystemCredentialsProvider.getInstance().getCredentials().get(0);
        assertEquals(
                "doubletick GLOBAL Our DoubleTick account",
                key.getId() + " " + key.getScope() + " " + key.getDescription());
        assertEquals(DoubleTickStandIn.KEY, key.getApiKey().getPlainText());
        FreeStyleProject job = r.jenkins.getItemByFullName("freestyle", FreeStyleProject.class);
        Run<?, ?> freestyle = job.getBuildByNumber(1);
        assertRecord(freestyle, "+91••••••3210 true HTTP status 201, requests: 1, credential 'doubletick'");
        DoubleTickLoginNumberParameterValue number = (DoubleTickLoginNumberParameterValue)
                freestyle.getAction(ParametersAction.class).getParameter("LOGIN_NUMBER");
        assertEquals(MEMBER, number.getValue());
        assertRecord(
                r.jenkins.getItemByFullName("pipeline", Job.class).getBuildByNumber(1),
                "+91••••••3299 false HTTP status 422, requests: 1, credential 'doubletick'",
                "+91••••••3230 true HTTP status 201, requests: 2, credential 'doubletick'");
        assertEquals(
                Map.of(), ExtensionList.lookupSingleton(OldDataMonitor.class).getData());

        // The parameter's default is stored, too.
        assertBuild("freestyle", Result.SUCCESS, SECOND_MEMBER);
        assertBuild("pipeline", Result.UNSTABLE, DoubleTickStandIn.BUSY);
    }

    private static void assertRecord(Run<?, ?> build, String... expected) throws Exception {
        List<Logout> logouts = logouts(build);
        assertEquals(
                List.of(expected),
                logouts.stream()
                        .map(logout -> logout.getLoginNumber() + " " + logout.isSuccess() + " " + logout.getDetails())
                        .toList());
        assertTrue(logouts.get(0).getTime().getTime() >= build.getTimeInMillis());
        String page = new WebUser(null).get(r, build.getUrl()).body();
        assertTrue(page.contains("••••••"), page);
    }

    private void assertBuild(String job, Result result, String number) throws Exception {
        Job<?, ?> loaded = r.jenkins.getItemByFullName(job, Job.class);
        end(result, (Run<?, ?>)
                ParameterizedJobMixIn.scheduleBuild2(loaded, 0).getFuture().get());
        DoubleTickStandIn.Request last =
                doubleTick.requests().get(doubleTick.requests().size() - 1);
        assertEquals(DoubleTickStandIn.KEY, last.authorization());
        assertEquals("{\"userPhoneNumber\":\"" + number.replace("+", "") + "\"}", last.body());
    }
}
