package io.jenkins.plugins.doubletick.monitor;

import io.jenkins.plugins.doubletick.ApiKeyCheck;
import io.jenkins.plugins.doubletick.BlockingCalls;
import io.jenkins.plugins.doubletick.DoubleTickApiKey;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsStore;
import com.cloudbees.plugins.credentials.common.IdCredentials;
import com.cloudbees.plugins.credentials.domains.Domain;
import com.cloudbees.plugins.credentials.domains.DomainRequirement;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.ExtensionList;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.ItemGroup;
import hudson.model.ModelObject;
import hudson.model.Result;
import hudson.model.TopLevelItem;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.io.File;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import jenkins.model.ModifiableTopLevelItemGroup;
import org.htmlunit.html.DomElement;
import org.htmlunit.html.HtmlAnchor;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;
import org.springframework.security.core.Authentication;

/** Administrators see which keys DoubleTick refuses, and no others. */
@WithJenkins
class ApiKeyMonitorTest {

    private static final String WRONG = "key_wrong-monitored-77";
    private static final String FORBIDDEN = "{\"reason\":\"FORBIDDEN\"}";
    private static final String MISSING = "{\"status\":401,\"message\":\"Insufficient permissions. Missing: agent\"}";

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private static JenkinsRule r;

    @BeforeAll
    static void start(JenkinsRule rule) {
        r = rule;
    }

    @BeforeEach
    void setUp() {
        HangingVault.reset();
        vaultIsEmpty = false;
    }

    @AfterEach
    void tearDown() throws Exception {
        vaultHangs = false;
        vaultIsEmpty = true; // A check that hung finds nothing that it could send during the next test.
        HangingVault.release();
        StandInExtension.forgetKeys();
        for (TopLevelItem item : r.jenkins.getItems()) {
            item.delete();
        }
        ApiKeyWatch.get().learned().get(1, TimeUnit.MINUTES);
        ApiKeyWatch.get().refusals().removeIf(refusal -> true);
    }

    private static FreeStyleBuild logOut(ModifiableTopLevelItemGroup group, String name, String id, String number)
            throws Exception {
        FreeStyleProject job = (FreeStyleProject) ((ItemGroup<?>) group).getItem(name);
        if (job == null) {
            job = (FreeStyleProject) group.createProject(
                    r.jenkins.getDescriptorByType(FreeStyleProject.DescriptorImpl.class), name, true);
        }
        DoubleTickLogoutBuilder builder = new DoubleTickLogoutBuilder(number);
        builder.setCredentialsId(id);
        job.getBuildersList().replace(builder);
        return job.scheduleBuild2(0).get(1, TimeUnit.MINUTES);
    }

    private static void logOut(String id, Result result) throws Exception {
        r.assertBuildStatus(result, logOut(r.jenkins, "offboard-member", id, DoubleTickStandIn.MEMBER));
    }

