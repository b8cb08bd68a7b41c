package io.jenkins.plugins.doubletick;

import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.domains.Domain;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.logging.LogRecorder;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.Result;
import hudson.model.Run;
import hudson.util.Secret;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.EchoingServer;
import io.jenkins.plugins.doubletick.client.LeakSearch;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import io.jenkins.plugins.doubletick.client.SystemLog;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/**
 * Searches everything that Jenkins shows or stores for the API key, and what this plugin shows for the login number:
 * after logouts that succeed and that fail in each way, with a server that sends back what it was sent, and after a
 * restart amid a logout.
 */
class LeakTest {

    private static final String ECHOED_KEY = "key_echoed-4c1D+/e0==";
    private static final String WRONG_KEY = "key_wrong-55e1d0";
    private static final String BROKEN_KEY = "key_broken-0d\n9ab2";

    private static final List<String> KEYS = List.of(
            DoubleTickStandIn.KEY, DoubleTickStandIn.SECOND_KEY, ECHOED_KEY, WRONG_KEY, BROKEN_KEY.replace("\n", ""));

    /** Leaves out the stand-in's first member, whose number is the example in texts of this plugin. */
    private static final List<String> NUMBERS = List.of(
            DoubleTickStandIn.SECOND_MEMBER,
            DoubleTickStandIn.NOT_A_MEMBER,
            DoubleTickStandIn.RATE_LIMITED,
            DoubleTickStandIn.BUSY,
            DoubleTickStandIn.DOWN,
            DoubleTickStandIn.REFUSED,
            DoubleTickStandIn.PORTAL,
            EchoingServer.NUMBERS);

    private record Attempt(String number, String credentialsId) {
        String step() {
            return step("doubletickLogout");
        }

        String step(String name) {
            return "catchError { " + name + " loginNumber: '" + number + "'"
                    + (credentialsId == null ? "" : ", credentialsId: '" + credentialsId + "'") + " }\n";
        }
    }

    private static final List<Attempt> ATTEMPTS = List.of(
            new Attempt(DoubleTickStandIn.SECOND_MEMBER, null),
            new Attempt(DoubleTickStandIn.SECOND_MEMBER, "text"),
            new Attempt(DoubleTickStandIn.BUSY, null),
            new Attempt(DoubleTickStandIn.RATE_LIMITED, null),
            new Attempt(DoubleTickStandIn.NOT_A_MEMBER, null),
            new Attempt(DoubleTickStandIn.DOWN, null),
            new Attempt(DoubleTickStandIn.REFUSED, null),
            new Attempt(DoubleTickStandIn.PORTAL, null),
            new Attempt(DoubleTickStandIn.SECOND_MEMBER, "wrong"),
            new Attempt(DoubleTickStandIn.SECOND_MEMBER, "broken"),
            new Attempt(DoubleTickStandIn.SECOND_MEMBER, "system"),
            new Attempt(DoubleTickStandIn.SECOND_MEMBER, "login"),
            new Attempt(DoubleTickStandIn.SECOND_MEMBER, "unknown"),
            new Attempt(DoubleTickStandIn.SECOND_MEMBER + "0123456", null),
            new Attempt(DoubleTickStandIn.SECOND_MEMBER + " Alice", null),
            new Attempt(DoubleTickStandIn.SECOND_MEMBER + "$EXTENSION", null));

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    @RegisterExtension
    private final SystemLog systemLog = new SystemLog();

    @RegisterExtension
    private final JenkinsSessionExtension session = new JenkinsSessionExtension();

    private final LeakSearch search = new LeakSearch(KEYS, NUMBERS);

