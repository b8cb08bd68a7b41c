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
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.EchoingServer;
import io.jenkins.plugins.doubletick.client.LeakSearch;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import io.jenkins.plugins.doubletick.client.SystemLog;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/** Searches everything that Jenkins shows or stores for what must not be there. */
class LeakTest extends OneJenkins {

    private static final String ECHOED_KEY = "key_echoed-4c1D+/e0==";
    private static final String WRONG_KEY = "key_wrong-55e1d0";

    /** Leaves out the stand-in's first member, whose number is the example in texts of this plugin. */
    private static final List<String> NUMBERS = List.of(
            SECOND_MEMBER, NOT_A_MEMBER, DoubleTickStandIn.BUSY, DoubleTickStandIn.REFUSED, DoubleTickStandIn.PORTAL);

    /** Jenkins hides a form from some users, and shows it read-only to others. */
    private static final Map<String, Permission[]> USERS = Map.of(
            "reader", new Permission[] {Item.READ},
            "auditor", new Permission[] {Item.EXTENDED_READ, CredentialsProvider.VIEW, Jenkins.SYSTEM_READ},
            "maintainer", new Permission[] {Item.CONFIGURE, CredentialsProvider.USE_ITEM, Jenkins.MANAGE},
            "admin", new Permission[] {Jenkins.ADMINISTER});

    /** May show a login number, since Jenkins shows there what its users entered. */
    private static final List<String> CONFIGURATION = List.of(
            "manage/configure",
            "job/freestyle/configure",
            "job/freestyle/config.xml",
            "job/pipeline/configure",
            "job/pipeline/pipeline-syntax/",
            "job/pipeline/1/replay/",
            "manage/credentials/store/system/domain/_/credential/doubletick/updateDialog",
            "manage/credentials/store/system/domain/_/credential/doubletick/config.xml",
            "manage/credentials/store/system/domain/_/api/json?depth=3",
            "job/folder/credentials/store/folder/domain/_/credential/of-the-folder/updateDialog");

    private static final List<String> PAGES = List.of(
            "api/json?depth=3",
            "manage/log/doubletick/",
            "threadDump",
            "job/freestyle/1/",
            "job/freestyle/1/api/xml?depth=3",
            "job/pipeline/1/",
            "job/pipeline/1/api/json?depth=3",
            "job/pipeline/1/console",
            "job/pipeline/1/flowGraphTable/");

    @RegisterExtension
    private final SystemLog systemLog = new SystemLog();

    private final LeakSearch search = new LeakSearch(
            List.of(KEY, OTHER_KEY, ECHOED_KEY, WRONG_KEY, "key_broken-0d9ab2"),
            Stream.concat(NUMBERS.stream(), Stream.of(EchoingServer.NUMBERS)).toList());

    @AfterEach
    void tearDown() {
        setOptionalPermissionsEnabled(false);
    }

    /** During and after logouts that succeed and that fail in each way, with a server that sends back what it was sent. */
    @Test
    void keyIsNowhereAndNumberIsMasked() throws Exception {
        configure();
        Stream<String> numbers = Stream.concat(
                        NUMBERS.stream(),
                        Stream.of("0123456", " Alice", "$EXTENSION").map(SECOND_MEMBER::concat))
                .map(StepJobs::logout);
        Stream<String> ids = Stream.of("text", "broken", "system", "login", "unknown", "wrong")
                .map(id -> logout(SECOND_MEMBER, id));
        List<String> logouts = Stream.concat(numbers, ids).toList();
        build(
                Stream.concat(logouts.stream(), logouts.stream().map(step -> step.replace("Logout", "Member")))
                        .toList(),
                builder(SECOND_MEMBER, null),
                builder(NOT_A_MEMBER, null),
                builder(SECOND_MEMBER + " Alice", null),
                builder(SECOND_MEMBER, "wrong"));
        for (String id : List.of("doubletick", "wrong", "broken", "login")) {
            verify(id);
        }
        try (ScriptedServer echoing = new ScriptedServer(EchoingServer.reply())) {
            StandInExtension.use(echoing.url());
            verify("echoed");
            List<String> echoes = EchoingServer.numbers().stream()
                    .map(number -> logout(number, "echoed"))
                    .toList();
            Run<?, ?> build = build(echoes, builder(EchoingServer.numbers().get(0), "echoed"));
            assertEquals(echoes.size(), count(" failed. ", build));
        }
        try (ScriptedServer silent = new ScriptedServer(ScriptedServer.silence())) {
            StandInExtension.use(silent.url());
            WorkflowRun running = start(logout(SECOND_MEMBER));
            silent.awaitRequest();
            awaitSaving(running);
            String threads = page("admin", running.getUrl() + "threadDump/");
            assertTrue(threads.contains("+12•"), threads);
            search.forKeysAndNumbers("the Pipeline's threads", threads);
            search.filesForKeys(running.getRootDir().toPath());
            running.doStop();
            end(Result.ABORTED, running);
        }
        searchConfiguration();
        searchEverything();
        assertEquals(List.of(), search.hits().stream().distinct().toList());
    }

