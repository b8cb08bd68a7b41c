package io.jenkins.plugins.doubletick.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsStore;
import com.cloudbees.plugins.credentials.common.IdCredentials;
import com.cloudbees.plugins.credentials.domains.Domain;
import com.cloudbees.plugins.credentials.domains.DomainRequirement;
import hudson.ExtensionList;
import hudson.model.FreeStyleProject;
import hudson.model.ItemGroup;
import hudson.model.ModelObject;
import hudson.model.Result;
import hudson.model.TopLevelItem;
import io.jenkins.plugins.doubletick.ApiKeyCheck;
import io.jenkins.plugins.doubletick.DoubleTickApiKey;
import io.jenkins.plugins.doubletick.DoubleTickConfiguration;
import io.jenkins.plugins.doubletick.HangingVault;
import io.jenkins.plugins.doubletick.OneJenkins;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.io.File;
import java.nio.file.Files;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.htmlunit.html.DomElement;
import org.htmlunit.html.HtmlAnchor;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.TestExtension;
import org.springframework.security.core.Authentication;

/** Administrators see which keys DoubleTick refuses, and can check these keys again; Jenkins does so once a day. */
class ApiKeyMonitorTest extends OneJenkins {

    private static final String WRONG = "key_wrong-monitored-77";
    private static final String OTHER_WRONG = "key_wrong-monitored-78";
    private static final String LIMIT_PROPERTY = "io.jenkins.plugins.doubletick.webLimitSeconds";

    @BeforeEach
    void replaceDefaultKey() throws Exception {
        replace(r.jenkins, WRONG);
    }

    @AfterEach
    void forgetRefusedKeys() throws Exception {
        System.clearProperty(LIMIT_PROPERTY);
        StandInExtension.forgetKeys();
        for (TopLevelItem item : r.jenkins.getItems()) {
            item.delete();
        }
        RefusedKeys.get().check(null).get(1, TimeUnit.MINUTES);
    }

    private static CredentialsStore storeOf(ModelObject owner) {
        return CredentialsProvider.lookupStores(owner).iterator().next();
    }

    private static void replace(ModelObject owner, String key) throws Exception {
        DoubleTickApiKey replacement = StandInExtension.apiKey("doubletick", key);
        assertTrue(storeOf(owner).updateCredentials(Domain.global(), replacement, replacement));
    }

    private static FreeStyleProject job(ItemGroup<?> group, String id) throws Exception {
        FreeStyleProject job = group instanceof Folder folder
                ? folder.createProject(FreeStyleProject.class, "offboard")
                : r.createFreeStyleProject("offboard");
        job.getBuildersList().add(builder(MEMBER, id));
        return job;
    }

    /** Builds a job whose credential DoubleTick refuses. */
    private static FreeStyleProject refusedJob() throws Exception {
        FreeStyleProject job = job(r.jenkins, null);
        logOut(job, Result.FAILURE, "offboard#1/doubletick");
        return job;
    }

    private static void logOut(FreeStyleProject job, Result result, String refused) throws Exception {
        r.assertBuildStatus(result, job.scheduleBuild2(0));
        while (!refused.equals(refused())) { // The step may end a moment before the monitor gets the answer.
            Thread.onSpinWait();
        }
    }

