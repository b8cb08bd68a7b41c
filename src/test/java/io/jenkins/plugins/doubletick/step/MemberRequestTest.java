package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsUseListener;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.model.Action;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.Node;
import hudson.model.ParametersAction;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.doubletick.HangingVault;
import io.jenkins.plugins.doubletick.OneJenkins;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import io.jenkins.plugins.doubletick.client.SystemLog;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import jenkins.model.TransientActionFactory;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvnet.hudson.test.TestExtension;

/** A logout, and a look-up of a member, end with the truth, whatever breaks or hangs around them. */
class MemberRequestTest extends OneJenkins {

    @RegisterExtension
    private final SystemLog log = SystemLog.quiet();

    /** The listener of the use of credentials hangs. */
    private static volatile boolean listenerHangs;

    /** The factory of actions throws. */
    private static volatile boolean factoryThrows;

    @AfterEach
    void reset() {
        OddLog.reset();
        listenerHangs = false;
        factoryThrows = false;
        Factory.THREADS.clear();
    }

    /** Logs out in a Pipeline and in a freestyle build, which must end with the result and keep it in their records. */
    private static List<Run<?, ?>> assertEnds(Result result, String number) throws Exception {
        Run<?, ?> pipeline = build(result, logout(number));
        Run<?, ?> freestyle = r.buildAndAssertStatus(result, freestyle(number, null));
        for (Run<?, ?> build : List.of(pipeline, freestyle)) {
            assertEquals(
                    List.of(result == Result.SUCCESS),
                    logouts(build).stream().map(Logout::isSuccess).toList());
        }
        return List.of(pipeline, freestyle);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Logging ", "Trying again", "is logged out"})
    void confirmedLogoutSucceedsIfALineCannotBeWritten(String line) throws Exception {
        OddLog.poison = line;
        assertEnds(Result.SUCCESS, DoubleTickStandIn.BUSY);
        assertTrue(log.ours().contains("cannot write to the log"), log::ours);
    }

    @Test
    void failedLogoutFailsIfALineCannotBeWritten() throws Exception {
        OddLog.poison = "Logging ";
        assertEnds(Result.FAILURE, NOT_A_MEMBER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Looking up ", "is a member"})
    void lookupEndsIfALineCannotBeWritten(String line) throws Exception {
        OddLog.poison = line;
        Run<?, ?> build = build(Result.SUCCESS, "echo \"It is ${doubletickMember('" + MEMBER + "').name}\"");
        assertLog("It is Asha Rao", build);
        build(Result.FAILURE, "doubletickMember '" + NOT_A_MEMBER + "'");
        assertTrue(log.ours().contains("cannot write to the log"), log::ours);
    }

    /** A freestyle build has one stream for all its lines, so its next line hangs, too. */
    @Test
    void pipelineStepEndsIfItsLastLineHangs() throws Exception {
        OddLog.hangs = true;
        OddLog.poison = "is logged out";
        WorkflowRun build = start(logout(MEMBER) + "\necho 'The next step'");
        HangingVault.awaitCallers(1);
        r.waitForMessage("The next step", build);
        assertTrue(logouts(build).get(0).isSuccess());
        end(Result.SUCCESS, build);
    }

    @Test
    void hangingLogTakesOneThreadAndStopsNoOtherBuild() throws Exception {
        OddLog.hangs = true;
        OddLog.poison = "Logging ";
        WorkflowRun hanging = start(parallel(40, logout(MEMBER)));
        HangingVault.awaitCallers(1);
        OddLog.poison = null;
        for (Run<?, ?> other : assertEnds(Result.SUCCESS, SECOND_MEMBER)) {
            assertLog("is logged out of DoubleTick on every device.", other);
        }
        assertEquals(0, HangingVault.otherCallers());
        HangingVault.release();
        end(Result.SUCCESS, hanging);
        assertEquals(40, logouts(hanging).size());
    }

    @Test
    void abortEndsTheStepWhileTheLogHangs() throws Exception {
        OddLog.hangs = true;
        OddLog.poison = "Logging ";
        WorkflowRun build = start(logout(MEMBER));
        HangingVault.awaitCallers(1);
        build.doStop();
        end(Result.ABORTED, build);
        assertTrue(logouts(build).get(0).isAborted());
    }

    /** A build that cannot keep a record. */
    private static final class WithoutRecord extends FreeStyleBuild {

        WithoutRecord(FreeStyleProject project) throws IOException {
            super(project);
        }

        @Override
        public void addAction(@NonNull Action action) {
            if (action instanceof LogoutAction) {
                throw new NoClassDefFoundError("No record");
            }
            super.addAction(action);
        }
    }

    private static CompletableFuture<Object> logOutWithoutRecord(String number) throws Exception {
        WithoutRecord build = new WithoutRecord(r.createFreeStyleProject());
        return new LogoutRequest(build, TaskListener.NULL, LoginNumber.parse(number), null).start(false);
    }

    @Test
    void logoutEndsWithTheTruthIfItsRecordCannotBeKept() throws Exception {
        assertNull(logOutWithoutRecord(MEMBER).get(1, TimeUnit.MINUTES));
        CompletableFuture<Object> failed = logOutWithoutRecord(NOT_A_MEMBER);
        Throwable failure = assertThrows(ExecutionException.class, () -> failed.get(1, TimeUnit.MINUTES))
                .getCause();
        assertTrue(assertInstanceOf(AbortException.class, failure).getMessage().contains("422"), failure::toString);
        assertTrue(log.ours().contains("cannot record a logout"), log::ours);
    }

    /** Hangs on demand. */
    @TestExtension
    public static final class UseListener implements CredentialsUseListener {

        @Override
        public void onUse(Credentials credential, Run run) {
            if (listenerHangs) {
                HangingVault.arriveAndHang();
            }
        }

        @Override
        public void onUse(Credentials credential, Node node) {}

        @Override
        public void onUse(Credentials credential, Item item) {}
    }

    @Test
    void listenerOfCredentialsThatHangsStopsNoBuild() throws Exception {
        listenerHangs = true;
        assertEnds(Result.SUCCESS, MEMBER);
        assertEnds(Result.FAILURE, NOT_A_MEMBER);
        HangingVault.awaitCallers(4);
    }

    @Test
    void buildEndsWithOneLineWhateverTheVaultThrows() throws Exception {
        // Java wraps failures in it; this one has nothing in it.
        HangingVault.fail(new CompletionException("The vault is closed", null));
        WorkflowRun build = build(Result.FAILURE, logout(MEMBER, VAULT));
        assertLog(FAILED + "Unexpected java.util.concurrent.CompletionException. See the Jenkins log.", build);
        assertFalse(logouts(build).get(0).isSuccess());
        assertTrue(log.ours().contains("The vault is closed"), log::ours);
    }

    /** Throws when this plugin, or what it calls, asks for the parameters of a build that has none. */
    @TestExtension
    public static final class Factory extends TransientActionFactory<Run> {

        static final List<String> THREADS = new CopyOnWriteArrayList<>();

        @Override
        public Class<Run> type() {
            return Run.class;
        }

        @Override
        public Class<? extends Action> actionType() {
            return ParametersAction.class;
        }

        @NonNull
        @Override
        public Collection<? extends Action> createFor(@NonNull Run build) {
            boolean isAskedByUs = Stream.of(Thread.currentThread().getStackTrace())
                    .map(StackTraceElement::getClassName)
                    .anyMatch(name ->
                            name.startsWith("io.jenkins.plugins.doubletick.") && !name.matches(".*(Test|Jobs).*"));
            if (isAskedByUs) {
                THREADS.add(Thread.currentThread().getName());
                if (factoryThrows) {
                    throw new NoClassDefFoundError("A factory of actions breaks");
                }
            }
            return List.of();
        }
    }

    @Test
    void buildEndsWithOneLineWhateverAFactoryOfActionsThrows() throws Exception {
        factoryThrows = true;
        for (String step : List.of(logout(MEMBER), lookup(null))) {
            WorkflowRun build = build(Result.FAILURE, step);
            assertLog("Unexpected java.lang.NoClassDefFoundError. See the Jenkins log.", build);
            assertEquals(1, count("NoClassDefFoundError", build));
        }
        assertTrue(log.ours().contains("A factory of actions breaks"), log::ours);
    }

    @Test
    void codeOfOtherPluginsNeverRunsOnPipelinesThread() throws Exception {
        HangingVault.release();
        build(
                Result.FAILURE,
                "echo 'DoubleTick'\n" + logout(MEMBER, VAULT) + "\ncatchError { doubletickMember '12' }\n"
                        + lookup(VAULT));
        List<String> lines = List.copyOf(OddLog.THREADS);
        // The line of echo shows how Pipeline's thread is called.
        assertTrue(isPipelines(lines.get(0)), lines::toString);
        Stream.of(lines.subList(1, lines.size()), HangingVault.threads(), Factory.THREADS)
                .forEach(threads -> {
                    assertFalse(threads.isEmpty());
                    assertFalse(threads.stream().anyMatch(MemberRequestTest::isPipelines), threads::toString);
                });
    }

    private static boolean isPipelines(String thread) {
        return thread.startsWith("Running CpsFlowExecution");
    }

    /** Registers it. */
    @TestExtension
    public static final class Vault extends HangingVault {}

    /** Registers it. */
    @TestExtension
    public static final class Filter extends OddLog.Filter {}

    /** Registers it. */
    @TestExtension
    public static final class Decorators extends OddLog.Decorators {}
}
