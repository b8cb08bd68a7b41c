package io.jenkins.plugins.doubletick.step;

import io.jenkins.plugins.doubletick.ApiKeyProvider;
import io.jenkins.plugins.doubletick.BlockingCalls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsUseListener;
import com.cloudbees.plugins.credentials.common.IdCredentials;
import com.cloudbees.plugins.credentials.domains.DomainRequirement;
import hudson.AbortException;
import hudson.console.ConsoleLogFilter;
import hudson.console.LineTransformationOutputStream;
import hudson.model.Action;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.ItemGroup;
import hudson.model.Node;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.SystemLog;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.flow.FlowExecutionOwner;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.log.TaskListenerDecorator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;
import org.springframework.security.core.Authentication;

/** A logout, and a look-up of a member, end with the truth, whatever breaks or hangs around them. */
@WithJenkins
class MemberLogoutTest {

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    @RegisterExtension
    private final SystemLog log = new SystemLog();

    private static JenkinsRule r;

    /** The log decorators break at lines that contain it. */
    private static volatile String poison;

    private static volatile boolean hangsInstead;

    /** The listener to the use of credentials hangs. */
    private static volatile boolean listenerHangs;

    @BeforeAll
    static void start(JenkinsRule rule) {
        r = rule;
    }

    @BeforeEach
    void setUp() throws Exception {
        StandInExtension.onlyDefaultKey();
        HangingVault.reset();
    }

    @AfterEach
    void tearDown() {
        poison = null;
        hangsInstead = false;
        listenerHangs = false;
        HangingVault.release();
        ApiKeyProvider.get().lookups = new ApiKeyProvider().lookups;
        ApiKeyProvider.get().tracking = new ApiKeyProvider().tracking;
    }

    private static Run<?, ?> pipeline(String number) throws Exception {
        return script("doubletickLogout '" + number + "'");
    }

