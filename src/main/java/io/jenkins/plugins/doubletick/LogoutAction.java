package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Computer;
import hudson.model.InvisibleAction;
import hudson.model.Run;
import hudson.remoting.SingleLaneExecutorService;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import io.jenkins.plugins.doubletick.client.LogoutResult;
import java.io.IOException;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** What a build did to whom: on its page and in its REST API. */
@ExportedBean
public final class LogoutAction extends InvisibleAction {

    private static final Logger LOGGER = Logger.getLogger(LogoutAction.class.getName());

    /** Off the threads that send: a build page with hundreds of logouts takes its time to write. */
    private static final Executor SAVING = new SingleLaneExecutorService(Computer.threadPoolForRemoting);

    private final List<Logout> logouts = new CopyOnWriteArrayList<>();
    /** The save that has not begun; null if there is none. */
    private transient CompletableFuture<Void> nextSave;

    /**
     * Puts a logout on the build's page.
     *
     * @return completes when it is saved; all that end while a save is running share the next one
     */
    static CompletableFuture<Void> record(Run<?, ?> run, Logout logout) {
        LogoutAction action = of(run);
        action.logouts.add(logout);
        synchronized (action) {
            if (action.nextSave == null) {
                action.nextSave = CompletableFuture.runAsync(() -> action.save(run), SAVING);
            }
            return action.nextSave;
        }
    }

    /** Does not lock the run, as its other changes do: that would wait for a save of it. */
    private static synchronized LogoutAction of(Run<?, ?> run) {
        LogoutAction action = run.getAction(LogoutAction.class);
        if (action == null) {
            action = new LogoutAction();
            run.addAction(action);
        }
        return action;
    }

    private void save(Run<?, ?> run) {
        synchronized (this) {
            nextSave = null;
        }
        try {
            run.save();
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> run + ": what was logged out could not be saved");
        }
    }

    /** The logouts of the build in the order in which they ended. */
    @Exported(visibility = 2) // The actions of a build are one level down, their lists two.
    public List<Logout> getLogouts() {
        return List.copyOf(logouts);
    }

    /** How one logout ended. The login number is kept masked only. */
    @ExportedBean(defaultVisibility = 3)
    public static final class Logout {

        private final String loginNumber;
        private final String credentialsId;
        private final boolean success;
        private final int status;
        private final int tries;
        private final long time = System.currentTimeMillis();

        private Logout(LoginNumber loginNumber, String credentialsId, boolean success, int status, int tries) {
            this.loginNumber = loginNumber.masked();
            this.credentialsId = credentialsId;
            this.success = success;
            this.status = status;
            this.tries = tries;
        }

        static Logout success(LoginNumber number, String credentialsId, LogoutResult result) {
            return new Logout(number, credentialsId, true, result.status(), result.tries());
        }

        static Logout failure(LoginNumber number, String credentialsId, Throwable cause) {
            return cause instanceof DoubleTickException e
                    ? new Logout(number, credentialsId, false, e.status(), e.tries())
                    : new Logout(number, credentialsId, false, 0, 0);
        }

        /** The masked number. */
        @Exported
        public String getLoginNumber() {
            return loginNumber;
        }

        @Exported
        public String getCredentialsId() {
            return credentialsId;
        }

        /** Whether DoubleTick confirmed that the member is logged out. */
        @Exported
        public boolean isSuccess() {
            return success;
        }

        /** The HTTP status of DoubleTick's last answer; null if there was none. */
        @Exported
        @CheckForNull
        public Integer getStatus() {
            return status == 0 ? null : status;
        }

        /** How many requests were sent. */
        @Exported
        public int getTries() {
            return tries;
        }

        /** The first half of the line on the build page. */
        @Restricted(DoNotUse.class)
        public String getOutcome() {
            return success ? Messages.LogoutAction_success(loginNumber) : Messages.LogoutAction_failure(loginNumber);
        }

        /** The other half. */
        @Restricted(DoNotUse.class)
        public String getDetails() {
            String answer = status == 0 ? Messages.LogoutAction_noAnswer() : Messages.LogoutAction_status(status);
            return Messages.LogoutAction_details(answer, tries, credentialsId);
        }

        /** When it ended. */
        @Exported
        public Date getTime() {
            return new Date(time);
        }
    }
}
