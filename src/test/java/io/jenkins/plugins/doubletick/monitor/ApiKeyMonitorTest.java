package io.jenkins.plugins.doubletick.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsStore;
import com.cloudbees.plugins.credentials.domains.Domain;
import hudson.ExtensionList;
import hudson.model.FreeStyleProject;
import hudson.model.ModelObject;
import hudson.model.Result;
import hudson.model.TopLevelItem;
import io.jenkins.plugins.doubletick.ApiKeyCheck;
import io.jenkins.plugins.doubletick.DoubleTickApiKey;
import io.jenkins.plugins.doubletick.DoubleTickConfiguration;
import io.jenkins.plugins.doubletick.HangingVault;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;
import java.io.File;
import java.nio.file.Files;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jenkins.model.ModifiableTopLevelItemGroup;
import org.htmlunit.html.DomElement;
import org.htmlunit.html.HtmlAnchor;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Administrators see which keys DoubleTick refuses, and can check them again; Jenkins does so once a day. */
@WithJenkins
class ApiKeyMonitorTest {

    private static final String WRONG = "key_wrong-monitored-77";
    private static final String OTHER_WRONG = "key_wrong-monitored-78";
    private static final String LIMIT_PROPERTY = "io.jenkins.plugins.doubletick.webLimitSeconds";

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private static JenkinsRule r;

    @BeforeAll
    static void start(JenkinsRule rule) {
        r = rule;
    }

    @AfterEach
    void tearDown() throws Exception {
        HangingVault.release();
        System.clearProperty(LIMIT_PROPERTY);
        StandInExtension.forgetKeys();
        for (TopLevelItem item : r.jenkins.getItems()) {
            item.delete();
        }
        RefusedKeys.get().check(null).get(1, TimeUnit.MINUTES); // Forgets keys of deleted jobs and credentials.
    }

    private static FreeStyleProject job(ModifiableTopLevelItemGroup group, String id) throws Exception {
        FreeStyleProject job = (FreeStyleProject) group.createProject(
                r.jenkins.getDescriptorByType(FreeStyleProject.DescriptorImpl.class), "offboard", true);
        DoubleTickLogoutBuilder builder = new DoubleTickLogoutBuilder(DoubleTickStandIn.MEMBER);
        builder.setCredentialsId(id);
        job.getBuildersList().add(builder);
        return job;
    }

    private static void logOut(FreeStyleProject job, String expected) throws Exception {
        r.assertBuildStatus(expected.isEmpty() ? Result.SUCCESS : Result.FAILURE, job.scheduleBuild2(0));
        awaitRefused(expected);
    }

    /** The step may end a moment before the listeners are told. */
    private static void awaitRefused(String expected) {
        while (!expected.equals(refused())) {
            Thread.onSpinWait();
        }
    }

    /** Job, build and ID of each refused key. */
    private static String refused() {
        return String.join(
                ", ",
                RefusedKeys.get().list().stream()
                        .map(key -> (key.job() == null ? "" : key.job().getFullName()) + "#" + key.build() + "/"
                                + key.credentialsId())
                        .sorted()
                        .toList());
    }

    private static void add(ModelObject owner, String id, String key) throws Exception {
        StandInExtension.add(owner, Domain.global(), StandInExtension.apiKey(id, key));
    }

    private static CredentialsStore storeOf(ModelObject owner) {
        return CredentialsProvider.lookupStores(owner).iterator().next();
    }

    private static void replace(ModelObject owner, String id, String key) throws Exception {
        DoubleTickApiKey replacement = StandInExtension.apiKey(id, key);
        assertTrue(storeOf(owner).updateCredentials(Domain.global(), replacement, replacement));
    }

    private static HtmlPage manage() throws Exception {
        return r.createWebClient().goTo("manage");
    }

    private static HtmlPage checkNow() throws Exception {
        return r.submit(manage().getFormByName("doubletickApiKey"));
    }

    /** What Manage Jenkins shows; null if there is no warning. */
    private static String shown(HtmlPage page) {
        assertFalse(page.getWebResponse().getContentAsString().contains(WRONG));
        DomElement alert = page.getFirstByXPath("//form[@name='doubletickApiKey']/..");
        return alert == null ? null : alert.getTextContent().replaceAll("\\s+", " ");
    }

    private static void assertShown(String text, HtmlPage page) {
        String shown = shown(page);
        assertTrue(shown != null && shown.contains(text), shown);
    }

