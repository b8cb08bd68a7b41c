package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.cli.CLICommandInvoker;
import hudson.model.FreeStyleProject;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import javaposse.jobdsl.plugin.ExecuteDslScripts;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Freestyle jobs that nobody clicks together: Job DSL and the command line. */
@WithJenkins
class FreestyleAsCodeTest {

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private JenkinsRule r;

    @BeforeEach
    void setUp(JenkinsRule r) throws Exception {
        this.r = r;
        StandInExtension.addGlobally(StandInExtension.apiKey("other", DoubleTickStandIn.SECOND_KEY));
    }

    private DoubleTickLogoutBuilder step(String job) {
        return r.jenkins
                .getItemByFullName(job, FreeStyleProject.class)
                .getBuildersList()
                .get(DoubleTickLogoutBuilder.class);
    }

    private void assertLogsOut(String job) throws Exception {
        r.buildAndAssertSuccess(r.jenkins.getItemByFullName(job, FreeStyleProject.class));
        doubleTick.assertOneLogout(DoubleTickStandIn.SECOND_KEY, "+919876543210");
    }

    @Test
    void jobDsl() throws Exception {
        ExecuteDslScripts script = new ExecuteDslScripts();
        script.setScriptText("""
                job('short') {
                    steps {
                        doubletickLogoutBuilder {
                            loginNumber('+919876543210')
                        }
                    }
                }
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
        r.assertEqualDataBoundBeans(new DoubleTickLogoutBuilder("+919876543210"), step("short"));
        assertLogsOut("long");
    }

    @Test
    void commandLine() throws Exception {
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
        assertEquals("", cli("create-job", "first", xml));
        assertLogsOut("first");
        assertEquals("", cli("create-job", "second", cli("get-job", "first", "")));
        r.assertEqualDataBoundBeans(step("first"), step("second"));
    }

    /** What the command says. */
    private String cli(String command, String job, String stdin) {
        CLICommandInvoker.Result result = new CLICommandInvoker(r, command)
                .withStdin(new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)))
                .invokeWithArgs(job);
        assertEquals(0, result.returnCode(), result.stderr());
        return result.stdout();
    }
}
