package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.model.StringParameterDefinition;
import hudson.model.StringParameterValue;
import hudson.util.Secret;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jenkinsci.plugins.workflow.actions.ArgumentsAction;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.graphanalysis.DepthFirstScanner;
import org.jenkinsci.plugins.workflow.graphanalysis.NodeStepTypePredicate;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.steps.StepConfigTester;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** The arguments and the form that both Pipeline steps have. */
@WithJenkins
class MemberStepTest {

    private static final List<String> STEPS = List.of("doubletickLogout", "doubletickMember");

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private static JenkinsRule r;

    @BeforeAll
    static void start(JenkinsRule rule) {
        r = rule;
    }

    @BeforeEach
    void setUp() throws Exception {
        StandInExtension.onlyDefaultKey();
    }

    private WorkflowRun build(String script, Result result) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return r.buildAndAssertStatus(result, job);
    }

    @Test
    void parameter() throws Exception {
        for (String step : STEPS) {
            WorkflowJob job = r.createProject(WorkflowJob.class);
            job.addProperty(new ParametersDefinitionProperty(new StringParameterDefinition("LOGIN_NUMBER")));
            job.setDefinition(new CpsFlowDefinition(step + " loginNumber: params.LOGIN_NUMBER", true));
            r.assertBuildStatusSuccess(job.scheduleBuild2(
                    0, new ParametersAction(new StringParameterValue("LOGIN_NUMBER", "+91 98765 43210"))));
        }
        assertEquals(2, doubleTick.requests().size());
    }

    /** Whoever builds the job could otherwise have somebody's secret judged, of which they have only seen the ciphertext. */
    @Test
    void nothingIsDecrypted() throws Exception {
        for (String step : STEPS) {
            WorkflowJob job = r.createProject(WorkflowJob.class);
            job.addProperty(new ParametersDefinitionProperty(new StringParameterDefinition("NUMBER")));
            job.setDefinition(new CpsFlowDefinition(step + " loginNumber: params.NUMBER", true));
            Set<String> errors = new TreeSet<>();
            for (String secret : List.of("Alice", "12345", "0123456789", " ", "+919876543210")) {
                String encrypted = Secret.fromString(secret).getEncryptedValue();
                WorkflowRun build = r.assertBuildStatus(
                        Result.FAILURE,
                        job.scheduleBuild2(0, new ParametersAction(new StringParameterValue("NUMBER", encrypted))));
                errors.add(JenkinsRule.getLog(build)
                        .lines()
                        .filter(line -> line.startsWith("ERROR"))
                        .findFirst()
                        .orElseThrow());
            }
            assertEquals(1, errors.size(), errors::toString);
        }
        doubleTick.assertNothingSent();
    }

    @Test
    void argumentsAreLiteral() throws Exception {
        for (String step : STEPS) {
            WorkflowRun build = build(
                    "withEnv(['LOGIN_NUMBER=+919876543210']) { " + step + " loginNumber: '$LOGIN_NUMBER' }",
                    Result.FAILURE);
            StandInExtension.assertLog("ERROR: A login number is digits only", build);
        }
        doubleTick.assertNothingSent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''           | ERROR: The login number is blank",
                "null         | ERROR: The login number is blank",
                "'Alice'      | ERROR: A login number is digits only",
                "'12345'      | ERROR: A login number has 7 to 15 digits",
                "'0919876543' | ERROR: A login number begins with the country code, never with 0",
            },
            quoteCharacter = '`')
    void badNumber(String number, String line) throws Exception {
        for (String step : STEPS) {
            StandInExtension.assertLog(line, build(step + " loginNumber: " + number, Result.FAILURE));
        }
        doubleTick.assertNothingSent();
    }

    /** Pipeline's own error would show the value, in the log and in the flow graph. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "loginNumber: 4915112345678                          | loginNumber",
                "loginNumber: +4915112345678                         | loginNumber",
                "loginNumber: ['+4915112345678']                     | loginNumber",
                "loginNumber: [number: '+4915112345678']             | loginNumber",
                "['+4915112345678']                                  | loginNumber",
                "loginNumber: '+12025550123', credentialsId: true   | credentialsId",
                "loginNumber: '+12025550123', credentialsId: 4915112345678     | credentialsId",
                "loginNumber: '+12025550123', credentialsId: ['4915112345678'] | credentialsId",
            },
            quoteCharacter = '`')
    void argumentOfAnotherType(String arguments, String name) throws Exception {
        for (String step : STEPS) {
            WorkflowRun build = build(step + "(" + arguments + ")", Result.FAILURE);
            StandInExtension.assertLog(
                    "ERROR: The argument " + name + " of " + step + " must be one text in quotes, as in " + step
                            + " loginNumber: '+919876543210'",
                    build);
            assertNowhere("15112345678", build);
        }
        doubleTick.assertNothingSent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "loginNumber: '+12025550123', number: '+4915112345678'",
                "['+4915112345678': 1, credentialsId: 'a']"
            })
    void unknownArgument(String arguments) throws Exception {
        for (String step : STEPS) {
            WorkflowRun build = build(step + "(" + arguments + ")", Result.FAILURE);
            StandInExtension.assertLog(
                    "ERROR: " + step + " has no other arguments than loginNumber and credentialsId.", build);
            assertNowhere("15112345678", build);
        }
        doubleTick.assertNothingSent();
    }

    private static void assertNowhere(String number, WorkflowRun build) throws Exception {
        assertFalse(JenkinsRule.getLog(build).contains(number), JenkinsRule.getLog(build));
        for (FlowNode node : new DepthFirstScanner().allNodes(build.getExecution())) {
            String arguments = ArgumentsAction.getArguments(node).toString();
            assertFalse(arguments.contains(number), arguments);
        }
        try (Stream<Path> files = Files.walk(build.getRootDir().toPath().resolve("workflow-completed"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                assertFalse(content.contains(number), () -> file + ": " + content);
            }
        }
    }

    @Test
    void groovyStringsAreTexts() throws Exception {
        for (String step : STEPS) {
            build("""
                    def local = '9876543210'
                    def id = 'tick'
                    %s loginNumber: "+91${local}", credentialsId: "double${id}"
                    """.formatted(step), Result.SUCCESS);
        }
        assertEquals(2, doubleTick.requests().size());
    }

    @Test
    void noCredential() throws Exception {
        StandInExtension.forgetKeys();
        for (String step : STEPS) {
            StandInExtension.assertLog(
                    "ERROR: No API key: name the credential in this step (credentialsId), or set the default",
                    build(step + " '+919876543210'", Result.FAILURE));
        }
        doubleTick.assertNothingSent();
    }

    @Test
    void stageViewShowsTheNumberMasked() throws Exception {
        for (String step : STEPS) {
            WorkflowRun build = build(step + " loginNumber: '+919876543210'", Result.SUCCESS);
            FlowNode node =
                    new DepthFirstScanner().findFirstMatch(build.getExecution(), new NodeStepTypePredicate(step));
            assertEquals("+91••••••3210", ArgumentsAction.getStepArgumentsAsString(node));
        }
    }

    private static final List<Function<String, MemberStep>> NEW_STEPS =
            List.of(DoubleTickLogoutStep::new, DoubleTickMemberStep::new);

    @Test
    void configRoundTrip() throws Exception {
        for (Function<String, MemberStep> newStep : NEW_STEPS) {
            MemberStep step = newStep.apply("+919876543210");
            r.assertEqualDataBoundBeans(step, new StepConfigTester(r).configRoundTrip(step));
            step.setCredentialsId(StandInExtension.CREDENTIALS_ID);
            r.assertEqualDataBoundBeans(step, new StepConfigTester(r).configRoundTrip(step));
        }
    }

    @Test
    void generatedSnippetIsMinimal() throws Exception {
        SnippetizerTester tester = new SnippetizerTester(r);
        for (Function<String, MemberStep> newStep : NEW_STEPS) {
            MemberStep step = newStep.apply("+919876543210");
            String name = step.getDescriptor().getFunctionName();
            tester.assertRoundTrip(step, name + " '+919876543210'");
            step.setCredentialsId("other");
            tester.assertRoundTrip(step, name + " credentialsId: 'other', loginNumber: '+919876543210'");
        }
    }

    @Test
    void helpOfTheSnippetGenerator() throws Exception {
        for (Function<String, MemberStep> newStep : NEW_STEPS) {
            String help = "descriptor/" + newStep.apply("").getClass().getName() + "/help";
            for (String page : List.of("", "/loginNumber", "/credentialsId")) {
                assertEquals(200, new WebUser(null).get(r, help + page).statusCode(), help + page);
            }
        }
    }
}
