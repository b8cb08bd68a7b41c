package io.jenkins.plugins.doubletick.parameter;

import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.MASKED;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.NUMBER;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.freestyle;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.pipeline;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Job;
import io.jenkins.plugins.doubletick.FinishedBuilds;
import io.jenkins.plugins.doubletick.StandInExtension;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Tries every way to ask for a build, and what the one who asks reads. */
@WithJenkins
class DoubleTickLoginNumberRequestTest {

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private JenkinsRule r;
    private FinishedBuilds finished;
    private BuildRequests requests;

    @BeforeEach
    void setUp(JenkinsRule r) throws Exception {
        this.r = r;
        r.jenkins.setQuietPeriod(0);
        finished = FinishedBuilds.watch();
        requests = new BuildRequests(r);
        StandInExtension.addDefaultKey();
    }

    @Test
    void everyEntryBringsTheNumberToTheSteps() throws Exception {
        for (Job<?, ?> job : List.of(freestyle(r, null), pipeline(r, null))) {
            for (Map.Entry<String, BuildRequests.Way> entry : requests.ways().entrySet()) {
                assertNull(entry.getValue().ask(job, "+1 (202) 555-0123"), entry.getKey());
                StandInExtension.assertLog(MASKED + " is logged out", finished.await(job));
                assertEquals(
                        "{\"userPhoneNumber\":\"" + NUMBER.replace("+", "") + "\"}",
                        doubleTick
                                .requests()
                                .get(doubleTick.requests().size() - 1)
                                .body());
            }
            assertEquals(requests.ways().size(), job.getLastBuild().getNumber());
        }
        assertEquals(2 * requests.ways().size(), doubleTick.requests().size());
    }

    @Test
    void wrongNumberIsRefusedBeforeTheQueue() throws Exception {
        Map<String, String> rules = new LinkedHashMap<>();
        rules.put(null, "The login number is blank");
        rules.put("", "The login number is blank");
        rules.put(" ", "The login number is blank");
        rules.put("Alice", "A login number is digits only");
        rules.put(MASKED, "A login number is digits only");
        rules.put("12345", "A login number has 7 to 15 digits");
        rules.put("0012025550123", "A login number begins with the country code, never with 0");
        for (Job<?, ?> job : List.of(freestyle(r, null), pipeline(r, null))) {
            assertAll(requests.ways().entrySet().stream()
                    .flatMap(entry -> rules.entrySet().stream().map(rule -> () -> {
                        String told = entry.getValue().ask(job, rule.getKey());
                        String what = entry.getKey() + " with '" + rule.getKey() + "'";
                        assertTrue(
                                told != null && told.contains("Parameter LOGIN_NUMBER: " + rule.getValue()),
                                () -> what + ": " + told);
                    })));
            assertEquals(0, r.jenkins.getQueue().getItems().length);
            assertEquals(1, job.getNextBuildNumber());
            rules.keySet().retainAll(Arrays.asList(null, "Alice")); // Saves time with the second type of job.
        }
        doubleTick.assertNothingSent();
    }

    @Test
    void defaultIsUsedWhereNoNumberIsGiven() throws Exception {
        for (Job<?, ?> job : List.of(freestyle(r, NUMBER), pipeline(r, NUMBER))) {
            int asked = 0;
            for (Map.Entry<String, BuildRequests.Way> entry : requests.ways().entrySet()) {
                assertNull(entry.getValue().ask(job, null), entry.getKey());
                StandInExtension.assertLog(MASKED + " is logged out", finished.await(job));
                assertEquals(++asked, job.getLastBuild().getNumber());
            }
            assertTrue(requests.form(job, "").contains("The login number is blank"));
            assertTrue(requests.rest(job, "LOGIN_NUMBER", "").contains("The login number is blank"));
        }
    }
}
