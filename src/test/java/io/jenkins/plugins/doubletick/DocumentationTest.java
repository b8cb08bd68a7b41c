package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.cloudbees.hudson.plugins.folder.Folder;
import hudson.Functions;
import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.ParameterDefinition;
import hudson.model.ParameterValue;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.security.SecurityRealm;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.parameter.DoubleTickLoginNumberParameterDefinition;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;
import java.io.IOException;
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
import net.sf.json.JSONObject;
import org.jenkinsci.plugins.pipeline.modeldefinition.actions.RestartDeclarativePipelineAction;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** Runs every snippet and example of the documentation. */
class DocumentationTest extends OneJenkins {

    private static final Path EXAMPLES = Path.of("docs/examples");

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

    /** Returns the only block in a language with this beginning. */
    private static String block(String language, String start) throws IOException {
        List<String> found = blocks(language).stream()
                .filter(block -> block.startsWith(start))
                .toList();
        assertEquals(1, found.size(), start);
        return found.get(0);
    }

    /** A value for each of the job's parameters that is a login number. */
    private static ParametersAction values(Job<?, ?> job, String number) {
        List<ParameterValue> values = new ArrayList<>();
        ParametersDefinitionProperty parameters = job.getProperty(ParametersDefinitionProperty.class);
        if (parameters != null) {
            for (ParameterDefinition definition : parameters.getParameterDefinitions()) {
                if (definition instanceof DoubleTickLoginNumberParameterDefinition loginNumber) {
                    values.add(loginNumber.createValue(number));
                }
            }
        }
        return new ParametersAction(values);
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
        script.setScriptText(block("text", "job(").replace("log-out-member", "by-job-dsl"));
        FreeStyleProject seed = r.createFreeStyleProject();
        seed.getBuildersList().add(script);
        r.buildAndAssertSuccess(seed);
        r.buildAndAssertSuccess(r.jenkins.getItemByFullName("by-job-dsl", FreeStyleProject.class));
        doubleTick.assertOneLogout(DoubleTickStandIn.KEY, MEMBER);
    }

    @Test
    void freestyleExampleLogsOut() throws Exception {
        FreeStyleProject job;
        try (var xml = Files.newInputStream(EXAMPLES.resolve("offboarding-freestyle.xml"))) {
            job = (FreeStyleProject) r.jenkins.createProjectFromXML("log-out-member", xml);
        }
        r.assertBuildStatusSuccess(job.scheduleBuild2(0, values(job, "+91 98765 43210")));
        doubleTick.assertOneLogout(DoubleTickStandIn.KEY, MEMBER);
    }

    @Test
    void auditRequestListsAllLogoutsOfAJob() throws Exception {
        assumeFalse(Functions.isWindows());
        r.jenkins.setSecurityRealm(r.createDummySecurityRealm());
        FreeStyleProject job =
                r.createProject(Folder.class, "offboarding").createProject(FreeStyleProject.class, "log-out-member");
        for (String number : List.of(MEMBER, DoubleTickStandIn.NOT_A_MEMBER)) {
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
        List<String> logouts = new ArrayList<>();
        for (Object build : JSONObject.fromObject(answer).getJSONArray("allBuilds")) {
            for (Object action : ((JSONObject) build).getJSONArray("actions")) {
                JSONObject logout = ((JSONObject) action).has("logouts")
                        ? ((JSONObject) action).getJSONArray("logouts").getJSONObject(0)
                        : null;
                if (logout != null) {
                    assertTrue(job.getBuildByNumber(1).getStartTimeInMillis() <= logout.getLong("time"), answer);
                    logouts.add(logout.getString("loginNumber") + " " + logout.get("success") + " "
                            + logout.get("aborted"));
                }
            }
        }
        assertEquals(List.of("+91••••••3299 false false", "+91••••••3210 true false"), logouts);
    }

    @Test
    void restartFromStageOfTheExampleAsksAgain() throws Exception {
        WorkflowJob job = pipeline(Files.readString(EXAMPLES.resolve("offboarding.Jenkinsfile")));
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