    private static void answer(int status, String body) throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(status, body))) {
            StandInExtension.use(server.url());
            logOut(r.jenkins, "offboard-member", "doubletick", DoubleTickStandIn.MEMBER);
        }
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

    /** Folder and ID of each refused credential, when all answers are learned. */
    private static List<String> refused() throws Exception {
        ApiKeyWatch.get().learned().get(1, TimeUnit.MINUTES);
        return ApiKeyWatch.get().refusals().list().stream()
                .map(refusal -> refusal.getFolder() + "/" + refusal.getCredentialsId())
                .sorted()
                .toList();
    }

    /** What Manage Jenkins shows; null for nothing. */
    @CheckForNull
    private static DomElement alert(HtmlPage page) {
        return page.getFirstByXPath("//form[@name='doubletickApiKey']/..");
    }

    private static HtmlPage manage() throws Exception {
        refused();
        return r.createWebClient().goTo("manage");
    }

    private static HtmlPage checkNow() throws Exception {
        HtmlPage page = manage();
        HtmlForm form = page.getFirstByXPath("//form[@name='doubletickApiKey']");
        return r.submit(form);
    }

    private static void assertShown(HtmlPage page, String text) {
        DomElement alert = alert(page);
        String shown = alert == null ? "" : alert.getTextContent().replaceAll("\\s+", " ");
        assertTrue(shown.contains(text), shown);
        assertFalse(page.getWebResponse().getContentAsString().contains(WRONG), shown);
    }

    /** The warning about a folder's credential leads to the credential's page. */
    private static void assertLinksToCredential(HtmlPage page, String folder, String url) throws Exception {
        HtmlAnchor link = alert(page).getFirstByXPath(".//p[contains(.,'Folder " + folder + "')]//a");
        assertTrue(((HtmlPage) link.click())
                .getUrl()
                .getPath()
                .endsWith(url + "credentials/store/folder/domain/_/credential/doubletick/"));
    }

    @Test
    void refusedLogoutShowsItAndAnAcceptedOneClearsIt() throws Exception {
        add(r.jenkins, "doubletick", WRONG);
        add(r.jenkins, "other", DoubleTickStandIn.KEY);
        logOut("other", Result.SUCCESS);
        assertNull(alert(manage()));

        logOut("doubletick", Result.FAILURE);
        logOut("other", Result.SUCCESS);
        HtmlPage page = manage();
        assertShown(page, "DoubleTick refuses the API key of the credential 'doubletick' since ");
        assertShown(
                page, ", last in offboard-member #2. DoubleTick answered 401: Invalid public api key. The key may be");
        List<HtmlAnchor> links = alert(page).getByXPath(".//a");
        assertEquals(2, links.size());
        HtmlPage credential = links.get(0).click();
        assertTrue(credential.getUrl().getPath().endsWith("/store/system/domain/_/credential/doubletick/"));
        HtmlPage build = links.get(1).click();
        assertTrue(build.getUrl().getPath().endsWith("/job/offboard-member/2/"));

        replace(r.jenkins, "doubletick", DoubleTickStandIn.SECOND_KEY);
        logOut("doubletick", Result.SUCCESS);
        assertNull(alert(manage()));
    }

    @Test
    void unknownNumberIsAnAcceptedKey() throws Exception {
        add(r.jenkins, "doubletick", WRONG);
        logOut("doubletick", Result.FAILURE);
        assertEquals(List.of("/doubletick"), refused());
        replace(r.jenkins, "doubletick", DoubleTickStandIn.KEY);
        r.assertBuildStatus(
                Result.FAILURE, logOut(r.jenkins, "offboard-member", "doubletick", DoubleTickStandIn.NOT_A_MEMBER));
        assertEquals(List.of(), refused());
    }

    /** A 400 may come from a gateway that has not looked at the key. */
    @ParameterizedTest
    @ValueSource(ints = {200, 302, 400, 404, 407, 429, 500, 503})
    void otherAnswersNeitherShowNorClearIt(int status) throws Exception {
        add(r.jenkins, "doubletick", DoubleTickStandIn.KEY);
        answer(status, "{}");
        assertEquals(List.of(), refused());
        answer(403, FORBIDDEN);
        assertEquals(List.of("/doubletick"), refused());
        answer(status, "{}");
        assertEquals(List.of("/doubletick"), refused());
    }

    @Test
    void networkFailuresNeitherShowNorClearIt() throws Exception {
        add(r.jenkins, "doubletick", DoubleTickStandIn.KEY);
        for (List<String> before : List.of(List.<String>of(), List.of("/doubletick"))) {
            StandInExtension.use("http://127.0.0.1:1");
            logOut("doubletick", Result.FAILURE);
            try (ScriptedServer server = new ScriptedServer(ScriptedServer.reset())) {
                StandInExtension.use(server.url());
                logOut("doubletick", Result.FAILURE);
            }
            assertEquals(before, refused());
            answer(403, FORBIDDEN);
        }
    }

    @Test
    void credentialsWithTheSameIdAreToldApart() throws Exception {
        Folder one = r.createProject(Folder.class, "one");
        Folder inner = one.createProject(Folder.class, "inner");
        Folder two = r.createProject(Folder.class, "two");
        add(r.jenkins, "doubletick", WRONG);
        add(one, "doubletick", WRONG);
        add(two, "doubletick", DoubleTickStandIn.KEY);
        logOut(inner, "job", "doubletick", DoubleTickStandIn.MEMBER);
        assertEquals(List.of("one/doubletick"), refused());
        logOut(two, "job", "doubletick", DoubleTickStandIn.MEMBER);
        assertEquals(List.of("one/doubletick"), refused());
        logOut("doubletick", Result.FAILURE);
        assertEquals(List.of("/doubletick", "one/doubletick"), refused());

        HtmlPage page = manage();
        assertShown(page, "Folder one: DoubleTick refuses the API key of the credential 'doubletick' since");
        assertShown(page, ", last in one » inner » job #1.");
        assertLinksToCredential(page, "one", "/job/one/");

        replace(one, "doubletick", DoubleTickStandIn.KEY);
        checkNow();
        assertEquals(List.of("/doubletick"), refused());
        replace(r.jenkins, "doubletick", DoubleTickStandIn.KEY);
        assertNull(alert(checkNow()));
    }

    @Test
    void keyThatWasReplacedMeanwhileIsNotBlamed() throws Exception {
        add(r.jenkins, "doubletick", WRONG);
        CountDownLatch replaced = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer((socket, itself) -> {
            replaced.await();
            ScriptedServer.answer(401, "{}").to(socket, itself);
        })) {
            StandInExtension.use(server.url());
            FreeStyleProject job = r.createFreeStyleProject();
            job.getBuildersList().add(builder("doubletick"));
            var build = job.scheduleBuild2(0);
            server.awaitRequest();
            replace(r.jenkins, "doubletick", DoubleTickStandIn.KEY);
            replaced.countDown();
            r.assertBuildStatus(Result.FAILURE, build.get(1, TimeUnit.MINUTES));
        }
        assertEquals(List.of(), refused());
    }

    private static DoubleTickLogoutBuilder builder(String id) {
        DoubleTickLogoutBuilder builder = new DoubleTickLogoutBuilder(DoubleTickStandIn.MEMBER);
        builder.setCredentialsId(id);
        return builder;
    }

    /** A list of roles says nothing of what a logout needs, and a key that only logs out is no bad key. */
    @Test
    void missingPermissionOfALogoutIsClearedByALogout() throws Exception {
        add(r.jenkins, "doubletick", DoubleTickStandIn.KEY);
        answer(401, MISSING);
        assertShown(manage(), "Missing: agent. Only a logout tells whether the key has the permission now.");
        StandInExtension.use(doubleTick.standIn().url());
        assertShown(checkNow(), "Missing: agent. Only a logout tells");
        logOut("doubletick", Result.SUCCESS);
        assertEquals(List.of(), refused());

        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(401, MISSING))) {
            StandInExtension.use(server.url());
            ApiKeyCheck.start("", "doubletick")
                    .handle((accepted, failure) -> null)
                    .get(1, TimeUnit.MINUTES);
            server.awaitRequest();
        }
        assertEquals(List.of(), refused());
    }

    /** Reading the team needs another permission than logging out. */
    @Test
    void lookingUpAMemberTellsNothingOfThePermissionToLogOut() throws Exception {
        add(r.jenkins, "doubletick", DoubleTickStandIn.KEY);
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(401, MISSING))) {
            StandInExtension.use(server.url());
            lookUp(Result.FAILURE);
        }
        assertEquals(List.of(), refused());

        answer(401, MISSING);
        assertEquals(List.of("/doubletick"), refused());
        StandInExtension.use(doubleTick.standIn().url());
        lookUp(Result.SUCCESS);
        assertEquals(List.of("/doubletick"), refused());

        StandInExtension.forgetKeys();
        add(r.jenkins, "doubletick", WRONG);
        lookUp(Result.FAILURE);
        assertShown(manage(), "Invalid public api key");
        replace(r.jenkins, "doubletick", DoubleTickStandIn.SECOND_KEY);
        lookUp(Result.SUCCESS);
        assertEquals(List.of(), refused());
    }

    private static void lookUp(Result result) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(
                "doubletickMember loginNumber: '" + DoubleTickStandIn.MEMBER + "', credentialsId: 'doubletick'", true));
        r.assertBuildStatus(result, job.scheduleBuild2(0));
    }

    /** Something between Jenkins and DoubleTick answers with pages, whatever their status is. */
    @ParameterizedTest
    @ValueSource(ints = {401, 403, 422})
    void pagesOfAProxyNeitherShowNorClearIt(int status) throws Exception {
        add(r.jenkins, "doubletick", DoubleTickStandIn.KEY);
        answer(status, "<html>Blocked</html>");
        assertEquals(List.of(), refused());
        answer(403, FORBIDDEN);
        answer(status, "<html>Blocked</html>");
        assertEquals(List.of("/doubletick"), refused());
    }

    @Test
    void warningFollowsARenamedFolder() throws Exception {
        Folder outer = r.createProject(Folder.class, "outer");
        Folder one = outer.createProject(Folder.class, "one");
        add(one, "doubletick", WRONG);
        logOut(one, "job", "doubletick", DoubleTickStandIn.MEMBER);
        add(r.jenkins, "doubletick", WRONG);
        logOut("doubletick", Result.FAILURE);
        outer.renameTo("renamed");
        assertEquals(List.of("/doubletick", "renamed/one/doubletick"), refused());

        HtmlPage page = manage();
        assertShown(page, ", last in renamed » one » job #1.");
        assertShown(page, ", last in offboard-member #1.");
        assertLinksToCredential(page, "renamed/one", "/job/renamed/job/one/");
        ApiKeyRefusals stored = ApiKeyRefusals.load();
        assertEquals("renamed/one", stored.list().get(0).getFolder());

        ((FreeStyleProject) one.getItem("job")).renameTo("other");
        assertShown(manage(), ", last in renamed » one » other #1.");
        replace(one, "doubletick", DoubleTickStandIn.KEY);
        logOut(one, "other", "doubletick", DoubleTickStandIn.MEMBER);
        assertEquals(List.of("/doubletick"), refused());
    }

    @Test
    void refusalThatCouldNotBeLearnedIsLearnedNextTime() throws Exception {
        BlockingCalls learning = ApiKeyWatch.get().learning;
        AtomicBoolean noThread = new AtomicBoolean(true);
        ApiKeyWatch.get().learning = new BlockingCalls(1, Duration.ofMinutes(1), Duration.ofMinutes(1), task -> {
            if (noThread.get()) {
                throw new OutOfMemoryError("No thread");
            }
            return BlockingCalls.THREADS.newThread(task);
        });
        try {
            add(r.jenkins, "doubletick", WRONG);
            logOut("doubletick", Result.FAILURE);
            noThread.set(false);
            assertEquals(List.of(), refused());
            logOut("doubletick", Result.FAILURE);
            assertEquals(List.of("/doubletick"), refused());
        } finally {
            ApiKeyWatch.get().learning = learning;
        }
    }

    @Test
    void manyRefusalsAtOnceAskTheVaultTwice() throws Exception {
        vaultHangs = true;
        logOut("vault", Result.FAILURE);
        HangingVault.awaitCallers(1);
        for (int i = 0; i < 4; i++) {
            logOut("vault", Result.FAILURE);
        }
        HangingVault.release();
        assertEquals(List.of("/vault"), refused());
        assertShown(manage(), ", last in offboard-member #5.");
        assertEquals(1, HangingVault.otherCallers());
    }

    @Test
    void checkNowSaysWhyItCouldNotTell() throws Exception {
        add(r.jenkins, "doubletick", WRONG);
        logOut("doubletick", Result.FAILURE);
        StandInExtension.use("http://127.0.0.1:1");
        assertShown(checkNow(), "Invalid public api key. It could not be checked: No connection");
        StandInExtension.use(doubleTick.standIn().url());
        HtmlPage page = checkNow();
        assertShown(page, "Invalid public api key. The key may be");
    }

    @Test
    void neitherALogoutNorCheckNowWaitsForAVaultThatHangs() throws Exception {
        add(r.jenkins, "doubletick", DoubleTickStandIn.KEY);
        vaultHangs = true;
        logOut("vault", Result.FAILURE);
        HangingVault.awaitCallers(1);
        HangingVault.release();
        assertEquals(List.of("/vault"), refused());

        HangingVault.reset();
        ApiKeyMonitor monitor = ExtensionList.lookupSingleton(ApiKeyMonitor.class);
        Duration usual = monitor.checkLimit;
        monitor.checkLimit = Duration.ofSeconds(1);
        try {
            HtmlPage page = checkNow();
            HangingVault.awaitCallers(1);
            assertShown(page, "'vault' since");
            assertShown(page, "It could not be checked: No answer within 1 s.");
            logOut("doubletick", Result.SUCCESS);
        } finally {
            monitor.checkLimit = usual;
        }
    }

    @Test
    @Timeout(60)
    void checkNowDoesNotWaitForWhatIsStillBeingLearned() throws Exception {
        BlockingCalls learning = ApiKeyWatch.get().learning;
        ApiKeyWatch.get().learning =
                new BlockingCalls(1, Duration.ofMinutes(10), Duration.ofMinutes(10), BlockingCalls.THREADS);
        ApiKeyMonitor monitor = ExtensionList.lookupSingleton(ApiKeyMonitor.class);
        Duration usual = monitor.checkLimit;
        monitor.checkLimit = Duration.ofSeconds(1);
        add(r.jenkins, "doubletick", WRONG);
        logOut("doubletick", Result.FAILURE);
        refused();
        vaultHangs = true;
        try {
            logOut("vault", Result.FAILURE);
            HangingVault.awaitCallers(1);
            HtmlPage page = r.createWebClient().goTo("manage");
            assertShown(r.submit(page.getFirstByXPath("//form[@name='doubletickApiKey']")), "'doubletick' since");
        } finally {
            monitor.checkLimit = usual;
            HangingVault.release();
            refused();
            ApiKeyWatch.get().learning = learning;
        }
    }

    private static volatile boolean vaultHangs;
    private static volatile boolean vaultIsEmpty;

    /** Has one credential and no store, gives it to builds at once, and may hang when it is asked for its list. */
    @TestExtension
    public static final class Vault extends HangingVault {

        private static final StringCredentials KEY = StandInExtension.apiKey("vault", WRONG);

        @Override
        public <C extends IdCredentials> C getCredentialByIdInItem(
                String id,
                Class<C> type,
                Item item,
                Authentication authentication,
                List<DomainRequirement> domainRequirements) {
            return id.equals(KEY.getId()) ? type.cast(KEY) : null;
        }

        @Override
        public <C extends Credentials> List<C> getCredentialsInItemGroup(
                Class<C> type,
                ItemGroup itemGroup,
                Authentication authentication,
                List<DomainRequirement> domainRequirements) {
            if (vaultHangs) {
                arriveAndHang();
            }
            return type.isInstance(KEY) && !vaultIsEmpty ? List.of(type.cast(KEY)) : List.of();
        }
    }

    @Test
    void whatOthersWroteIsEscaped() throws Exception {
        String id = "a<b>&'%c";
        add(r.jenkins, id, DoubleTickStandIn.KEY);
        try (ScriptedServer server =
                new ScriptedServer(ScriptedServer.answer(403, "{\"message\":\"<script>alert(1)</script>\"}"))) {
            StandInExtension.use(server.url());
            logOut(id, Result.FAILURE);
        }
        HtmlPage page = manage();
        assertShown(page, "'" + id + "' since");
        assertShown(page, "DoubleTick answered 403: <script>alert(1)</script>.");
        assertTrue(alert(page).getByXPath(".//script | .//b").isEmpty());
        HtmlAnchor link = alert(page).getFirstByXPath(".//a");
        assertTrue(((HtmlPage) link.click()).asNormalizedText().contains(id));
    }

    @Test
    @Timeout(60)
    void deletedCredentialIsForgottenSoon() throws Exception {
        Folder folder = r.createProject(Folder.class, "folder");
        Folder deleted = r.createProject(Folder.class, "deleted");
        for (ModelObject owner : List.of(r.jenkins, folder, deleted)) {
            add(owner, "doubletick", WRONG);
        }
        logOut("doubletick", Result.FAILURE);
        logOut(folder, "job", "doubletick", DoubleTickStandIn.MEMBER);
        logOut(deleted, "job", "doubletick", DoubleTickStandIn.MEMBER);
        assertEquals(List.of("/doubletick", "deleted/doubletick", "folder/doubletick"), refused());
        File file = new File(r.jenkins.getRootDir(), ApiKeyRefusals.class.getName() + ".xml");
        String stored = Files.readString(file.toPath());
        assertFalse(stored.contains(WRONG), stored);
        assertEquals(
                "",
                stored.replaceAll(
                        "(?s)^<\\?xml[^>]*>\\s*<doubletickApiKeyRefusals>\\s*<refusals>\\s*"
                                + "(<doubletickApiKeyRefusal>\\s*<credentialsId>doubletick</credentialsId>(\\s*<folder>\\w+</folder>)?"
                                + "\\s*<page>credentials/store/(system|folder)/domain/_/credential/doubletick/</page>"
                                + "\\s*<answer>[^<]*</answer>\\s*<since>\\d+</since>\\s*<build>[^<]*</build>"
                                + "\\s*</doubletickApiKeyRefusal>\\s*)+</refusals>\\s*</doubletickApiKeyRefusals>\\s*$",
                        ""));

        deleted.delete();
        storeOf(folder).removeCredentials(Domain.global(), StandInExtension.apiKey("doubletick", WRONG));
        storeOf(r.jenkins).removeCredentials(Domain.global(), StandInExtension.apiKey("doubletick", WRONG));
        while (!refused().isEmpty()) { // The stores are asked in other threads, one after the other.
            Thread.onSpinWait();
        }
        assertEquals(List.of(), refused()); // The file is gone a moment after the last one is forgotten.
        assertFalse(file.exists());
    }
}
