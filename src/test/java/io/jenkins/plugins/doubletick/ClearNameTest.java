package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.LeakSearch;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** Tries every place that docs/security.md names, where Jenkins keeps what doubletickMember returned. */
class ClearNameTest {

    /** Names the files and folders of a script's job that have name or e-mail of the member while the build goes on. */
    private record Place(String name, String script, Set<String> files) {}

    private static final String MEMBER = "doubletickMember('" + DoubleTickStandIn.SECOND_MEMBER + "')";

    private static final List<Place> PLACES = List.of(
            new Place("returned", MEMBER, Set.of()),
            new Place("local", "def member = " + MEMBER, Set.of("program.dat")),
            new Place("echo", "echo " + MEMBER + ".name", Set.of("log", "workflow")),
            new Place(
                    "input",
                    "input message: \"Log out ${" + MEMBER + ".name}?\"",
                    Set.of("log", "workflow", "program.dat")),
            new Place("environment", "env.NAME = " + MEMBER + ".name", Set.of("build.xml")),
            new Place("description", "currentBuild.description = " + MEMBER + ".email", Set.of("build.xml")));

    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    @Test
    void placesOfTheDocumentation() throws Throwable {
        sessions.then(r -> {
            StandInExtension.addDefaultKey();
            for (Place place : PLACES) {
                WorkflowJob job = r.createProject(WorkflowJob.class, place.name);
                job.setDefinition(new CpsFlowDefinition(place.script + "\nsleep 1000", true));
                r.waitForMessage(
                        place.name.equals("input") ? "Log out Daniel Okafor?" : "Sleeping for",
                        job.scheduleBuild2(0).waitForStart());
            }
        });
        Map<String, Set<String>> expected = new TreeMap<>();
        Map<String, Set<String>> found = new TreeMap<>();
        for (Place place : PLACES) {
            expected.put(place.name, new TreeSet<>(place.files));
            // The search leaves white space out.
            LeakSearch search = new LeakSearch(List.of("DanielOkafor", "daniel.okafor@example.com"), List.of());
            search.filesForKeys(sessions.getHome().toPath().resolve("jobs").resolve(place.name));
            found.put(place.name, search.fileNames());
        }
        assertEquals(expected, found);
    }
}