    @Test
    void refusedLogoutIsShownUntilTheKeyIsAccepted() throws Exception {
        Folder folder = r.createProject(Folder.class, "folder");
        add(r.jenkins, "doubletick", WRONG);
        add(folder, "doubletick", OTHER_WRONG);
        FreeStyleProject job = job(folder, "doubletick");
        assertNull(shown(manage()));
        logOut(job, "folder/offboard#1/doubletick");
        logOut(job, "folder/offboard#2/doubletick");
        logOut(job(r.jenkins, "doubletick"), "folder/offboard#2/doubletick, offboard#1/doubletick");

        HtmlPage page = manage();
        String date = "[A-Z][a-z]+ \\d+, \\d{4},? (at )?\\d+:\\d\\d";
        String shown = shown(page);
        assertTrue(
                shown.matches(".*DoubleTick refuses the API key of the credential 'doubletick' since " + date
                        + "\\W[AP]M\\. Last check: " + date + ":\\d\\d\\W[AP]M\\. DoubleTick answered 401: Invalid public api"
                        + " key\\. Last build with this key: folder » offboard #2\\. .*"),
                shown);
        HtmlAnchor link = page.getFirstByXPath("//form[@name='doubletickApiKey']/..//a");
        assertTrue(((HtmlPage) link.click()).getUrl().getPath().endsWith("/job/folder/job/offboard/2/"));

        replace(folder, "doubletick", DoubleTickStandIn.KEY);
        r.assertBuildStatus(Result.SUCCESS, job.scheduleBuild2(0));
        awaitRefused("offboard#1/doubletick");
    }

    @Test
    void refusedLookupIsShown() throws Exception {
        add(r.jenkins, "doubletick", WRONG);
        WorkflowJob job = r.createProject(WorkflowJob.class, "job");
        job.setDefinition(new CpsFlowDefinition(
                "doubletickMember loginNumber: '" + DoubleTickStandIn.MEMBER + "', credentialsId: 'doubletick'", true));
        r.assertBuildStatus(Result.FAILURE, job.scheduleBuild2(0));
        awaitRefused("job#1/doubletick");
    }

    /** Job, credential or key changed since the refusal. */
    @Test
    void checkNowFindsTheKeyAgain() throws Exception {
        add(r.jenkins, "doubletick", WRONG);
        FreeStyleProject job = job(r.jenkins, "doubletick");
        logOut(job, "offboard#1/doubletick");
        Date before = RefusedKeys.get().list().get(0).checked();
        job.renameTo("renamed");
        assertShown("Last build with this key: renamed #1.", checkNow());
        assertTrue(RefusedKeys.get().list().get(0).checked().after(before));

        replace(r.jenkins, "doubletick", OTHER_WRONG);
        checkNow();
        assertEquals("renamed#0/doubletick", refused(), "The check is about the key that the credential has now");
        replace(r.jenkins, "doubletick", DoubleTickStandIn.KEY);
        assertNull(shown(checkNow()));

        replace(r.jenkins, "doubletick", WRONG);
        logOut(job, "renamed#2/doubletick");
        storeOf(r.jenkins).removeCredentials(Domain.global(), StandInExtension.apiKey("doubletick", WRONG));
        assertNull(shown(checkNow()));

        add(r.jenkins, "doubletick", WRONG);
        logOut(job, "renamed#3/doubletick");
        job.delete();
        r.createFreeStyleProject("renamed");
        assertFalse(shown(manage()).contains("Last build"));
        assertNull(shown(checkNow()));
    }

