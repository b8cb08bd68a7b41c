package io.jenkins.plugins.doubletick.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsUseListener;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.console.ConsoleLogFilter;
import hudson.console.LineTransformationOutputStream;
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
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import jenkins.model.TransientActionFactory;
import org.jenkinsci.plugins.workflow.flow.FlowExecutionOwner;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.log.TaskListenerDecorator;
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

    /** The text of the lines at which the log decorators break; null for none. */
    @CheckForNull
    private static volatile String poison;

    /** What else breaks: the log or the listener hangs, or the factory throws. */
    private static volatile String fault = "";

    /** The names of the threads that wrote lines about DoubleTick. */
    private static final List<String> LOG_THREADS = new CopyOnWriteArrayList<>();

    @AfterEach
    void reset() {
        poison = null;
        fault = "";
        LOG_THREADS.clear();
        Factory.THREADS.clear();
    }

    /** Breaks once, since Jenkins's base class keeps the line at which it broke, and could not even be closed. */
    private static final class OddLog extends LineTransformationOutputStream.Delegating {

        private boolean broken;

        OddLog(OutputStream out) {
            super(out);
        }

        @Override
        protected void eol(byte[] bytes, int length) throws IOException {
            String line = new String(bytes, 0, length, StandardCharsets.UTF_8);
            if (line.contains("DoubleTick")) {
                LOG_THREADS.add(Thread.currentThread().getName());
            }
            String text = poison;
            if (!broken && text != null && line.contains(text)) {
                broken = true;
                if (fault.equals("log")) {
                    HangingVault.arriveAndHang();
                    return;
                }
                throw new NoClassDefFoundError("A log decorator breaks");
            }
            out.write(bytes, 0, length);
        }
    }

    @TestExtension
    public static final class Filter extends ConsoleLogFilter {

        @Override
        public OutputStream decorateLogger(Run build, OutputStream logger) {
            return new OddLog(logger);
        }
    }

    @TestExtension
    public static final class Decorator extends TaskListenerDecorator implements TaskListenerDecorator.Factory {

        private static final long serialVersionUID = 1L;

        @Override
        public TaskListenerDecorator of(FlowExecutionOwner owner) {
            return new Decorator();
        }

        @Override
        public OutputStream decorate(OutputStream logger) {
            return new OddLog(logger);
        }
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
    void logoutEndsWithTheTruthIfALineCannotBeWritten(String line) throws Exception {
        poison = line;
        assertEnds(Result.SUCCESS, DoubleTickStandIn.BUSY);
        assertEnds(Result.FAILURE, NOT_A_MEMBER);
        assertTrue(log.ours().contains("cannot write to the log"), log::ours);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Looking up ", "is a member"})
    void lookupEndsIfALineCannotBeWritten(String line) throws Exception {
        poison = line;
        Run<?, ?> build = build(Result.SUCCESS, "echo \"It is ${doubletickMember('" + MEMBER + "').name}\"");
        assertLog("It is Asha Rao", build);
        assertTrue(log.ours().contains("cannot write to the log"), log::ours);
    }

    /** A freestyle build has one stream for all its lines, so its next line hangs, too. */
    @Test
    void pipelineStepEndsIfItsLastLineHangs() throws Exception {
        fault = "log";
        poison = "is logged out";
        WorkflowRun build = start(logout(MEMBER) + "\necho 'The next step'");
        HangingVault.awaitCallers(1);
        r.waitForMessage("The next step", build);
        assertTrue(logouts(build).get(0).isSuccess());
        end(Result.SUCCESS, build);
    }

    @Test
    void hangingLogTakesOneThreadAndStopsNoOtherBuild() throws Exception {
        fault = "log";
        poison = "Logging ";
        WorkflowRun hanging = start(parallel(10, logout(MEMBER)));
        HangingVault.awaitCallers(1);
        poison = null;
        for (Run<?, ?> other : assertEnds(Result.SUCCESS, SECOND_MEMBER)) {
            assertLog("is logged out of DoubleTick on every device.", other);
        }
        assertEquals(0, HangingVault.otherCallers());
        HangingVault.release();
        end(Result.SUCCESS, hanging);
        assertEquals(10, logouts(hanging).size());
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

    @Test
    void confirmedLogoutSucceedsIfItsRecordCannotBeKept() throws Exception {
        WithoutRecord build = new WithoutRecord(r.createFreeStyleProject());
        LogoutRequest request = new LogoutRequest(build, TaskListener.NULL, LoginNumber.parse(MEMBER), null);
        assertNull(request.start(false).get(1, TimeUnit.MINUTES));
        assertTrue(log.ours().contains("cannot record a logout"), log::ours);
    }

    @TestExtension
    public static final class UseListener implements CredentialsUseListener {

        @Override
        public void onUse(Credentials credential, Run run) {
            if (fault.equals("listener")) {
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
        fault = "listener";
        assertEnds(Result.SUCCESS, MEMBER);
        HangingVault.awaitCallers(2);
    }

    @Test
    void buildEndsWithOneLineWhateverTheVaultThrows() throws Exception {
        // Java wraps failures in this exception; this one has nothing in it.
        HangingVault.fail(new CompletionException("The vault\nis closed.", null));
        WorkflowRun build = build(Result.FAILURE, logout(MEMBER, VAULT));
        assertLog(
                FAILED + "The store of the credential '" + VAULT + "' failed: The vault is closed. Check that store.",
                build);
        assertFalse(logouts(build).get(0).isSuccess());
        assertTrue(log.ours().contains("is closed."), log::ours);
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
                if (fault.equals("factory")) {
                    throw new NoClassDefFoundError("A factory of actions breaks");
                }
            }
            return List.of();
        }
    }

    @Test
    void buildEndsWithOneLineWhateverAFactoryOfActionsThrows() throws Exception {
        fault = "factory";
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
        List<String> lines = List.copyOf(LOG_THREADS);
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

    @TestExtension
    public static final class Vault extends HangingVault {}
}
