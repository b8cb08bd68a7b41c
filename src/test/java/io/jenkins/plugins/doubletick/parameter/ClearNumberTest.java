package io.jenkins.plugins.doubletick.parameter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.StringParameterDefinition;
import hudson.model.StringParameterValue;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.LeakSearch;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.flow.StepListener;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** Tries every place that docs/security.md names, where Jenkins itself keeps a number in clear. */
class ClearNumberTest {

    private static final String NUMBER = DoubleTickStandIn.SECOND_MEMBER;

    /** Names the files and folders of a script's job that have the clear number while the script's logout is under way. */
    private record Place(String name, String script, Set<String> files) {}

    private static final String LOG_OUT = "doubletickLogout loginNumber: ";

    private static final List<Place> PLACES = List.of(
            new Place("parameter", LOG_OUT + "params.LOGIN_NUMBER", Set.of()),
            new Place("jenkinsfile", LOG_OUT + "'" + NUMBER + "'", Set.of("config.xml", "build.xml")),
            new Place("string", LOG_OUT + "params.STRING", Set.of("build.xml")),
            new Place("local", "def number = params.LOGIN_NUMBER\n" + LOG_OUT + "number", Set.of("program.dat")),
            new Place(
                    "echo", "echo params.LOGIN_NUMBER\n" + LOG_OUT + "params.LOGIN_NUMBER", Set.of("log", "workflow")),
            new Place(
                    "environment",
                    "env.NUMBER = params.LOGIN_NUMBER\n" + LOG_OUT + "params.LOGIN_NUMBER",
                    Set.of("build.xml")),
            new Place(
                    "with-environment",
                    "withEnv([\"NUMBER=${params.LOGIN_NUMBER}\"]) {\n" + LOG_OUT + "params.LOGIN_NUMBER\n}",
                    Set.of("workflow", "program.dat")),
            new Place(
                    "build",
                    "build job: 'parameter', wait: false,"
                            + " parameters: [doubletickLoginNumber(name: 'LOGIN_NUMBER', value: params.LOGIN_NUMBER)]",
                    Set.of("workflow")),
            new Place(
                    "input",
                    LOG_OUT + "input(id: 'Who', message: 'Who?', parameters: [doubletickLoginNumber(name: 'N')])",
                    Set.of("workflow")));

    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    @Test
    void placesOfTheDocumentation() throws Throwable {
        try (ScriptedServer silent = new ScriptedServer(ScriptedServer.silence())) {
            sessions.then(r -> {
                StandInExtension.use(silent.url());
                StandInExtension.addDefaultKey();
                for (Place place : PLACES) {
                    WorkflowRun build = start(r, place);
                    if (place.name.equals("input")) {
                        submit(r, build);
                    }
                    if (place.name.equals("build")) {
                        r.assertBuildStatusSuccess(r.waitForCompletion(build));
                    } else {
                        r.waitForMessage("Logging +12•••••0123 out of DoubleTick", build);
                    }
                }
            });
        }
        Map<String, Set<String>> expected = new TreeMap<>();
        Map<String, Set<String>> found = new TreeMap<>();
        for (Place place : PLACES) {
            Path job = sessions.getHome().toPath().resolve("jobs").resolve(place.name);
            expected.put(place.name, new TreeSet<>(place.files));
            found.put(place.name, filesWithNumber(job));
        }
        assertEquals(expected, found);
    }

    private static WorkflowRun start(JenkinsRule r, Place place) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class, place.name);
        job.addProperty(new ParametersDefinitionProperty(
                new DoubleTickLoginNumberParameterDefinition("LOGIN_NUMBER"), new StringParameterDefinition("STRING")));
        job.setDefinition(new CpsFlowDefinition(place.script, true));
        return job.scheduleBuild2(
                        0,
                        new ParametersAction(
                                new DoubleTickLoginNumberParameterValue("LOGIN_NUMBER", NUMBER),
                                new StringParameterValue("STRING", place.name.equals("string") ? NUMBER : "")))
                .waitForStart();
    }

    private static void submit(JenkinsRule r, WorkflowRun build) throws Exception {
        r.waitForMessage("Input requested", build);
        HtmlForm form = ((HtmlPage) r.createWebClient().getPage(build, "input")).getFormByName("Who");
        form.getInputsByName("value").get(0).setValue(NUMBER);
        r.submit(form, "proceed");
    }

    /** Returns the names of files, and one folder's name for all records of steps. */
    private static Set<String> filesWithNumber(Path directory) throws Exception {
        LeakSearch search = new LeakSearch(List.of(), List.of(NUMBER));
        search.filesForKeysAndNumbers(directory);
        Set<String> names = new TreeSet<>();
        for (String hit : search.hits()) {
            Path file = Path.of(hit.replaceFirst("The login number \\S+ in ", ""));
            String folder = file.getParent().getFileName().toString();
            names.add(
                    folder.startsWith("workflow")
                            ? "workflow"
                            : file.getFileName().toString());
        }
        return names;
    }

    /** Collects what a build had stored when it had just begun a step. */
    private static final List<Set<String>> BEFORE_THE_STEP = new ArrayList<>();

    @TestExtension("momentBeforeTheStepMasksItsArguments")
    public static final class BeforeTheStep implements StepListener {
        @Override
        public void notifyOfNewStep(Step step, StepContext context) {
            try {
                BEFORE_THE_STEP.add(filesWithNumber(
                        context.get(WorkflowRun.class).getRootDir().toPath()));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void momentBeforeTheStepMasksItsArguments() throws Throwable {
        sessions.then(r -> {
            StandInExtension.addDefaultKey();
            WorkflowRun build = start(r, PLACES.get(0));
            r.assertBuildStatusSuccess(r.waitForCompletion(build));
            assertEquals(List.of(Set.of("workflow")), BEFORE_THE_STEP);
            assertEquals(Set.of(), filesWithNumber(build.getRootDir().toPath()));
        });
    }
}
