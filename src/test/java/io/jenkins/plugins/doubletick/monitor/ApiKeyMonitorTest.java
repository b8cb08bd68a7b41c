package io.jenkins.plugins.doubletick.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.common.IdCredentials;
import com.cloudbees.plugins.credentials.domains.Domain;
import com.cloudbees.plugins.credentials.domains.DomainRequirement;
import hudson.ExtensionList;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.ItemGroup;
import hudson.model.Result;
import hudson.model.TopLevelItem;
import hudson.util.Secret;
import hudson.util.StreamTaskListener;
import io.jenkins.plugins.doubletick.ApiKeyCheck;
import io.jenkins.plugins.doubletick.ApiKeyFinder.Found;
import io.jenkins.plugins.doubletick.ApiKeyListener.Use;
import io.jenkins.plugins.doubletick.DoubleTickApiKey;
import io.jenkins.plugins.doubletick.DoubleTickClientProvider;
import io.jenkins.plugins.doubletick.DoubleTickConfiguration;
import io.jenkins.plugins.doubletick.HangingVault;
import io.jenkins.plugins.doubletick.OneJenkins;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.WebUser;
import io.jenkins.plugins.doubletick.client.ApiKey;
import io.jenkins.plugins.doubletick.client.CallListener;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.commons.lang3.StringUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.jvnet.hudson.test.TestExtension;
import org.springframework.security.core.Authentication;

/** Administrators see which keys DoubleTick refuses, and can check these keys again; Jenkins does so once a day. */
class ApiKeyMonitorTest extends OneJenkins {

    private static final String WRONG = "key_wrong-monitored-77";
    private static final String OTHER_WRONG = "key_wrong-monitored-78";
    private static final String LIMIT_PROPERTY = "io.jenkins.plugins.doubletick.webLimitSeconds";
    private static final WebUser USER = new WebUser(null);

    private static FreeStyleBuild build;

    /** Gets the answers that the test reports to it. */
    private final RefusedKeys keys = new RefusedKeys();

    @BeforeAll
    static void buildJob() throws Exception {
        build = r.buildAndAssertSuccess(r.createFreeStyleProject());
    }

    @BeforeEach
    void replaceDefaultKey() throws Exception {
        StandInExtension.replaceKey(r.jenkins, WRONG);
    }

    @AfterEach
    void forgetRefusedKeys() throws Exception {
        System.clearProperty(LIMIT_PROPERTY);
        StandInExtension.forgetKeys();
        for (TopLevelItem item : r.jenkins.getItems()) {
            if (item != build.getParent()) {
                item.delete();
            }
        }
        RefusedKeys.get().check(null).get(1, TimeUnit.MINUTES);
    }

    private static FreeStyleProject job(ItemGroup<?> group, String id) throws Exception {
        FreeStyleProject job = group instanceof Folder folder
                ? folder.createProject(FreeStyleProject.class, "offboard")
                : r.createFreeStyleProject("offboard");
        job.getBuildersList().add(builder(MEMBER, id));
        return job;
    }

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