    @Test
    void keyIsNowhereAndNumberIsMasked() throws Throwable {
        LeakPages.setOptionalPermissionsEnabled(true);
        try (ScriptedServer silent = new ScriptedServer(ScriptedServer.silence());
                ScriptedServer echoing = new ScriptedServer(EchoingServer.reply());
                ScriptedServer notTls = ScriptedServer.deaf((socket, server) ->
                        socket.getOutputStream().write("This is not TLS".getBytes(StandardCharsets.UTF_8)))) {
            session.then(r -> {
                configure(r);
                attempt(r);
                StandInExtension.use(echoing.url());
                echo(r);
                StandInExtension.use("http://127.0.0.1:1");
                buildBoth(r, ATTEMPTS.subList(0, 1));
                StandInExtension.use("https://127.0.0.1:" + notTls.port());
                buildBoth(r, ATTEMPTS.subList(0, 1));
            });
            session.then(r -> {
                StandInExtension.use(silent.url());
                abort(r, silent);
                searchEverything(r);
                LeakPages.searchConfiguration(r, search);
                startForRestart(r, silent); // Comes last, since the request must not time out before the restart.
                search.filesForKeys(r.jenkins.getRootDir().toPath());
            });
            StandInExtension.use(doubleTick.standIn().url());
            session.then(r -> {
                WorkflowRun resumed = r.jenkins
                        .getItemByFullName("restart", WorkflowJob.class)
                        .getLastBuild();
                r.assertBuildStatusSuccess(r.waitForCompletion(resumed));
                searchEverything(r);
            });
        } finally {
            LeakPages.setOptionalPermissionsEnabled(false);
        }
        assertEquals(List.of(), search.hits().stream().distinct().toList(), search.searched() + " places");
    }

    private static void configure(JenkinsRule r) throws Exception {
        StandInExtension.addDefaultKey();
        StandInExtension.addGlobally(StandInExtension.apiKey("echoed", ECHOED_KEY));
        StandInExtension.addGlobally(StandInExtension.apiKey("wrong", WRONG_KEY));
        StandInExtension.addGlobally(text("text", DoubleTickStandIn.SECOND_KEY));
        StandInExtension.addGlobally(text("broken", BROKEN_KEY));
        StandInExtension.addGlobally(new DoubleTickApiKey(
                CredentialsScope.SYSTEM, "system", null, Secret.fromString(DoubleTickStandIn.KEY)));
        StandInExtension.addGlobally(new UsernamePasswordCredentialsImpl(
                CredentialsScope.GLOBAL, "login", null, "user", DoubleTickStandIn.SECOND_KEY));
        StandInExtension.add(
                r.createProject(Folder.class, "folder"),
                Domain.global(),
                StandInExtension.apiKey("of-the-folder", DoubleTickStandIn.SECOND_KEY));
        r.createProject(FreeStyleProject.class, "freestyle");
        r.createProject(WorkflowJob.class, "pipeline");

        LeakPages.grantPermissions(r);

        LogRecorder recorder = new LogRecorder("doubletick");
        for (Logger logger : SystemLog.LOGGERS) {
            recorder.getLoggers().add(new LogRecorder.Target(logger.getName(), Level.ALL));
        }
        r.jenkins.getLog().getRecorders().add(recorder);
        recorder.save();
    }

    private static StringCredentialsImpl text(String id, String key) {
        return new StringCredentialsImpl(CredentialsScope.GLOBAL, id, null, Secret.fromString(key));
    }

    private void attempt(JenkinsRule r) throws Exception {
        buildBoth(r, ATTEMPTS);
        pipeline(r, ATTEMPTS.stream().map(attempt -> attempt.step("doubletickMember")));
        for (String id : List.of("doubletick", "wrong", "broken", "system", "login")) {
            verify(r, id);
        }
    }

    private static void buildBoth(JenkinsRule r, List<Attempt> attempts) throws Exception {
        pipeline(r, attempts.stream().map(Attempt::step));
        freestyle(r, attempts);
    }

    private static void pipeline(JenkinsRule r, Stream<String> steps) throws Exception {
        WorkflowJob job = r.jenkins.getItemByFullName("pipeline", WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(steps.collect(Collectors.joining()), true));
        r.assertBuildStatus(Result.FAILURE, job.scheduleBuild2(0));
    }

    private static void freestyle(JenkinsRule r, List<Attempt> attempts) throws Exception {
        FreeStyleProject job = r.jenkins.getItemByFullName("freestyle", FreeStyleProject.class);
        for (Attempt attempt : attempts) {
            job.getBuildersList().replace(builder(attempt));
            job.scheduleBuild2(0).get();
        }
    }

    private static DoubleTickLogoutBuilder builder(Attempt attempt) {
        DoubleTickLogoutBuilder builder = new DoubleTickLogoutBuilder(attempt.number);
        builder.setCredentialsId(attempt.credentialsId);
        return builder;
    }

