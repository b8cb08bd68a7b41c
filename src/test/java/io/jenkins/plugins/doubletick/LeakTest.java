package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.domains.Domain;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.logging.LogRecorder;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.Job;
import hudson.model.Result;
import hudson.model.Run;
import hudson.security.Permission;
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
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/**
 * Searches everything that Jenkins shows or stores for the API key, and what this plugin shows for the login number: after
 * logouts that succeed and that fail in each way, with a server that sends back what it was sent, and after a restart.
 */
class LeakTest extends StepJobs {

    private static final String ECHOED_KEY = "key_echoed-4c1D+/e0==";
    private static final String WRONG_KEY = "key_wrong-55e1d0";

    /** Leaves out the stand-in's first member, whose number is the example in texts of this plugin. */
    private static final List<String> NUMBERS = List.of(
            SECOND_MEMBER,
            NOT_A_MEMBER,
            DoubleTickStandIn.RATE_LIMITED,
            DoubleTickStandIn.BUSY,
            DoubleTickStandIn.DOWN,
            DoubleTickStandIn.REFUSED,
            DoubleTickStandIn.PORTAL);

    private static final Map<String, Permission> USERS = Map.of(
            "reader", Jenkins.READ,
            "extended-reader", Item.EXTENDED_READ,
            "credentials-user", CredentialsProvider.USE_ITEM,
            "configurer", Item.CONFIGURE,
            "credentials-viewer", CredentialsProvider.VIEW,
            "system-reader", Jenkins.SYSTEM_READ,
            "manager", Jenkins.MANAGE,
            "admin", Jenkins.ADMINISTER);

    private static final List<Permission> OPTIONAL =
            List.of(Item.EXTENDED_READ, CredentialsProvider.USE_ITEM, Jenkins.SYSTEM_READ, Jenkins.MANAGE);

    /** May show a login number, since Jenkins shows there what its users entered. */
    private static final List<String> CONFIGURATION = List.of(
            "manage/configure",
            "job/freestyle/configure",
            "job/freestyle/config.xml",
            "job/pipeline/configure",
            "job/pipeline/pipeline-syntax/",
            "job/pipeline/1/replay/",
            "job/folder/configure",
            "manage/credentials/store/system/domain/_/credential/doubletick/updateDialog",
            "manage/credentials/store/system/domain/_/credential/doubletick/config.xml",
            "manage/credentials/store/system/domain/_/api/json?depth=3",
            "job/folder/credentials/store/folder/domain/_/credential/of-the-folder/updateDialog");

    private static final List<String> PAGES = List.of(
            "",
            "api/json?depth=3",
            "manage/log/doubletick/",
            "manage/log/all",
            "threadDump",
            "job/freestyle/1/",
            "job/freestyle/1/api/xml?depth=3",
            "job/freestyle/1/console",
            "job/pipeline/1/",
            "job/pipeline/1/api/json?depth=3",
            "job/pipeline/1/console",
            "job/pipeline/1/consoleText",
            "job/pipeline/1/flowGraphTable/");

    private record Attempt(String number, @CheckForNull String credentialsId) {}

    private static final List<Attempt> ATTEMPTS = Stream.concat(
                    Stream.concat(
                                    NUMBERS.stream(),
                                    Stream.of("0123456", " Alice", "$EXTENSION").map(SECOND_MEMBER::concat))
                            .map(number -> new Attempt(number, null)),
                    Stream.of("text", "wrong", "broken", "system", "login", "unknown")
                            .map(id -> new Attempt(SECOND_MEMBER, id)))
            .toList();

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    @RegisterExtension
    private final SystemLog systemLog = new SystemLog();

    @RegisterExtension
    private final JenkinsSessionExtension session = new JenkinsSessionExtension();

    private final LeakSearch search = new LeakSearch(
            List.of(DoubleTickStandIn.KEY, DoubleTickStandIn.SECOND_KEY, ECHOED_KEY, WRONG_KEY, "key_broken-0d9ab2"),
            Stream.concat(NUMBERS.stream(), Stream.of(EchoingServer.NUMBERS)).toList());

    @Test
    void keyIsNowhereAndNumberIsMasked() throws Throwable {
        OPTIONAL.forEach(permission -> permission.setEnabled(true));
        try (ScriptedServer silent = new ScriptedServer(ScriptedServer.silence());
                ScriptedServer echoing = new ScriptedServer(EchoingServer.reply())) {
            session.then(rule -> {
                r = rule;
                configure();
                build(ATTEMPTS, ATTEMPTS);
                for (String id : List.of("doubletick", "wrong", "broken", "system", "login")) {
                    verify(id);
                }
                StandInExtension.use(echoing.url());
                List<Attempt> echoes = EchoingServer.numbers().stream()
                        .map(number -> new Attempt(number, "echoed"))
                        .toList();
                // In freestyle builds some of them only, since both steps do the same with an answer.
                Run<?, ?> build = build(echoes, List.of(echoes.get(0), echoes.get(echoes.size() / 2)));
                assertEquals(echoes.size(), count(" failed. ", build));
                verify("echoed");
                StandInExtension.use("http://127.0.0.1:1");
                build(ATTEMPTS.subList(0, 1), ATTEMPTS.subList(0, 1));
                StandInExtension.use(silent.url());
                abort(silent);
                searchEverything();
                searchConfiguration();
                startForRestart(silent); // Comes last, since the request must not time out before the restart.
                search.filesForKeys(r.jenkins.getRootDir().toPath());
            });
            StandInExtension.use(doubleTick.standIn().url());
            session.then(rule -> {
                r = rule;
                end(
                        Result.SUCCESS,
                        r.jenkins
                                .getItemByFullName("restart", WorkflowJob.class)
                                .getLastBuild());
                searchEverything();
            });
        } finally {
            OPTIONAL.forEach(permission -> permission.setEnabled(false));
        }
        assertEquals(List.of(), search.hits().stream().distinct().toList(), search.searched() + " places");
    }

