package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.cli.CLICommandInvoker;
import hudson.model.FreeStyleProject;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.model.StringParameterDefinition;
import hudson.model.StringParameterValue;
import io.jenkins.plugins.doubletick.OneJenkins;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import javaposse.jobdsl.plugin.ExecuteDslScripts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The step of freestyle jobs, made in a browser, by Job DSL and by the command line. */
class DoubleTickLogoutBuilderTest extends OneJenkins {

    @ParameterizedTest
    @ValueSource(strings = {"+91 98765 43210", "$LOGIN_NUMBER", "${LOGIN_NUMBER}", "+91$LOCAL"})
    void stepReplacesParameters(String number) throws Exception {
        FreeStyleProject job = freestyle(number, null);
        job.addProperty(new ParametersDefinitionProperty(
                new StringParameterDefinition("LOGIN_NUMBER"), new StringParameterDefinition("LOCAL")));
        ParametersAction values = new ParametersAction(
                new StringParameterValue("LOGIN_NUMBER", "+91-98765-43210"),
                new StringParameterValue("LOCAL", "9876543210"));
        assertLog(
                "+91••••••3210 is logged out of DoubleTick on every device.",
                r.assertBuildStatusSuccess(job.scheduleBuild2(0, values)));
        doubleTick.assertOneLogout(KEY, MEMBER);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "$NOPE        | ERROR: $NOPE could not be resolved: this build has no such parameter or variable.",
                "+9198765$NOPE| ERROR: $NOPE could not be resolved: this build has no such parameter or variable.",
                "$BLANK       | ERROR: The login number $BLANK is blank in this build. Nothing was sent.",
                "''           | ERROR: The login number is blank",
                "Alice        | ERROR: **** is not a login number. A login number cannot contain ",
                "12345        | ERROR: •••45 is not a login number. A login number has 7 to 15 digits",
            })
    void stepWithoutALoginNumberFailsAndSendsNothing(String number, String line) throws Exception {
        FreeStyleProject job = freestyle(number, null);
        job.addProperty(new ParametersDefinitionProperty(new StringParameterDefinition("BLANK", " ")));
        assertLog(line, r.buildAndAssertStatus(Result.FAILURE, job));
        doubleTick.assertNothingSent();
    }

    private static void assertStep(String number, @CheckForNull String credentialsId, FreeStyleProject job)
            throws Exception {
        r.assertEqualDataBoundBeans(
                builder(number, credentialsId), job.getBuildersList().get(DoubleTickLogoutBuilder.class));
    }

    @ParameterizedTest
    @CsvSource({"$LOGIN_NUMBER,", "$LOGIN_NUMBER,doubletick", "+919876543210,${KEY}", "+919876543210,gone-for-now"})
    void formKeepsTheStep(String number, @CheckForNull String credentialsId) throws Exception {
        FreeStyleProject job = freestyle(number, credentialsId);
        r.configRoundtrip(job);
        assertStep(number, credentialsId, job);
    }

    private static FreeStyleProject job(String name) {
        return r.jenkins.getItemByFullName(name, FreeStyleProject.class);
    }

    @Test
    void jobDslMakesTheStep() throws Exception {
        ExecuteDslScripts script = new ExecuteDslScripts();
        script.setScriptText("""
                job('short') { steps { doubletickLogoutBuilder { loginNumber('+919876543210') } } }
                job('long') {
                    steps {
                        doubletickLogoutBuilder {
                            loginNumber('+91 98765 43210')
                            credentialsId('other')
                        }
                    }
                }
                """);
        FreeStyleProject seed = r.createFreeStyleProject();
        seed.getBuildersList().add(script);
        r.buildAndAssertSuccess(seed);
        assertStep(MEMBER, null, job("short"));
        assertStep("+91 98765 43210", "other", job("long"));
        r.buildAndAssertSuccess(job("long"));
        doubleTick.assertOneLogout(OTHER_KEY, MEMBER);
    }

    @Test
    void commandLineCopiesTheStep() throws Exception {
        String xml = """
                <project>
                  <builders>
                    <io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder>
                      <loginNumber>+919876543210</loginNumber>
                      <credentialsId>other</credentialsId>
                    </io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder>
                  </builders>
                </project>
                """;
        cli("create-job", "first", xml);
        cli("create-job", "second", cli("get-job", "first", ""));
        assertStep(MEMBER, "other", job("second"));
    }

    private static String cli(String command, String job, String stdin) {
        CLICommandInvoker.Result result = new CLICommandInvoker(r, command)
                .withStdin(new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)))
                .invokeWithArgs(job);
        assertEquals(0, result.returnCode(), result.stderr());
        return result.stdout();
    }
}