    /** Job, build and ID of each refused key. */
    private static String refused() {
        return RefusedKeys.get().list().stream()
                .map(key -> (key.job() == null ? "" : key.job().getFullName()) + "#" + key.build() + "/"
                        + key.credentialsId())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static HtmlPage manage() throws Exception {
        return r.createWebClient().goTo("manage");
    }

    private static HtmlPage checkNow() throws Exception {
        return r.submit(manage().getFormByName("doubletickApiKey"));
    }

    /** The warning on a page; null if there is none. */
    private static String warning(HtmlPage page) {
        assertFalse(page.getWebResponse().getContentAsString().contains(WRONG));
        DomElement alert = page.getFirstByXPath("//form[@name='doubletickApiKey']/..");
        return alert == null ? null : alert.getTextContent().replaceAll("\\s+", " ");
    }

    private static void assertWarning(String text, HtmlPage page) {
        String warning = warning(page);
        assertTrue(warning != null && warning.contains(text), warning);
    }

    @Test
    void refusedLogoutIsShownUntilTheKeyIsAccepted() throws Exception {
        Folder folder = r.createProject(Folder.class, "folder");
        StandInExtension.add(folder, Domain.global(), StandInExtension.apiKey("doubletick", OTHER_WRONG));
        FreeStyleProject job = job(folder, "doubletick");
        assertNull(warning(manage()));
        logOut(job, Result.FAILURE, "folder/offboard#1/doubletick");
        logOut(job, Result.FAILURE, "folder/offboard#2/doubletick");

        HtmlPage page = manage();
        String date = "[A-Z][a-z]+ \\d+, \\d{4},? (at )?\\d+:\\d\\d";
        String warning = warning(page);
        assertTrue(
                warning.matches(".*DoubleTick has refused the API key of the credential 'doubletick' since " + date
                        + "\\W[AP]M\\. Last check: " + date
                        + ":\\d\\d\\W[AP]M\\. DoubleTick answered 401: Invalid public api"
                        + " key\\. Last build with this key: folder » offboard #2\\. .*"),
                warning);
        HtmlAnchor link = page.getFirstByXPath("//form[@name='doubletickApiKey']/..//a");
        assertTrue(((HtmlPage) link.click()).getUrl().getPath().endsWith("/job/folder/job/offboard/2/"));

        logOut(job(r.jenkins, "doubletick"), Result.FAILURE, "folder/offboard#2/doubletick, offboard#1/doubletick");
        replace(folder, KEY);
        logOut(job, Result.SUCCESS, "offboard#1/doubletick");
    }

    /** Job, credential or key changed since the refusal. */
    @Test
    void checkNowFindsTheKeyAgain() throws Exception {
        FreeStyleProject job = refusedJob();
        Date before = RefusedKeys.get().list().get(0).checked();
        job.renameTo("renamed");
        assertWarning("Last build with this key: renamed #1.", checkNow());
        assertTrue(RefusedKeys.get().list().get(0).checked().after(before));

        replace(r.jenkins, OTHER_WRONG);
        checkNow();
        assertEquals("renamed#0/doubletick", refused(), "The warning is about the key that the credential has now");
        replace(r.jenkins, KEY);
        assertNull(warning(checkNow()));

        replace(r.jenkins, WRONG);
        logOut(job, Result.FAILURE, "renamed#2/doubletick");
        storeOf(r.jenkins).removeCredentials(Domain.global(), StandInExtension.apiKey("doubletick", WRONG));
        assertNull(warning(checkNow()));

        add(StandInExtension.apiKey("doubletick", WRONG));
        logOut(job, Result.FAILURE, "renamed#3/doubletick");
        job.delete();
        r.createFreeStyleProject("renamed");
        assertFalse(warning(manage()).contains("Last build"));
        assertNull(warning(checkNow()));
    }

    @Test
    void reloadFromDiskKeepsTheWarning() throws Exception {
        FreeStyleProject job = refusedJob();
        r.jenkins.reload();
        assertNotSame(job, r.jenkins.getItem(job.getName()));
        assertWarning("Last build with this key: offboard #1.", checkNow());
        replace(r.jenkins, KEY);
        assertNull(warning(checkNow()));
    }

    @Test
    void checkNowSaysWhyItHasNoResult() throws Exception {
        refusedJob();
        StandInExtension.use("http://127.0.0.1:1");
        assertWarning("Invalid public api key. The last check had no result: No connection to 127.0.0.1", checkNow());
        System.setProperty(LIMIT_PROPERTY, "0");
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.silence())) {
            StandInExtension.use(server.url());
            assertWarning("The last check had no result: DoubleTick has not answered yet.", checkNow());
            server.awaitRequest();
        }
        System.clearProperty(LIMIT_PROPERTY);
        StandInExtension.use(doubleTick.standIn().url());
        assertFalse(warning(checkNow()).contains("no result"));
    }

    @Test
    void vaultThatHangsDelaysNoOtherCheck() throws Exception {
        refusedJob();
        ApiKeyCheck.start(null, VAULT);
        HangingVault.awaitCallers(1);
        replace(r.jenkins, KEY);
        assertNull(warning(checkNow()));
    }

    /** Hangs for Jenkins itself as well. */
    @TestExtension
    public static final class Vault extends HangingVault {

        @Override
        public <C extends IdCredentials> C getCredentialByIdInItemGroup(
                String id, Class<C> type, ItemGroup<?> group, Authentication user, List<DomainRequirement> domains) {
            return getCredentialByIdInItem(id, type, null, user, domains);
        }
    }

    @Test
    void missingPermissionIsExplainedAndMarkupIsEscaped() throws Exception {
        String id = "a<b>&'%c";
        add(StandInExtension.apiKey(id, KEY));
        try (ScriptedServer server = new ScriptedServer(
                ScriptedServer.answer(401, "{\"message\":\"Insufficient permissions. <script>alert(1)</script>\"}"))) {
            StandInExtension.use(server.url());
            logOut(job(r.jenkins, id), Result.FAILURE, "offboard#1/" + id);
        }
        StandInExtension.use(doubleTick.standIn().url());
        HtmlPage page = checkNow();
        assertWarning("'" + id + "' since", page);
        assertWarning(
                "<script>alert(1)</script>. To end this warning, give the key the permission and log out a member, or store another key.",
                page);
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

    private List<String> sentKeys() {
        return doubleTick.requests().stream()
                .filter(request -> request.path().equals("/roles"))
                .map(request -> request.authorization())
                .toList();
    }

    @Test
    void dailyCheckAsksForTheDefaultKeyAndTheRefusedKeys() throws Exception {
        DailyApiKeyCheck daily = ExtensionList.lookupSingleton(DailyApiKeyCheck.class);
        assertEquals(TimeUnit.DAYS.toMillis(1), daily.getRecurrencePeriod());
        assertEquals(TimeUnit.MINUTES.toMillis(10), daily.getInitialDelay());
        String log = daily();
        assertTrue(log.contains("Credential 'doubletick': DoubleTick answered 401: Invalid public api key."), log);
        assertFalse(log.contains(WRONG), log);
        assertEquals("#0/doubletick", refused());
        assertFalse(warning(manage()).contains("Last build"));

        add(StandInExtension.apiKey("job's", OTHER_WRONG));
        logOut(job(r.jenkins, "job's"), Result.FAILURE, "#0/doubletick, offboard#1/job's");
        replace(r.jenkins, KEY);
        log = daily();
        assertTrue(log.contains("DoubleTick accepts the key of 'doubletick'."), log);
        assertEquals("offboard#1/job's", refused());
        assertEquals(
                List.of(KEY, WRONG, OTHER_WRONG), sentKeys().stream().sorted().toList());

        StandInExtension.use("http://127.0.0.1:1");
        log = daily();
        assertTrue(log.contains("Credential 'doubletick': No connection to 127.0.0.1"), log);
        DoubleTickConfiguration.get().setCredentialsId("gone");
        log = daily();
        assertTrue(log.contains("Credential 'gone': There is no credential with the ID 'gone'"), log);
    }

    @Test
    void dailyCheckAsksForNothingWithoutADefaultOrIfItIsDisabled() throws Exception {
        ApiKeyMonitor monitor = ExtensionList.lookupSingleton(ApiKeyMonitor.class);
        monitor.disable(true);
        try {
            assertEquals("", daily());
        } finally {
            monitor.disable(false);
        }
        DoubleTickConfiguration.get().setCredentialsId(null);
        assertEquals("", daily());
        doubleTick.assertNothingSent();
    }
}
