package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleProject;
import hudson.model.ParameterDefinition;
import hudson.model.ParameterValue;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
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
import javaposse.jobdsl.plugin.ExecuteDslScripts;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Runs every snippet and example of the documentation. */
@WithJenkins
class DocumentationTest {

    private static final Path EXAMPLES = Path.of("docs/examples");

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    /** Every page whose text is tested. */
    static List<Path> pages() throws IOException {
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

    /** The only block of plain text that begins like this. */
    private static String textBlock(String start) throws IOException {
        List<String> found =
                blocks("text").stream().filter(block -> block.startsWith(start)).toList();
        assertEquals(1, found.size(), start);
        return found.get(0);
    }

    @Test
    void groovySnippetsRun(JenkinsRule r) throws Exception {
        StandInExtension.addDefaultKey();
        StandInExtension.use(doubleTick.standIn().url()); // Waits between tries are short from here on.
        List<String> snippets = blocks("groovy");
        assertTrue(snippets.size() >= 6, "Snippets: " + snippets.size());
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

        WorkflowJob busy = r.createProject(WorkflowJob.class);
        busy.setDefinition(
                new CpsFlowDefinition("doubletickLogout loginNumber: '" + DoubleTickStandIn.BUSY + "'", true));
        r.assertLogContains(textBlock("Logging ").replace(" in 2 s", " in 1 s"), r.buildAndAssertSuccess(busy));
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
    void configurationAsCode(JenkinsRule r) throws Exception {
        List<String> snippets = blocks("yaml");
        assertEquals(2, snippets.size()); // ConfigurationAsCodeTest has the other one.
        String example = Files.readString(EXAMPLES.resolve("jenkins.yaml"));
        assertTrue(example.endsWith(snippets.get(0)));
        Path file = Files.createTempFile("jenkins", ".yaml");
        try {
            Files.writeString(file, example.replace("${DOUBLETICK_API_KEY}", DoubleTickStandIn.KEY));
            ConfigurationAsCode.get().configure(file.toString());
        } finally {
            Files.delete(file);
        }

        ExecuteDslScripts script = new ExecuteDslScripts();
        script.setScriptText(textBlock("job("));
        FreeStyleProject seed = r.createFreeStyleProject();
        seed.getBuildersList().add(script);
        r.buildAndAssertSuccess(seed);
        r.buildAndAssertSuccess(r.jenkins.getItemByFullName("log-out-member", FreeStyleProject.class));
        doubleTick.assertOneLogout(DoubleTickStandIn.KEY, "+919876543210");
    }

    @Test
    void offboardingFreestyle(JenkinsRule r) throws Exception {
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
}