    private static void configure() throws Exception {
        add(StandInExtension.apiKey("echoed", ECHOED_KEY));
        add(StandInExtension.apiKey("wrong", WRONG_KEY));
        add(secretText("text", OTHER_KEY));
        add(secretText("broken", "key_broken-0d\n9ab2"));
        addUnusableKeys("system", "elsewhere");
        add(new UsernamePasswordCredentialsImpl(CredentialsScope.GLOBAL, "login", null, "user", OTHER_KEY));
        Folder folder = r.createProject(Folder.class, "folder");
        StandInExtension.add(folder, Domain.global(), StandInExtension.apiKey("of-the-folder", OTHER_KEY));
        r.createProject(FreeStyleProject.class, "freestyle");
        r.createProject(WorkflowJob.class, "pipeline");

        setOptionalPermissionsEnabled(true);
        r.jenkins.setSecurityRealm(r.createDummySecurityRealm());
        MockAuthorizationStrategy strategy = new MockAuthorizationStrategy();
        strategy.grant(Jenkins.READ, Item.READ).everywhere().toEveryone();
        USERS.forEach(
                (user, permissions) -> strategy.grant(permissions).everywhere().to(user));
        r.jenkins.setAuthorizationStrategy(strategy);

        LogRecorder recorder = new LogRecorder("doubletick");
        for (Logger logger : SystemLog.LOGGERS) {
            recorder.getLoggers().add(new LogRecorder.Target(logger.getName(), Level.ALL));
        }
        r.jenkins.getLog().getRecorders().add(recorder);
        recorder.save();
    }

    private static Run<?, ?> build(List<String> steps, DoubleTickLogoutBuilder... freestyle) throws Exception {
        FreeStyleProject job = r.jenkins.getItemByFullName("freestyle", FreeStyleProject.class);
        for (DoubleTickLogoutBuilder builder : freestyle) {
            job.getBuildersList().replace(builder);
            job.scheduleBuild2(0).get();
        }
        String script =
                steps.stream().map(step -> "catchError { " + step + " }\n").collect(Collectors.joining());
        WorkflowJob pipeline = r.jenkins.getItemByFullName("pipeline", WorkflowJob.class);
        pipeline.setDefinition(new CpsFlowDefinition(script, true));
        return r.buildAndAssertStatus(Result.FAILURE, pipeline);
    }

    private void verify(String id) throws Exception {
        String path = "descriptorByName/" + DoubleTickConfiguration.class.getName() + "/verifyKey?credentialsId=" + id;
        HttpResponse<String> answer = new WebUser("admin").post(r, path);
        assertEquals(200, answer.statusCode());
        search.forKeysAndNumbers("Verify key with " + id, answer.body());
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
            for (String user : USERS.keySet()) {
                search.forKeys(path + " for " + user, page(user, path));
            }
        }
    }

    private static String page(String user, String path) throws Exception {
        HttpResponse<String> answer = new WebUser(user).get(r, path);
        assertTrue(!"admin".equals(user) || answer.statusCode() == 200, path);
        return answer.body();
    }

    /** The places of docs/security.md where Jenkins keeps name or e-mail of a member while the build goes on. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            MEMBER                                      |
            def member = MEMBER                         | program.dat
            echo MEMBER.name                            | log workflow
            input message: "Log out ${MEMBER.name}?"    | log workflow program.dat
            env.NAME = MEMBER.name                      | build.xml
            currentBuild.description = MEMBER.email     | build.xml
            """)
    void memberIsStoredOnlyWhereTheScriptPutsIt(String script, @CheckForNull String files) throws Exception {
        WorkflowRun build =
                start(script.replace("MEMBER", "doubletickMember('" + SECOND_MEMBER + "')") + "\nsleep 1000");
        r.waitForMessage(script.startsWith("input") ? "Log out Daniel Okafor?" : "Sleeping for", build);
        awaitSaving(build);
        // The search leaves white space out.
        LeakSearch names = new LeakSearch(List.of("DanielOkafor", "daniel.okafor@example.com"), List.of());
        names.filesForKeys(build.getRootDir().toPath());
        assertEquals(files == null ? Set.of() : Set.of(files.split(" ")), names.fileNames());
        build.doStop();
        end(Result.ABORTED, build);
    }
}
