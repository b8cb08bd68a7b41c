package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.model.FreeStyleProject;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.StringParameterDefinition;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.Forms;
import io.jenkins.plugins.doubletick.OneJenkins;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the forms of the steps say while a user fills them in. */
class StepFormTest extends OneJenkins {

    private static FreeStyleProject job;

    @BeforeAll
    static void makeJob() throws Exception {
        job = r.createFreeStyleProject();
        job.addProperty(new ParametersDefinitionProperty(new StringParameterDefinition("LOGIN_NUMBER")));
    }

    @AfterEach
    void assertNothingSent() {
        doubleTick.assertNothingSent();
    }

    private static void assertCheck(Class<?> form, String method, String value, String expected) throws Exception {
        assertEquals(
                expected == null ? "" : expected,
                Forms.postIn(r, job.getUrl(), form, method, "value", value == null ? "" : value),
                form::getSimpleName);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "+91 98765-43210|",
                "919876543210   |",
                "9876543210     | This number is not in use in Iran (+98). Is the country code missing?",
                "0919876543210  | A login number begins with the country code, never with 0. Use +919876543210 instead of 00919876543210 or 09876543210",
                "+12345         | A login number has 7 to 15 digits with the country code, such as +919876543210",
                "               | The login number is blank. Use the phone number that the team member logs in to DoubleTick with, such as +919876543210",
            })
    void loginNumberOfBothSteps(String value, String expected) throws Exception {
        assertCheck(DoubleTickLogoutStep.class, "checkLoginNumber", value, expected);
        assertCheck(DoubleTickLogoutBuilder.class, "checkLoginNumber", value, expected);
    }

    @ParameterizedTest
    @CsvSource({"params.LOGIN_NUMBER", "env.LOGIN_NUMBER", "LOGIN_NUMBER", "$LOGIN_NUMBER", "${params.LOGIN_NUMBER}"})
    void snippetGeneratorSaysHowToWriteAnExpression(String value) throws Exception {
        assertCheck(
                DoubleTickLogoutStep.class,
                "checkLoginNumber",
                value,
                "The Snippet Generator puts this text in quotes. Enter a number here, and put the expression into the"
                        + " generated step without quotes, as in loginNumber: params.LOGIN_NUMBER");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "$LOGIN_NUMBER      | $LOGIN_NUMBER is replaced when the job is built",
                "+91${LOGIN_NUMBER} | ${LOGIN_NUMBER} is replaced when the job is built",
                "$                  | A $ must be followed by the name of a parameter, as in $LOGIN_NUMBER or ${LOGIN_NUMBER}",
                "${LOGIN_NUMBER     | A $ must be followed by the name of a parameter, as in $LOGIN_NUMBER or ${LOGIN_NUMBER}",
                "LOGIN_NUMBER       | This is not a number. For the parameter LOGIN_NUMBER, enter $LOGIN_NUMBER",
                "params.LOGIN_NUMBER| This is not a number. For the parameter LOGIN_NUMBER, enter $LOGIN_NUMBER",
                "$NOPE              | The saved job has no parameter for $NOPE. Add one, or save the job if you have just added it.",
            })
    void freestyleStepSaysWhatIsMissing(String value, String expected) throws Exception {
        assertCheck(DoubleTickLogoutBuilder.class, "checkLoginNumber", value, expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "                |",
                "doubletick      |",
                "gone            | There is no credential 'gone' here that a build can use.",
                "${LOGIN_NUMBER} | The build parameter LOGIN_NUMBER chooses the credential.",
                "${CRED}         | This job has no parameter CRED. Add a credentials parameter with this name, or choose a credential.",
            })
    void credentialOfBothSteps(String value, String expected) throws Exception {
        assertCheck(DoubleTickLogoutStep.class, "checkCredentialsId", value, expected);
        assertCheck(DoubleTickLogoutBuilder.class, "checkCredentialsId", value, expected);
    }

    /** Users could otherwise find out about somebody's secret of which they have only the ciphertext. */
    @Test
    void checksDecryptNothing() throws Exception {
        for (String secret : new String[] {"+919876543210", "Alice", "doubletick"}) {
            String encrypted = Secret.fromString(secret).getEncryptedValue();
            assertCheck(DoubleTickLogoutStep.class, "checkLoginNumber", encrypted, "");
            assertCheck(DoubleTickLogoutBuilder.class, "checkLoginNumber", encrypted, "");
            assertCheck(DoubleTickLogoutBuilder.class, "checkCredentialsId", encrypted, "");
        }
    }
}