    private static void configure() throws Exception {
        StandInExtension.addDefaultKey();
        StandInExtension.addGlobally(StandInExtension.apiKey("echoed", ECHOED_KEY));
        StandInExtension.addGlobally(StandInExtension.apiKey("wrong", WRONG_KEY));
        StandInExtension.addGlobally(new StringCredentialsImpl(
                CredentialsScope.GLOBAL, "text", null, Secret.fromString(DoubleTickStandIn.SECOND_KEY)));
        StandInExtension.addGlobally(new StringCredentialsImpl(
                CredentialsScope.GLOBAL, "broken", null, Secret.fromString("key_broken-0d\n9ab2")));
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

        r.jenkins.setSecurityRealm(r.createDummySecurityRealm());
        MockAuthorizationStrategy strategy = new MockAuthorizationStrategy();
        USERS.forEach((user, permission) ->
                strategy.grant(Jenkins.READ, Item.READ, permission).everywhere().to(user));
        r.jenkins.setAuthorizationStrategy(strategy);

        LogRecorder recorder = new LogRecorder("doubletick");
        for (Logger logger : SystemLog.LOGGERS) {
            recorder.getLoggers().add(new LogRecorder.Target(logger.getName(), Level.ALL));
        }
        r.jenkins.getLog().getRecorders().add(recorder);
        recorder.save();
    }

    private static WorkflowJob pipelineJob(List<Attempt> attempts) throws Exception {
        WorkflowJob job = r.jenkins.getItemByFullName("pipeline", WorkflowJob.class);
        String script = attempts.stream()
                .map(attempt -> "catchError { " + logout(attempt.number, attempt.credentialsId) + " }\n")
                .collect(Collectors.joining());
        job.setDefinition(new CpsFlowDefinition(script + script.replace("doubletickLogout", "doubletickMember"), true));
        return job;
    }

    private static FreeStyleProject freestyleJob(Attempt attempt) throws Exception {
        FreeStyleProject job = r.jenkins.getItemByFullName("freestyle", FreeStyleProject.class);
        job.getBuildersList().replace(builder(attempt.number, attempt.credentialsId));
        return job;
    }

    /** Returns the build of the Pipeline. */
    private static Run<?, ?> build(List<Attempt> pipeline, List<Attempt> freestyle) throws Exception {
        for (Attempt attempt : freestyle) {
            freestyleJob(attempt).scheduleBuild2(0).get();
        }
        return r.buildAndAssertStatus(Result.FAILURE, pipelineJob(pipeline));
    }

    private void verify(String id) throws Exception {
        HttpResponse<String> answer = new WebUser("admin")
                .post(
                        r,
                        "descriptorByName/" + DoubleTickConfiguration.class.getName() + "/verifyKey?credentialsId="
                                + id);
        assertEquals(200, answer.statusCode());
        search.forKeysAndNumbers("Verify key with " + id, answer.body());
    }

    private static void abort(ScriptedServer silent) throws Exception {
        WorkflowRun run = start(logout(SECOND_MEMBER));
        silent.awaitRequest();
        run.doStop();
        end(Result.ABORTED, run);
        FreeStyleBuild build = freestyleJob(ATTEMPTS.get(0)).scheduleBuild2(0).waitForStart();
        silent.awaitRequest();
        build.doStop();
        end(Result.ABORTED, build);
    }

    private void startForRestart(ScriptedServer silent) throws Exception {
        WorkflowJob job = pipeline(logout(SECOND_MEMBER));
        job.renameTo("restart");
        job.scheduleBuild2(0).waitForStart();
        silent.awaitRequest();
        String threads = page("admin", "job/restart/1/threadDump/");
        assertTrue(threads.contains("+12•"), threads);
        search.forKeysAndNumbers("the Pipeline's threads", threads);
    }

    private void searchEverything() throws Exception {
        for (Job<?, ?> job : r.jenkins.allItems(Job.class)) {
            for (Run<?, ?> build : job.getBuilds()) {
                search.forKeysAndNumbers("the log of " + build, JenkinsRule.getLog(build));
                if (build instanceof FreeStyleBuild) {
                    search.filesForKeysAndNumbers(build.getRootDir().toPath());
                }
            }
        }
        search.filesForKeys(r.jenkins.getRootDir().toPath());
        search.forKeys("the system log", systemLog.others());
        search.forKeysAndNumbers("the system log of this plugin and OkHttp", systemLog.ours());
        assertTrue(systemLog.ours().contains("Request 1 to "));
        ByteArrayOutputStream export = new ByteArrayOutputStream();
        ConfigurationAsCode.get().export(export);
        assertTrue(export.toString(StandardCharsets.UTF_8).contains("doubletickApiKey:"));
        search.forKeys("the export of Configuration as Code", export.toString(StandardCharsets.UTF_8));
        for (String path : PAGES) {
            search.forKeysAndNumbers(path, page("admin", path));
        }
    }

    private void searchConfiguration() throws Exception {
        for (String path : CONFIGURATION) {
            search.forKeys(path, page(null, path));
            for (String user : USERS.keySet()) {
                search.forKeys(path + " for " + user, page(user, path));
            }
        }
    }

    private static String page(@CheckForNull String user, String path) throws Exception {
        HttpResponse<String> answer = new WebUser(user).get(r, path);
        assertTrue(!"admin".equals(user) || answer.statusCode() == 200, path);
        return answer.body();
    }
}
