package io.jenkins.plugins.doubletick.monitor;

import io.jenkins.plugins.doubletick.DoubleTickConfiguration;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.domains.Domain;
import hudson.ExtensionList;
import hudson.model.FreeStyleProject;
import hudson.model.Result;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import java.io.File;
import java.nio.file.Files;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jenkins.model.ModifiableTopLevelItemGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** The default key is checked once a day, unless an administrator does not want it, and what was learned is kept. */
class DailyApiKeyCheckTest {

    private static final String WRONG = "key_wrong-daily-77";

    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private static DailyApiKeyCheck daily() {
        return ExtensionList.lookupSingleton(DailyApiKeyCheck.class);
    }

    /** Runs it as Jenkins does. */
    private static void runDaily() throws Exception {
        daily().run();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals(daily().name + " thread")) {
                thread.join(TimeUnit.MINUTES.toMillis(1));
                assertFalse(thread.isAlive());
            }
        }
    }

    private static List<String> refused() throws Exception {
        ApiKeyWatch.get().learned().get(1, TimeUnit.MINUTES);
        return ApiKeyWatch.get().refusals().list().stream()
                .map(ApiKeyRefusal::getCredentialsId)
                .toList();
    }

    private static File file(JenkinsRule r) {
        return new File(r.jenkins.getRootDir(), ApiKeyRefusals.class.getName() + ".xml");
    }

    private static void logOut(JenkinsRule r, ModifiableTopLevelItemGroup group, String id) throws Exception {
        FreeStyleProject job = (FreeStyleProject) group.createProject(
                r.jenkins.getDescriptorByType(FreeStyleProject.DescriptorImpl.class), "offboard", true);
        DoubleTickLogoutBuilder builder = new DoubleTickLogoutBuilder(DoubleTickStandIn.MEMBER);
        builder.setCredentialsId(id);
        job.getBuildersList().add(builder);
        r.buildAndAssertStatus(Result.FAILURE, job);
    }

    @Test
    void asksOnceUnlessItIsNotWanted() throws Throwable {
        sessions.then(r -> {
            assertEquals(TimeUnit.DAYS.toMillis(1), daily().getRecurrencePeriod());
            assertEquals(TimeUnit.MINUTES.toMillis(10), daily().getInitialDelay());
            runDaily();
            doubleTick.assertNothingSent();

            StandInExtension.addGlobally(StandInExtension.apiKey(StandInExtension.CREDENTIALS_ID, WRONG));
            StandInExtension.addGlobally(StandInExtension.apiKey("other", WRONG));
            DoubleTickConfiguration.get().setCredentialsId(StandInExtension.CREDENTIALS_ID);
            runDaily();
            assertEquals(1, doubleTick.requests().size());
            DoubleTickStandIn.Request request = doubleTick.requests().get(0);
            assertEquals("GET /roles", request.method() + " " + request.path());
            assertEquals(WRONG, request.authorization());
            assertEquals(List.of(StandInExtension.CREDENTIALS_ID), refused());
            assertNull(ApiKeyWatch.get().refusals().list().get(0).getBuild());
            String log =
                    Files.readString(new File(r.jenkins.getRootDir(), "logs/tasks/" + daily().name + ".log").toPath());
            assertTrue(log.contains("is refused: DoubleTick answered 401: Invalid public api key"), log);
            assertFalse(log.contains(WRONG), log);

            ExtensionList.lookupSingleton(ApiKeyMonitor.class).disable(true);
            runDaily();
            assertEquals(1, doubleTick.requests().size());
        });
    }

    @Test
    void failureOfADayDoesNotEndIt() throws Throwable {
        sessions.then(r -> {
            DoubleTickConfiguration.get().setCredentialsId("missing");
            runDaily();
            StandInExtension.use("http://127.0.0.1:1");
            StandInExtension.addDefaultKey();
            runDaily();
            assertEquals(List.of(), refused());
            StandInExtension.use(doubleTick.standIn().url());
            runDaily();
            assertEquals(1, doubleTick.requests().size());
        });
    }

    @Test
    @Timeout(120)
    void refusalSurvivesARestartButNotTheCredential() throws Throwable {
        sessions.then(r -> {
            StandInExtension.addGlobally(StandInExtension.apiKey("other", WRONG));
            logOut(r, r.jenkins, "other");
            assertEquals(List.of("other"), refused());
        });
        sessions.then(r -> {
            ApiKeyRefusal refusal = ApiKeyWatch.get().refusals().list().get(0);
            assertEquals("other", refusal.getCredentialsId());
            Run<?, ?> build = r.jenkins
                    .getItemByFullName("offboard", FreeStyleProject.class)
                    .getBuildByNumber(1);
            assertEquals(build, refusal.getBuild());
            runDaily();
            assertEquals(List.of("other"), refused());
            SystemCredentialsProvider.getInstance().getCredentials().clear(); // As a vault does, which tells nobody.
            while (!refused().isEmpty()) {
                runDaily();
            }
            assertFalse(file(r).exists());
            doubleTick.assertOneLogout(WRONG, DoubleTickStandIn.MEMBER);
        });
    }

    /** Of a later version, as long as it gets, or cut off. */
    @Test
    void everyFileCanBeRead() throws Throwable {
        String later = "<doubletickApiKeyRefusal><later>x</later><folder>f</folder>"
                + "<credentialsId>id-later</credentialsId></doubletickApiKeyRefusal>";
        sessions.then(r -> write(r, "<later/><refusals>" + later + "<later/></refusals></doubletickApiKeyRefusals>"));
        sessions.then(r -> {
            assertEquals(List.of("id-later"), refused());
            String page = r.createWebClient().goTo("manage").asNormalizedText();
            assertTrue(page.contains("the credential 'id-later' since"), page);
            write(r, "<refusals>" + later.repeat(100) + "</refusals></doubletickApiKeyRefusals>");
        });
        sessions.then(r -> {
            Folder folder = r.createProject(Folder.class, "folder");
            StandInExtension.add(folder, Domain.global(), StandInExtension.apiKey("other", WRONG));
            logOut(r, folder, "other");
            assertEquals(Collections.nCopies(100, "id-later"), refused());
            StandInExtension.addGlobally(StandInExtension.apiKey("other", WRONG));
            logOut(r, r.jenkins, "other");
            assertEquals(101, refused().size());
            write(r, "<refusals>" + later);
        });
        sessions.then(r -> assertEquals(List.of(), refused()));
    }

    private static void write(JenkinsRule r, String content) throws Exception {
        Files.writeString(file(r).toPath(), "<doubletickApiKeyRefusals>" + content);
    }
}