    private void verify(JenkinsRule r, String id) throws Exception {
        HttpResponse<String> answer = new WebUser("admin")
                .post(
                        r,
                        "descriptorByName/" + DoubleTickConfiguration.class.getName() + "/verifyKey?credentialsId="
                                + id);
        assertEquals(200, answer.statusCode());
        search.forKeysAndNumbers("Verify key with " + id, answer.body());
    }

    private void echo(JenkinsRule r) throws Exception {
        List<Attempt> attempts = EchoingServer.numbers().stream()
                .map(number -> new Attempt(number, "echoed"))
                .toList();
        pipeline(r, attempts.stream().map(Attempt::step));
        // Uses some of them only, since both steps do the same with an answer.
        freestyle(r, List.of(attempts.get(0), attempts.get(attempts.size() / 2), attempts.get(attempts.size() - 1)));
        String log = JenkinsRule.getLog(
                r.jenkins.getItemByFullName("pipeline", WorkflowJob.class).getLastBuild());
        assertEquals(
                attempts.size(),
                log.lines()
                        .filter(line -> line.contains(" may still be logged in."))
                        .count(),
                log);
        verify(r, "echoed");
    }

    private static void abort(JenkinsRule r, ScriptedServer silent) throws Exception {
        WorkflowJob pipeline = r.jenkins.getItemByFullName("pipeline", WorkflowJob.class);
        pipeline.setDefinition(new CpsFlowDefinition(ATTEMPTS.get(0).step(), true));
        WorkflowRun run = pipeline.scheduleBuild2(0).waitForStart();
        silent.awaitRequest();
        run.doStop();
        r.assertBuildStatus(Result.ABORTED, r.waitForCompletion(run));

        FreeStyleProject freestyle = r.jenkins.getItemByFullName("freestyle", FreeStyleProject.class);
        freestyle.getBuildersList().replace(builder(ATTEMPTS.get(0)));
        FreeStyleBuild build = freestyle.scheduleBuild2(0).waitForStart();
        silent.awaitRequest();
        build.doStop();
        r.assertBuildStatus(Result.ABORTED, r.waitForCompletion(build));
    }

    private void startForRestart(JenkinsRule r, ScriptedServer silent) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class, "restart");
        job.setDefinition(new CpsFlowDefinition(ATTEMPTS.get(0).step(), true));
        job.scheduleBuild2(0).waitForStart();
        silent.awaitRequest();
        HttpResponse<String> threads = new WebUser("admin").get(r, "job/restart/1/threadDump/");
        assertTrue(threads.body().contains("+12•"), threads.body());
        search.forKeysAndNumbers("the Pipeline's threads", threads.body());
    }

    private void searchEverything(JenkinsRule r) throws Exception {
        for (Job<?, ?> job : r.jenkins.allItems(Job.class)) {
            for (Run<?, ?> build : job.getBuilds()) {
                searchBuild(r, build);
            }
        }
        search.filesForKeys(r.jenkins.getRootDir().toPath());
        search.forKeys("the system log", systemLog.others());
        search.forKeysAndNumbers("the system log of this plugin and OkHttp", systemLog.ours());
        assertTrue(systemLog.ours().contains("+12•"));

        ByteArrayOutputStream export = new ByteArrayOutputStream();
        ConfigurationAsCode.get().export(export);
        String yaml = export.toString(StandardCharsets.UTF_8);
        assertTrue(yaml.contains("doubletickApiKey:"), yaml);
        search.forKeys("the export of Configuration as Code", yaml);

        LeakPages.searchPages(r, search);
    }

    private void searchBuild(JenkinsRule r, Run<?, ?> build) throws Exception {
        search.forKeysAndNumbers("the log of " + build, JenkinsRule.getLog(build));
        if (build instanceof FreeStyleBuild) {
            search.filesForKeysAndNumbers(build.getRootDir().toPath());
        }
        for (String page : List.of("consoleText", "logText/progressiveHtml")) {
            HttpResponse<String> answer = new WebUser("admin").get(r, build.getUrl() + page);
            assertEquals(200, answer.statusCode(), page);
            search.forKeysAndNumbers(build + " " + page, answer.body());
        }
    }
}
