package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleProject;
import hudson.model.ParameterDefinition;
import hudson.model.ParameterValue;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.model.TextParameterValue;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.parameter.DoubleTickLoginNumberParameterDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Every snippet and example of the documentation does what it says. */
@WithJenkins
class DocumentationTest {

    private static final Path EXAMPLES = Path.of("docs/examples");

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private JenkinsRule r;

    @BeforeEach
    void setUp(JenkinsRule r) throws Exception {
        this.r = r;
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.list(Path.of("docs"))) {
            return Stream.concat(
                            Stream.of(Path.of("README.md"), Path.of("CONTRIBUTING.md")),
                            docs.filter(page -> page.toString().endsWith(".md")))
                    .toList();
        }
    }

    private static List<String> blocks(String language) throws IOException {
        List<String> blocks = new ArrayList<>();
        for (Path page : pages()) {
            Matcher matcher =
                    Pattern.compile("(?ms)^```" + language + "\n(.*?)^```").matcher(Files.readString(page));
            while (matcher.find()) {
                blocks.add(matcher.group(1));
            }
        }
        return blocks;
    }

    @Test
    void groovySnippetsRun() throws Exception {
        StandInExtension.addDefaultKey();
        List<String> snippets = blocks("groovy");
        assertTrue(snippets.size() >= 5, "Snippets: " + snippets.size());
        for (String snippet : snippets) {
            WorkflowJob job = r.createProject(WorkflowJob.class);
            job.setDefinition(new CpsFlowDefinition(snippet, true));
            if (snippet.contains("parameters {")) {
                // As in Jenkins itself, a first build declares the parameters.
                job.scheduleBuild2(0).get();
            }
            int before = doubleTick.requests().size();
            WorkflowRun build = job.scheduleBuild2(0, new ParametersAction(values(job, "+919876543210")))
                    .get();
            r.assertBuildStatus(snippet.contains("UNSTABLE") ? Result.UNSTABLE : Result.SUCCESS, build);
            assertTrue(doubleTick.requests().size() > before, snippet);
        }
    }

    /** For each of the job's parameters that is a login number. */
    private static List<ParameterValue> values(WorkflowJob job, String number) {
        List<ParameterValue> values = new ArrayList<>();
        ParametersDefinitionProperty parameters = job.getProperty(ParametersDefinitionProperty.class);
        if (parameters != null) {
            for (ParameterDefinition definition : parameters.getParameterDefinitions()) {
                if (definition instanceof DoubleTickLoginNumberParameterDefinition loginNumber) {
                    values.add(loginNumber.createValue(number));
                }
            }
        }
        return values;
    }

    @Test
    void yamlSnippetsLoad() throws Exception {
        List<String> snippets = blocks("yaml");
        assertEquals(2, snippets.size());
        for (String snippet : snippets) {
            Path file = Files.createTempFile("jenkins", ".yaml");
            try {
                Files.writeString(file, snippet.replace("${DOUBLETICK_API_KEY}", DoubleTickStandIn.KEY));
                assertDefaultKeyWorks(file);
            } finally {
                Files.delete(file);
            }
        }
        assertTrue(Files.readString(EXAMPLES.resolve("jenkins.yaml")).endsWith(snippets.get(0)));
        assertEquals(snippets.get(0), snippets.get(1));
    }

    private void assertDefaultKeyWorks(Path yaml) throws Exception {
        ConfigurationAsCode.get().configure(yaml.toString());
        FreeStyleProject job = r.createFreeStyleProject();
        job.getBuildersList().add(new DoubleTickLogoutBuilder("+919876543210"));
        r.buildAndAssertSuccess(job);
    }

    @Test
    void offboardingPipeline() throws Exception {
        StandInExtension.addDefaultKey();
        WorkflowJob job = r.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(Files.readString(EXAMPLES.resolve("offboarding.Jenkinsfile")), true));
        // The first build declares the parameters; nobody approves it.
        WorkflowRun first = job.scheduleBuild2(0).waitForStart();
        awaitInput(first).doAbort();
        r.waitForCompletion(first);

        r.assertBuildStatus(Result.SUCCESS, approved(job, ""));
        doubleTick.assertOneLogout(DoubleTickStandIn.KEY, "+919876543210");

        WorkflowRun mixed = approved(job, "+12025550123\n\n" + DoubleTickStandIn.NOT_A_MEMBER);
        r.assertBuildStatus(Result.FAILURE, mixed);
        assertEquals("2 of 3 logged out", mixed.getDescription());
        assertEquals(4, doubleTick.requests().size());
        StandInExtension.assertLog("At least one number is still logged in", mixed);
    }

    private WorkflowRun approved(WorkflowJob job, String more) throws Exception {
        List<ParameterValue> values = new ArrayList<>(values(job, "+91 98765 43210"));
        values.add(new TextParameterValue("MORE_LOGIN_NUMBERS", more));
        WorkflowRun build = job.scheduleBuild2(0, new ParametersAction(values)).waitForStart();
        awaitInput(build).doProceedEmpty();
        return r.waitForCompletion(build);
    }

    private org.jenkinsci.plugins.workflow.support.steps.input.InputStepExecution awaitInput(WorkflowRun build)
            throws Exception {
        r.waitForMessage("Log this team member out of DoubleTick", build);
        InputAction action = build.getAction(InputAction.class);
        while (action == null || action.getExecutions().isEmpty()) {
            Thread.onSpinWait();
            action = build.getAction(InputAction.class);
        }
        return action.getExecutions().get(0);
    }

    @Test
    void offboardingFreestyle() throws Exception {
        StandInExtension.addDefaultKey();
        FreeStyleProject job;
        try (var xml = Files.newInputStream(EXAMPLES.resolve("offboarding-freestyle.xml"))) {
            job = (FreeStyleProject) r.jenkins.createProjectFromXML("log-out-member", xml);
        }
        DoubleTickLoginNumberParameterDefinition parameter = (DoubleTickLoginNumberParameterDefinition)
                job.getProperty(ParametersDefinitionProperty.class).getParameterDefinition("LOGIN_NUMBER");
        r.assertBuildStatusSuccess(
                job.scheduleBuild2(0, new ParametersAction(parameter.createValue("+91 98765 43210"))));
        doubleTick.assertOneLogout(DoubleTickStandIn.KEY, "+919876543210");
    }

    @Test
    void linksWithinTheProjectLeadSomewhere() throws Exception {
        for (Path page : pages()) {
            Matcher link = Pattern.compile("]\\((?!https?:)([^)#]+)").matcher(Files.readString(page));
            while (link.find()) {
                Path target = page.resolveSibling(link.group(1));
                assertTrue(Files.exists(target), page + " -> " + link.group(1));
            }
        }
    }

    @Test
    void errorsOfTheReadmeAreOnesThatThePluginSays() throws Exception {
        String messages =
                Files.readString(Path.of("src/main/resources/io/jenkins/plugins/doubletick/Messages.properties"))
                        + Files.readString(
                                Path.of("src/main/resources/io/jenkins/plugins/doubletick/client/Messages.properties"));
        String flat = messages.replaceAll("\\\\\n\\s*", "").replace("''", "'");
        String readme = Files.readString(Path.of("README.md"));
        String table = readme.substring(readme.indexOf("| You see |"), readme.indexOf("No failure is ever taken"));
        List<String> unknown = new ArrayList<>();
        for (String row : table.split("\n")) {
            Matcher said = Pattern.compile("`([^`]+)`").matcher(row.split("\\|").length > 1 ? row.split("\\|")[1] : "");
            while (said.find()) {
                String text =
                        said.group(1).replaceAll("^… | ….*|\\$X.*| [0-9].*", "").strip();
                if (!text.matches("[0-9]*") && !flat.contains(text)) {
                    unknown.add(text);
                }
            }
        }
        assertEquals(List.of(), unknown);
        assertFalse(table.isEmpty());
    }
}
