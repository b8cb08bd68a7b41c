package io.jenkins.plugins.doubletick.parameter;

import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.NUMBER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.cli.BuildCommand;
import hudson.model.Action;
import hudson.model.CauseAction;
import hudson.model.FreeStyleProject;
import hudson.model.ParameterValue;
import hudson.model.ParametersAction;
import hudson.model.PasswordParameterValue;
import hudson.model.StringParameterValue;
import io.jenkins.plugins.doubletick.client.Team;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** The values that a build is queued with. */
@WithJenkins
class LoginNumberQueueDecisionHandlerTest {

    private static FreeStyleProject job;

    private final LoginNumberQueueDecisionHandler handler = new LoginNumberQueueDecisionHandler();

    @BeforeAll
    static void start(JenkinsRule r) throws Exception {
        job = LoginNumberJobs.freestyleJob(r, null);
    }

    private static ParameterValue string(String name, String value) {
        return new StringParameterValue(name, value);
    }

    private static DoubleTickLoginNumberParameterValue number(String value) {
        DoubleTickLoginNumberParameterValue number = new DoubleTickLoginNumberParameterValue("LOGIN_NUMBER", value);
        number.setDescription("Who is leaving");
        return number;
    }

    private static DoubleTickLoginNumberParameterValue chosen() {
        Team team = new Team(List.of(Teams.member("Daniel Okafor", NUMBER.substring(1), null, "Manager")));
        return DoubleTickLoginNumberParameterValue.chosen(
                "LOGIN_NUMBER", new TeamSuggestions(team, null).choose("Daniel Okafor", true));
    }

    /** Returns the values after the handler. */
    private List<ParameterValue> queued(Action... given) {
        List<Action> actions = new ArrayList<>(Arrays.asList(given));
        assertTrue(handler.shouldSchedule(job, actions));
        return actions.stream()
                .filter(ParametersAction.class::isInstance)
                .flatMap(action -> ((ParametersAction) action).getAllParameters().stream())
                .toList();
    }

    @Test
    void otherTypesAreEncryptedAndKeepTheirPlace() {
        List<ParameterValue> values = queued(
                new ParametersAction(
                        string("FIRST", "1"),
                        string("LOGIN_NUMBER", "+1 202 555 0123"),
                        null,
                        string("LAST", "2"),
                        new PasswordParameterValue("LOGIN_NUMBER", "not a number"),
                        string("LOGIN_NUMBER", null)),
                new ParametersAction(string("LOGIN_NUMBER", "0123")));
        assertEquals(
                Arrays.asList(
                        string("FIRST", "1"),
                        number(NUMBER),
                        null,
                        string("LAST", "2"),
                        number("not a number"),
                        number(""),
                        number("0123")),
                values);
    }

    @Test
    void actionWithNothingToChangeIsNotTouched() {
        ParametersAction action = new ParametersAction(string(null, "x"), number("0123"), string("OTHER", "x"));
        List<Action> actions = new ArrayList<>(List.of(action));
        assertTrue(handler.shouldSchedule(job, actions));
        assertSame(action, actions.get(0));
    }

    /** An earlier build shares the value with the next one, for example after Replay. */
    @Test
    void nameIsForTheBuildThatItWasChosenFor() {
        DoubleTickLoginNumberParameterValue chosen = chosen();
        DoubleTickLoginNumberParameterValue first = (DoubleTickLoginNumberParameterValue)
                queued(new ParametersAction(chosen)).get(0);
        assertEquals("Daniel Okafor", first.memberName());
        DoubleTickLoginNumberParameterValue second = (DoubleTickLoginNumberParameterValue)
                queued(new ParametersAction(first)).get(0);
        assertNotSame(first, second);
        assertNull(second.memberName());
        assertEquals(first, second);
        assertEquals("Daniel Okafor", first.memberName());
    }

    @Test
    void readersAreToldWhatIsWrongAnywhere() {
        CauseAction cause = new CauseAction(new BuildCommand.CLICause());
        for (ParametersAction[] given : List.of(
                new ParametersAction[] {new ParametersAction(number(NUMBER), number("0123"))},
                new ParametersAction[] {new ParametersAction(number(NUMBER)), new ParametersAction(number(""))},
                new ParametersAction[] {new ParametersAction(string("OTHER", "x"))},
                new ParametersAction[] {})) {
            List<Action> actions = new ArrayList<>(List.of(given));
            assertTrue(handler.shouldSchedule(job, new ArrayList<>(actions)));
            actions.add(cause);
            assertThrows(InvalidLoginNumberException.class, () -> handler.shouldSchedule(job, actions));
        }
    }

    /** The queue is locked meanwhile. */
    @Test
    void longTextsCostNothing() {
        for (String text : List.of("a\u0301", "+1 ", "{")) {
            String value = text.repeat(200_000);
            assertTimeout(
                    Duration.ofMillis(500), () -> queued(new ParametersAction(string("LOGIN_NUMBER", value))), text);
        }
    }
}