    private static String refused() {
        return RefusedKeys.get().list().stream()
                .map(key -> (key.job() == null ? "" : key.job().getFullName()) + "#" + key.build() + "/"
                        + key.credentialsId())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    /** The warning's markup on the page that the user sees; null if there is none. */
    private static String markup() throws Exception {
        String page = USER.get(r, "manage/").body();
        assertFalse(page.contains(WRONG));
        return StringUtils.substringBetween(page, "name=\"doubletickApiKey\"", "</div>");
    }

    private static String warning() throws Exception {
        String markup = markup();
        return markup == null ? null : WebUser.text("<" + markup).replaceAll("\\s+", " ");
    }

    private static String checkNow() throws Exception {
        String path = "administrativeMonitor/doubletickApiKey/checkNow";
        assertEquals(302, USER.post(r, path).statusCode());
        return warning();
    }

    private static void assertContains(String text, String warning) {
        assertTrue(warning != null && warning.contains(text), warning);
    }

    @Test
    void refusedLogoutIsShownUntilTheKeyIsAccepted() throws Exception {
        Folder folder = r.createProject(Folder.class, "folder");
        StandInExtension.add(folder, Domain.global(), StandInExtension.apiKey("doubletick", OTHER_WRONG));
        FreeStyleProject job = job(folder, "doubletick");
        assertNull(warning());
        logOut(job, Result.FAILURE, "folder/offboard#1/doubletick");
        logOut(job, Result.FAILURE, "folder/offboard#2/doubletick");

        String expected =
                ".*DoubleTick has refused the API key of the credential 'doubletick' since DATE\\. Last check: DATE\\."
                        + " DoubleTick answered 401: Invalid public api key\\. Last build with this key: folder » offboard #2\\. .*";
        assertTrue(warning().matches(expected.replace("DATE", "[A-Z][a-z]+ \\d+, \\d{4}[^.]+[AP]M")), warning());
        assertContains(r.contextPath + "/job/folder/job/offboard/2/\"", markup());

        logOut(job(r.jenkins, "doubletick"), Result.FAILURE, "folder/offboard#2/doubletick, offboard#1/doubletick");
        StandInExtension.replaceKey(folder, KEY);
        logOut(job, Result.SUCCESS, "offboard#1/doubletick");
    }

    /** Job, credential or key changed since the refusal. */
    @Test
    void checkNowFindsTheKeyAgain() throws Exception {
        FreeStyleProject job = refusedJob();
        Date before = RefusedKeys.get().list().get(0).checked();
        job.renameTo("renamed");
        assertContains("Last build with this key: renamed #1.", checkNow());
        assertTrue(RefusedKeys.get().list().get(0).checked().after(before));

        StandInExtension.replaceKey(r.jenkins, OTHER_WRONG);
        checkNow();
        assertEquals("renamed#0/doubletick", refused(), "The warning is about the key that the credential has now");
        StandInExtension.replaceKey(r.jenkins, KEY);
        assertNull(checkNow());

        StandInExtension.replaceKey(r.jenkins, WRONG);
        logOut(job, Result.FAILURE, "renamed#2/doubletick");
        StandInExtension.storeOf(r.jenkins)
                .removeCredentials(Domain.global(), StandInExtension.apiKey("doubletick", WRONG));
        assertNull(checkNow());

        add(StandInExtension.apiKey("doubletick", WRONG));
        logOut(job, Result.FAILURE, "renamed#3/doubletick");
        job.delete();
        r.createFreeStyleProject("renamed");
        assertFalse(warning().contains("Last build"));
        assertNull(checkNow());
    }

    @Test
    void reloadFromDiskKeepsTheWarning() throws Exception {
        FreeStyleProject job = refusedJob();
        r.jenkins.reload();
        assertNotSame(job, r.jenkins.getItem(job.getName()));
        assertContains("Last build with this key: offboard #1.", checkNow());
        StandInExtension.replaceKey(r.jenkins, KEY);
        assertNull(checkNow());
    }

    @Test
    void checkNowSaysWhyItHasNoResult() throws Exception {
        refusedJob();
        StandInExtension.use("http://127.0.0.1:1");
        assertContains("Invalid public api key. The last check had no result: No connection to 127.0.0.1", checkNow());
        System.setProperty(LIMIT_PROPERTY, "0");
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.silence())) {
            StandInExtension.use(server.url());
            assertContains("The last check had no result: DoubleTick has not answered yet.", checkNow());
            server.awaitRequest();
        }
        System.clearProperty(LIMIT_PROPERTY);
        StandInExtension.use(doubleTick.standIn().url());
        assertFalse(checkNow().contains("no result"));
    }

    @Test
    void vaultThatHangsDelaysNoOtherCheck() throws Exception {
        refusedJob();
        ApiKeyCheck.start(null, VAULT);
        HangingVault.awaitCallers(1);
        StandInExtension.replaceKey(r.jenkins, KEY);
        assertNull(checkNow());
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
        String warning = checkNow();
        assertContains("'" + id + "' since", warning);
        assertContains(
                "<script>alert(1)</script>. To end this warning, give the key the permission and log out a member, or store another key.",
                warning);
    }

    private static String daily() throws Exception {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        ExtensionList.lookupSingleton(DailyApiKeyCheck.class)
                .execute(new StreamTaskListener(log, StandardCharsets.UTF_8));
        return log.toString(StandardCharsets.UTF_8);
    }

    @Test
    void dailyCheckAsksForTheDefaultKeyAndTheRefusedKeys() throws Exception {
        DailyApiKeyCheck daily = ExtensionList.lookupSingleton(DailyApiKeyCheck.class);
        assertEquals(TimeUnit.DAYS.toMillis(1), daily.getRecurrencePeriod());
        assertEquals(TimeUnit.MINUTES.toMillis(10), daily.getInitialDelay());
        assertContains("Credential 'doubletick': DoubleTick answered 401: Invalid public api key.", daily());
        assertEquals("#0/doubletick", refused());
        assertFalse(warning().contains("Last build"));

        add(StandInExtension.apiKey("job's", OTHER_WRONG));
        logOut(job(r.jenkins, "job's"), Result.FAILURE, "#0/doubletick, offboard#1/job's");
        StandInExtension.replaceKey(r.jenkins, KEY);
        assertContains("DoubleTick accepts the key of 'doubletick'.", daily());
        assertEquals("offboard#1/job's", refused());
        assertEquals(
                List.of(KEY, WRONG, OTHER_WRONG),
                doubleTick.requests().stream()
                        .filter(request -> request.path().equals("/roles"))
                        .map(DoubleTickStandIn.Request::authorization)
                        .sorted()
                        .toList());

        StandInExtension.use("http://127.0.0.1:1");
        assertContains("Credential 'doubletick': No connection to 127.0.0.1", daily());
        DoubleTickConfiguration.get().setCredentialsId("gone");
        assertContains("Credential 'gone': There is no credential with the ID 'gone'", daily());
    }

    @Test
    void dailyCheckAsksForNothingWithoutADefaultOrIfItIsDisabled() throws Exception {
        ApiKeyMonitor monitor = ExtensionList.lookupSingleton(ApiKeyMonitor.class);
        monitor.disable(true);
        String log = daily();
        monitor.disable(false);
        assertEquals("", log);
        DoubleTickConfiguration.get().setCredentialsId(null);
        assertEquals("", daily());
        doubleTick.assertNothingSent();
    }

    /** Reports an answer to {@link #keys}; null for a success. */
    private void report(String call, String key, String id, DoubleTickException answer) throws Exception {
        report(call, new DoubleTickApiKey(CredentialsScope.GLOBAL, id, null, Secret.fromString(key)), answer);
    }

    private void report(String call, DoubleTickApiKey credential, DoubleTickException answer) throws Exception {
        Found found = new Found(ApiKey.parse(credential.getSecret().getPlainText()), credential);
        boolean isCheck = call.equals("check");
        Use use = new Use(found, isCheck ? null : build.getParent(), isCheck ? null : build, call.equals("logout"));
        keys.onAnswer(use, answer);
    }

    private void assertRefused(int count) {
        assertEquals(count, keys.list().size());
    }

    /** Returns how the client reports an answer; null for a success. */
    private static DoubleTickException send(String call, int status, String body) throws Exception {
        try (ScriptedServer server =
                new ScriptedServer(status == 0 ? ScriptedServer.reset() : ScriptedServer.answer(status, body))) {
            StandInExtension.use(server.url());
            DoubleTickClient client = DoubleTickClientProvider.get().client();
            ApiKey key = ApiKey.parse(KEY);
            CompletableFuture<?> future =
                    switch (call) {
                        case "logout" -> client.logout(key, LoginNumber.parse(MEMBER), CallListener.NONE);
                        case "lookup" -> client.team(key, Duration.ZERO);
                        default -> client.checkKey(key);
                    };
            return future.handle((answer, failure) -> (DoubleTickException) failure)
                    .get(1, TimeUnit.MINUTES);
        }
    }

    private static DoubleTickException refusal() throws Exception {
        return send("logout", 403, "{\"reason\":\"FORBIDDEN\"}");
    }

    /** A missing permission to read the team or the roles says nothing about the permission to log out. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            logout | 201 | {"success":true}                                                    | accepted
            logout | 422 | {"statusCode":422,"message":"User is not a member of the team"}     | accepted
            logout | 401 | {"statusCode":401,"message":"Invalid public api key"}               | refused
            logout | 403 | {"reason":"FORBIDDEN"}                                              | refused
            logout | 401 | {"status":401,"message":"Insufficient permissions. Missing: agent"} | refused
            logout | 400 | {"status":400,"reason":"BAD_REQUEST","message":"Member not found"}  | unknown
            logout | 401 | <html>Blocked</html>                                                | unknown
            logout | 403 | <html>Blocked</html>                                                | unknown
            logout | 422 | <html>Blocked</html>                                                | unknown
            logout | 429 | {"extraData":{"retryAfter":99999}}                                  | unknown
            logout | 503 | {}                                                                  | unknown
            logout |   0 | reset                                                               | unknown
            lookup | 200 | {"data":[]}                                                         | accepted
            lookup | 401 | {"statusCode":401,"message":"Invalid public api key"}               | refused
            lookup | 401 | {"status":401,"message":"Insufficient permissions. Missing: team"}  | unknown
            check  | 200 | []                                                                  | accepted
            check  | 403 | {"reason":"FORBIDDEN"}                                              | refused
            check  | 401 | {"status":401,"message":"Insufficient permissions. Missing: roles"} | unknown
            """)
    void answerRefusesOrAcceptsTheKey(String call, int status, String body, String expected) throws Exception {
        DoubleTickException answer = send(call, status, body);
        report(call, KEY, "doubletick", answer);
        assertRefused(expected.equals("refused") ? 1 : 0);
        report("logout", KEY, "doubletick", refusal());
        report(call, KEY, "doubletick", answer);
        assertRefused(expected.equals("accepted") ? 0 : 1);
    }

    @Test
    void logoutEndsTheWarningOfAMissingPermissionAndOfAReplacedKey() throws Exception {
        String body = "{\"message\":\"Insufficient permissions. Missing: agent\"}";
        report("logout", KEY, "doubletick", send("logout", 401, body));
        report("lookup", KEY, "doubletick", null);
        report("check", KEY, "doubletick", null);
        assertRefused(1);
        report("logout", KEY, "doubletick", null);
        assertRefused(0);
        // Another key ends it for the same credential in the same job.
        report("logout", KEY, "doubletick", refusal());
        report("logout", OTHER_KEY, "other", null);
        report("check", OTHER_KEY, "doubletick", null);
        assertRefused(1);
        report("logout", OTHER_KEY, "doubletick", null);
        assertRefused(0);
    }

    @Test
    void atMostAHundredKeysAndNoUsersOwnAreKept() throws Exception {
        DoubleTickException refusal = refusal();
        report("logout", new DoubleTickApiKey(CredentialsScope.USER, "mine", null, Secret.fromString(KEY)), refusal);
        assertRefused(0);
        for (int i = 0; i < 110; i++) {
            report("logout", "key_" + i, "id-" + i, refusal);
        }
        assertRefused(100);
        report("check", KEY, "doubletick", refusal); // The default credential is always kept.
        assertRefused(101);
    }
}