    private static Run<?, ?> script(String script) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job.scheduleBuild2(0).get(1, TimeUnit.MINUTES);
    }

    private static Run<?, ?> freestyle(String number) throws Exception {
        FreeStyleProject job = r.createFreeStyleProject();
        job.getBuildersList().add(new DoubleTickLogoutBuilder(number));
        return job.scheduleBuild2(0).get(1, TimeUnit.MINUTES);
    }

    private static void assertEnds(Result result, boolean loggedOut, Run<?, ?> build) throws Exception {
        r.assertBuildStatus(result, build);
        List<LogoutAction.Logout> logouts = build.getAction(LogoutAction.class).getLogouts();
        assertEquals(
                List.of(loggedOut),
                logouts.stream().map(LogoutAction.Logout::isSuccess).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Logging ", "Trying again", "is logged out"})
    void confirmedLogoutIsASuccessIfItsLineCannotBeWritten(String line) throws Exception {
        poison = line;
        assertEnds(Result.SUCCESS, true, pipeline(DoubleTickStandIn.BUSY));
        assertEnds(Result.SUCCESS, true, freestyle(DoubleTickStandIn.BUSY));
        assertTrue(log.ours().contains("Cannot write to the log of a build"), log::ours);
    }

    @Test
    void failureIsAFailureIfItsLinesCannotBeWritten() throws Exception {
        poison = "Logging ";
        assertEnds(Result.FAILURE, false, pipeline(DoubleTickStandIn.NOT_A_MEMBER));
        assertEnds(Result.FAILURE, false, freestyle(DoubleTickStandIn.NOT_A_MEMBER));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Looking up ", "is a member"})
    void lookupEndsIfItsLineCannotBeWritten(String line) throws Exception {
        poison = line;
        r.assertLogContains(
                "It is Asha Rao",
                r.assertBuildStatusSuccess(script("echo \"It is ${doubletickMember('+919876543210').name}\"")));
        r.assertBuildStatus(Result.FAILURE, script("doubletickMember '" + DoubleTickStandIn.NOT_A_MEMBER + "'"));
        assertTrue(log.ours().contains("Cannot write to the log of a build"), log::ours);
    }

    @Test
    void nobodyWaitsForEverForALogDecoratorThatHangs() throws Exception {
        hangsInstead = true;
        poison = "is logged out";
        assertEnds(Result.SUCCESS, true, pipeline(DoubleTickStandIn.MEMBER));
        HangingVault.awaitCallers(1);
        poison = "is a member";
        r.assertBuildStatusSuccess(script("doubletickMember '" + DoubleTickStandIn.MEMBER + "'"));
        HangingVault.awaitCallers(1);
    }

    @Test
    void hangingLinesOfABuildLeaveOtherBuildsTheirs() throws Exception {
        hangsInstead = true;
        poison = "Logging ";
        WorkflowJob job = r.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(
                IntStream.range(0, 40)
                        .mapToObj(i -> "b" + i + ": { doubletickLogout '" + DoubleTickStandIn.MEMBER + "' }")
                        .collect(Collectors.joining(", ", "parallel ", "")),
                true));
        WorkflowRun hanging = job.scheduleBuild2(0).waitForStart();
        HangingVault.awaitCallers(1);
        poison = null;
        Run<?, ?> other = pipeline(DoubleTickStandIn.SECOND_MEMBER);
        assertEnds(Result.SUCCESS, true, other);
        StandInExtension.assertLog("is logged out of DoubleTick on every device.", other);
        r.assertBuildStatusSuccess(r.waitForCompletion(hanging));
        assertEquals(40, hanging.getAction(LogoutAction.class).getLogouts().size());
        assertEquals(0, HangingVault.otherCallers(), "One thread is all that it takes");
    }

    /** Breaks once, since Jenkins's base class keeps the line that it broke at, and could not even be closed. */
    private static final class Breaking extends LineTransformationOutputStream.Delegating {

        private boolean broken;

        Breaking(OutputStream out) {
            super(out);
        }

        @Override
        protected void eol(byte[] bytes, int length) throws IOException {
            String text = poison;
            if (!broken && text != null && new String(bytes, 0, length, StandardCharsets.UTF_8).contains(text)) {
                broken = true;
                if (hangsInstead) {
                    HangingVault.arriveAndHang();
                    return;
                }
                throw new NoClassDefFoundError("A log decorator breaks");
            }
            out.write(bytes, 0, length);
        }
    }

    /** Breaks the log of freestyle builds. */
    @TestExtension
    public static final class BreakingFilter extends ConsoleLogFilter {

        @Override
        public OutputStream decorateLogger(Run build, OutputStream logger) {
            return new Breaking(logger);
        }
    }

    /** Breaks the log of Pipelines. */
    @TestExtension
    public static final class BreakingDecorators implements TaskListenerDecorator.Factory {

        @Override
        public TaskListenerDecorator of(FlowExecutionOwner owner) {
            return new BreakingDecorator();
        }
    }

    private static final class BreakingDecorator extends TaskListenerDecorator {

        private static final long serialVersionUID = 1L;

        @Override
        public OutputStream decorate(OutputStream logger) {
            return new Breaking(logger);
        }
    }

    /** A build that cannot keep a record. */
    private static final class WithoutRecord extends FreeStyleBuild {

        WithoutRecord(FreeStyleProject project) throws IOException {
            super(project);
        }

        @Override
        public void addAction(Action action) {
            if (action instanceof LogoutAction) {
                throw new NoClassDefFoundError("No record");
            }
            super.addAction(action);
        }
    }

    private static CompletableFuture<Void> logOutWithoutRecord(String number) throws Exception {
        return new MemberLogout(MemberArguments.of(
                        new WithoutRecord(r.createFreeStyleProject()), TaskListener.NULL, number, null))
                .start(false);
    }

    @Test
    void logoutEndsWithTheTruthIfItsRecordCannotBeKept() throws Exception {
        assertNull(logOutWithoutRecord(DoubleTickStandIn.MEMBER).get(1, TimeUnit.MINUTES));
        CompletableFuture<Void> failed = logOutWithoutRecord(DoubleTickStandIn.NOT_A_MEMBER);
        Throwable failure = assertThrows(ExecutionException.class, () -> failed.get(1, TimeUnit.MINUTES))
                .getCause();
        assertTrue(assertInstanceOf(AbortException.class, failure).getMessage().contains("422"), failure::toString);
        assertTrue(log.ours().contains("cannot keep what became of a logout"), log::ours);
    }

    @Test
    void nobodyWaitsForTrackingThatHangs() throws Exception {
        listenerHangs = true;
        ApiKeyProvider.get().tracking =
                new BlockingCalls(1, Duration.ZERO, Duration.ofMinutes(1), MemberLogoutTest::daemon);
        assertEnds(Result.SUCCESS, true, pipeline(DoubleTickStandIn.MEMBER));
        HangingVault.awaitCallers(1);
        assertEnds(Result.SUCCESS, true, freestyle(DoubleTickStandIn.MEMBER));
        assertEnds(Result.FAILURE, false, pipeline(DoubleTickStandIn.NOT_A_MEMBER));
        assertEquals(0, HangingVault.otherCallers(), "One thread is all that it takes");
        while (!log.ours().contains("cannot track the usage of a credential")) {
            Thread.onSpinWait();
        }
    }

    @Test
    void trackingThatGetsNoThreadIsLogged() throws Exception {
        ApiKeyProvider.get().tracking = withoutThreads();
        assertEnds(Result.SUCCESS, true, pipeline(DoubleTickStandIn.MEMBER));
        assertEnds(Result.SUCCESS, true, freestyle(DoubleTickStandIn.MEMBER));
        assertTrue(log.ours().contains("cannot track the usage of a credential"), log::ours);
    }

    /** Hangs if it is told to. */
    @TestExtension
    public static final class UseListener implements CredentialsUseListener {

        @Override
        public void onUse(Credentials credential, Run run) {
            if (listenerHangs) {
                HangingVault.arriveAndHang();
            }
        }

        @Override
        public void onUse(Credentials credential, Node node) {
            // Not of interest.
        }

        @Override
        public void onUse(Credentials credential, Item item) {
            // Not of interest.
        }
    }

    /** Fails with what Java wraps failures in, and nothing in it. */
    @TestExtension
    public static final class OddVault extends CredentialsProvider {

        @Override
        public <C extends IdCredentials> C getCredentialByIdInItem(
                String id, Class<C> type, Item item, Authentication authentication, List<DomainRequirement> domains) {
            if (id.equals("odd")) {
                throw new CompletionException("The vault is closed", null);
            }
            return null;
        }

        @Override
        public <C extends Credentials> List<C> getCredentialsInItemGroup(
                Class<C> type, ItemGroup group, Authentication authentication, List<DomainRequirement> domains) {
            return List.of();
        }
    }

    @Test
    void buildEndsWhateverTheVaultThrows() throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class);
        job.setDefinition(
                new CpsFlowDefinition("doubletickLogout loginNumber: '+919876543210', credentialsId: 'odd'", true));
        Run<?, ?> build = job.scheduleBuild2(0).get(1, TimeUnit.MINUTES);
        assertEnds(Result.FAILURE, false, build);
        StandInExtension.assertLog("Unexpected java.util.concurrent.CompletionException", build);
    }

    @Test
    void lookupThatGetsNoThreadFailsItsBuildOnly() throws Exception {
        BlockingCalls usual = ApiKeyProvider.get().lookups;
        ApiKeyProvider.get().lookups = withoutThreads();
        for (Run<?, ?> build : List.of(pipeline(DoubleTickStandIn.MEMBER), freestyle(DoubleTickStandIn.MEMBER))) {
            assertEnds(Result.FAILURE, false, build);
            StandInExtension.assertLog(
                    "ERROR: +91••••••3210 may still be logged in. Unexpected java.lang.OutOfMemoryError", build);
        }
        doubleTick.assertNothingSent();
        ApiKeyProvider.get().lookups = usual;
        assertEnds(Result.SUCCESS, true, pipeline(DoubleTickStandIn.MEMBER));
    }

    private static BlockingCalls withoutThreads() {
        return new BlockingCalls(1, Duration.ofMinutes(1), Duration.ofMinutes(1), code -> {
            throw new OutOfMemoryError("unable to create native thread");
        });
    }

    private static Thread daemon(Runnable code) {
        Thread thread = new Thread(code);
        thread.setDaemon(true);
        return thread;
    }
}
