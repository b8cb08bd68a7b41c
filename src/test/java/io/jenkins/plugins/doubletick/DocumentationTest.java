package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import hudson.ExtensionList;
import hudson.Functions;
import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.model.SimpleParameterDefinition;
import hudson.security.ACL;
import hudson.security.SecurityRealm;
import hudson.util.Secret;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.casc.yaml.YamlSource;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.monitor.ApiKeyMonitor;
import io.jenkins.plugins.doubletick.parameter.DoubleTickLoginNumberParameterDefinition;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javaposse.jobdsl.plugin.ExecuteDslScripts;
import org.jenkinsci.plugins.pipeline.modeldefinition.actions.RestartDeclarativePipelineAction;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** Runs every snippet and example of the documentation. */
class DocumentationTest extends OneJenkins {

    private static String example(String name) throws IOException {
        return Files.readString(Path.of("docs/examples", name));
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

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

    private static String block(String language, String start) throws IOException {
        List<String> found = blocks(language).stream()
                .filter(block -> block.startsWith(start))
                .toList();
        assertEquals(1, found.size(), start);
        return found.get(0);
    }

    /** A value for each of the job's parameters that is a login number. */
    private static ParametersAction values(Job<?, ?> job, String number) {
        ParametersDefinitionProperty parameters = job.getProperty(ParametersDefinitionProperty.class);
        return new ParametersAction(
                parameters == null
                        ? List.of()
                        : parameters.getParameterDefinitions().stream()
                                .filter(DoubleTickLoginNumberParameterDefinition.class::isInstance)
                                .map(parameter -> ((SimpleParameterDefinition) parameter).createValue(number))
                                .toList());
    }

    @Test
    void groovySnippetsRun() throws Exception {
        List<String> snippets = blocks("groovy");
        assertTrue(snippets.size() >= 7, "Snippets: " + snippets.size());
        for (String snippet : snippets) {
            WorkflowJob job = pipeline(snippet);
            if (snippet.contains("parameters {")) {
                job.scheduleBuild2(0).get(); // Declares the parameters.
            }
            WorkflowRun build = r.assertBuildStatusSuccess(job.scheduleBuild2(0, values(job, MEMBER)));
            assertEquals(snippet.contains("202 555") ? 2 : 1, logouts(build).size(), snippet);
        }
    }

    @Test
    void logOfABuildIsAsTheReadmeShows() throws Exception {
        WorkflowRun build = build(Result.SUCCESS, logout(DoubleTickStandIn.BUSY));
        assertTrue(JenkinsRule.getLog(build)
                .contains(block("text", "Logging ").replaceFirst("again in [23] s", "again in 1 s")));
    }

    @Test
    void configurationAsCodeAndJobDslSnippetsWork() throws Exception {
        StandInExtension.forgetKeys();
        String example = example("jenkins.yaml");
        List<String> snippets = blocks("yaml");
        assertEquals(2, snippets.size());
        assertTrue(example.endsWith(snippets.get(0)));
        configure(example.replace("${DOUBLETICK_API_KEY}", KEY));
        configure(snippets.get(1));
        assertFalse(ExtensionList.lookupSingleton(ApiKeyMonitor.class).isEnabled());

        ExecuteDslScripts script = new ExecuteDslScripts();
        script.setScriptText(block("text", "job(").replace("log-out-member", "by-job-dsl"));
        FreeStyleProject seed = r.createFreeStyleProject();
        seed.getBuildersList().add(script);
        r.buildAndAssertSuccess(seed);
        r.buildAndAssertSuccess(r.jenkins.getItemByFullName("by-job-dsl", FreeStyleProject.class));
        doubleTick.assertOneLogout(KEY, MEMBER);
    }

    private static void configure(String yaml) throws Exception {
        ConfigurationAsCode.get().configureWith(YamlSource.of(stream(yaml)));
    }

    @Test
    void exportOfConfigurationAsCodeHidesTheKeyWhichCanBeImported() throws Exception {
        StandInExtension.forgetKeys();
        StandInExtension.addDefaultKey();
        ByteArrayOutputStream export = new ByteArrayOutputStream();
        ConfigurationAsCode.get().export(export);
        String yaml = export.toString(StandardCharsets.UTF_8);
        assertFalse(yaml.contains(KEY), yaml);
        assertTrue(yaml.contains("  doubletick:\n    credentialsId: \"doubletick\"\n"), yaml);
        String key = yaml.replaceAll("(?s).*doubletickApiKey:\\s+apiKey: \"(\\{[^}]+})\".*", "$1");
        assertEquals(KEY, Secret.fromString(key).getPlainText());

        StandInExtension.forgetKeys();
        configure(yaml.replaceAll("(?ms).*^(credentials:.*?)^\\S.*", "$1"));
        assertEquals(List.of(KEY), keys());
        // An environment variable that is not set must not keep Jenkins from starting.
        configure(example("jenkins.yaml").replace("${DOUBLETICK_API_KEY}", ""));
        assertEquals(List.of(""), keys());
    }

    private static List<String> keys() {
        return CredentialsProvider.lookupCredentialsInItemGroup(DoubleTickApiKey.class, null, ACL.SYSTEM2).stream()
                .map(key -> key.getApiKey().getPlainText())
                .toList();
    }

    @Test
    void freestyleExampleLogsOut() throws Exception {
        FreeStyleProject job = (FreeStyleProject)
                r.jenkins.createProjectFromXML("log-out-member", stream(example("offboarding-freestyle.xml")));
        r.assertBuildStatusSuccess(job.scheduleBuild2(0, values(job, "+91 98765 43210")));
        doubleTick.assertOneLogout(KEY, MEMBER);
    }

    @Test
    void auditRequestListsAllLogoutsOfAJob() throws Exception {
        assumeFalse(Functions.isWindows());
        r.jenkins.setSecurityRealm(r.createDummySecurityRealm());
        FreeStyleProject job =
                r.createProject(Folder.class, "offboarding").createProject(FreeStyleProject.class, "log-out-member");
        for (String number : List.of(MEMBER, NOT_A_MEMBER)) {
            job.getBuildersList().replace(new DoubleTickLogoutBuilder(number));
            job.scheduleBuild2(0).get();
        }
        ProcessBuilder curl = new ProcessBuilder("sh", "-c", block("sh", "curl "));
        curl.environment()
                .putAll(Map.of(
                        "JENKINS_URL", r.getURL().toString(),
                        "JENKINS_USER_ID", "auditor",
                        "JENKINS_API_TOKEN", "auditor"));
        String answer = new String(curl.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        r.jenkins.setSecurityRealm(SecurityRealm.NO_AUTHENTICATION); // With security, Job DSL needs an approval.
        List<String> logouts = Pattern.compile("\"logouts\":\\[\\{(.*?)}]")
                .matcher(answer)
                .results()
                .map(found -> found.group(1).replace('"', ' ').replaceAll("[0-9]{13}", "2026"))
                .toList();
        assertEquals(
                List.of(
                        " aborted :false, loginNumber : +91••••••3299 , success :false, time :2026",
                        " aborted :false, loginNumber : +91••••••3210 , success :true, time :2026"),
                logouts);
    }

    @Test
    void restartFromStageOfTheExampleAsksAgain() throws Exception {
        WorkflowJob job = pipeline(example("offboarding.Jenkinsfile"));
        r.buildAndAssertStatus(Result.FAILURE, job); // Declares the parameter.
        WorkflowRun build = job.scheduleBuild2(0, values(job, MEMBER)).waitForStart();
        approve(build);
        assertEquals(1, logouts(build).size());
        build.getAction(RestartDeclarativePipelineAction.class)
                .run("Approve and log out")
                .getFuture()
                .waitForStart();
        approve(job.getLastBuild());
        assertEquals(2 + 1, doubleTick.requests().size()); // The team is kept.
    }

    private static void approve(WorkflowRun build) throws Exception {
        r.waitForMessage("Log out Asha Rao (Agent, +91••••••3210) from DoubleTick on every device?", build);
        assertEquals(0, count("is logged out", build));
        build.getAction(InputAction.class).getExecutions().get(0).doProceedEmpty();
        end(Result.SUCCESS, build);
    }
}