    @Test
    void checkNowSaysWhyItHasNoResult() throws Exception {
        add(r.jenkins, "doubletick", WRONG);
        logOut(job(r.jenkins, "doubletick"), "offboard#1/doubletick");
        StandInExtension.use("http://127.0.0.1:1");
        assertShown("Invalid public api key. The last check had no result: No connection to 127.0.0.1", checkNow());
        try (ScriptedServer server =
                new ScriptedServer(ScriptedServer.answer(401, "{\"message\":\"Insufficient permissions\"}"))) {
            StandInExtension.use(server.url());
            assertShown("The last check had no result: DoubleTick answered 401: Insufficient permissions", checkNow());
        }
        System.setProperty(LIMIT_PROPERTY, "0");
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.silence())) {
            StandInExtension.use(server.url());
            assertShown("The last check had no result: DoubleTick has not answered yet.", checkNow());
            server.awaitRequest();
        }
        System.clearProperty(LIMIT_PROPERTY);
        StandInExtension.use(doubleTick.standIn().url());
        assertFalse(shown(checkNow()).contains("no result"));
    }

    @Test
    void checkDoesNotWaitForAVaultThatHangs() throws Exception {
        add(r.jenkins, "doubletick", WRONG);
        HangingVault.reset();
        ApiKeyCheck.start(null, HangingVault.PREFIX);
        HangingVault.awaitCallers(1);
        logOut(job(r.jenkins, "doubletick"), "offboard#1/doubletick");
        replace(r.jenkins, "doubletick", DoubleTickStandIn.KEY);
        assertNull(shown(checkNow()));
    }

    /** See {@link HangingVault}. */
    @TestExtension
    public static final class Vault extends HangingVault {}

    @Test
    void missingPermissionIsExplained() throws Exception {
        add(r.jenkins, "doubletick", DoubleTickStandIn.KEY);
        try (ScriptedServer server = new ScriptedServer(
                ScriptedServer.answer(401, "{\"message\":\"Insufficient permissions. Missing: agent\"}"))) {
            StandInExtension.use(server.url());
            logOut(job(r.jenkins, "doubletick"), "offboard#1/doubletick");
        }
        StandInExtension.use(doubleTick.standIn().url());
        assertShown("Missing: agent. Only a logout shows whether the key has the permission now.", checkNow());
    }

    @Test
    void textsOfOthersAreEscaped() throws Exception {
        String id = "a<b>&'%c";
        add(r.jenkins, id, DoubleTickStandIn.KEY);
        try (ScriptedServer server =
                new ScriptedServer(ScriptedServer.answer(403, "{\"message\":\"<script>alert(1)</script>\"}"))) {
            StandInExtension.use(server.url());
            logOut(job(r.jenkins, id), "offboard#1/" + id);
        }
        HtmlPage page = manage();
        assertShown("'" + id + "' since", page);
        assertShown("DoubleTick answered 403: <script>alert(1)</script>.", page);
    }

    /** Runs the daily check as Jenkins does, and returns its log. */
    private static String daily() throws Exception {
        DailyApiKeyCheck daily = ExtensionList.lookupSingleton(DailyApiKeyCheck.class);
        File log = new File(r.jenkins.getRootDir(), "logs/tasks/" + daily.name + ".log");
        Files.deleteIfExists(log.toPath());
        daily.run();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals(daily.name + " thread")) {
                thread.join(TimeUnit.MINUTES.toMillis(1));
            }
        }
        return log.exists() ? Files.readString(log.toPath()) : "";
    }

    @Test
    void dailyCheckAsksForTheDefaultKeyAndTheRefusedKeys() throws Exception {
        DailyApiKeyCheck daily = ExtensionList.lookupSingleton(DailyApiKeyCheck.class);
        assertEquals(TimeUnit.DAYS.toMillis(1), daily.getRecurrencePeriod());
        assertEquals(TimeUnit.MINUTES.toMillis(10), daily.getInitialDelay());
        add(r.jenkins, "other", OTHER_WRONG);
        daily();
        doubleTick.assertNothingSent();

        add(r.jenkins, "doubletick", WRONG);
        DoubleTickConfiguration.get().setCredentialsId("doubletick");
        String log = daily();
        assertTrue(log.contains("Credential 'doubletick': DoubleTick answered 401: Invalid public api key."), log);
        assertFalse(log.contains(WRONG), log);
        assertEquals("#0/doubletick", refused());
        assertEquals(List.of("GET /roles " + WRONG), sent());
        assertFalse(shown(manage()).contains("Last build"));

        logOut(job(r.jenkins, "other"), "#0/doubletick, offboard#1/other");
        replace(r.jenkins, "doubletick", DoubleTickStandIn.KEY);
        log = daily();
        assertTrue(log.contains("DoubleTick accepts the key of 'doubletick'."), log);
        assertEquals("offboard#1/other", refused());
        assertEquals(
                List.of("GET /roles " + DoubleTickStandIn.KEY, "GET /roles " + OTHER_WRONG),
                sent().subList(2, 4).stream().sorted().toList());

        ExtensionList.lookupSingleton(ApiKeyMonitor.class).disable(true);
        try {
            assertEquals("", daily());
            assertEquals(4, sent().size());
        } finally {
            ExtensionList.lookupSingleton(ApiKeyMonitor.class).disable(false);
        }
        StandInExtension.use("http://127.0.0.1:1");
        assertTrue(daily().contains("Credential 'doubletick': No connection to 127.0.0.1"));
        DoubleTickConfiguration.get().setCredentialsId("missing");
        assertTrue(daily().contains("Credential 'missing': There is no credential with the ID 'missing'"));
    }

    private List<String> sent() {
        return doubleTick.requests().stream()
                .map(request -> request.method() + " " + request.path() + " " + request.authorization())
                .toList();
    }
}
