package io.jenkins.plugins.doubletick;

import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutStep;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.function.Executable;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What the forms of both steps say while somebody fills them in. */
@WithJenkins
class LiveCheckTest {

    private static final String RULE_ZERO =
            "A login number begins with the country code, never with 0. Use +919876543210 instead of 00919876543210 or 09876543210";
    private static final String RULE_CHARACTERS = "A login number is digits only, after an optional +, such as"
            + " +919876543210 (spaces, dots, dashes and brackets may stand between them)";

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private JenkinsRule r;

    @Test
    void checks(JenkinsRule r) throws Exception {
        this.r = r;
        StandInExtension.addGlobally(StandInExtension.apiKey("right", DoubleTickStandIn.KEY));
        assertAll(
                both("loginNumber", "+91 98765-43210", ""),
                both(
                        "loginNumber",
                        "919876543210",
                        "Make sure that it begins with the country code; a leading + makes that clear"),
                both("loginNumber", "0919876543210", RULE_ZERO),
                both("loginNumber", "Alice", RULE_CHARACTERS),
                both(
                        "loginNumber",
                        "+12345",
                        "A login number has 7 to 15 digits with the country code, such as +919876543210"),
                both(
                        "loginNumber",
                        "",
                        "The login number is blank. Use the phone number that the team member logs in to DoubleTick"
                                + " with, in international format, such as +919876543210"),
                check(
                        DoubleTickLogoutBuilder.class,
                        "loginNumber",
                        "$LOGIN_NUMBER",
                        "$LOGIN_NUMBER is filled in at build time"),
                check(DoubleTickLogoutStep.class, "loginNumber", "$LOGIN_NUMBER", RULE_CHARACTERS),
                check(DoubleTickLogoutBuilder.class, "loginNumber", "<b>$N", "&lt;b&gt;$N is filled in at build time"),
                both("credentialsId", "", ""),
                both("credentialsId", "right", ""),
                both("credentialsId", "gone", "There is no credential 'gone' here that a build could use."),
                both("credentialsId", "${KEY}", "A parameter of the build chooses the credential"));
        doubleTick.assertNothingSent();
    }

    private Executable both(String field, String value, String expected) {
        return () -> assertAll(
                check(DoubleTickLogoutBuilder.class, field, value, expected),
                check(DoubleTickLogoutStep.class, field, value, expected));
    }

    private Executable check(Class<?> form, String field, String value, String expected) {
        String method = "check" + field.substring(0, 1).toUpperCase(Locale.ROOT) + field.substring(1);
        return () -> assertEquals(expected, Forms.post(r, form, method, "value", value), form + " " + value);
    }
}
