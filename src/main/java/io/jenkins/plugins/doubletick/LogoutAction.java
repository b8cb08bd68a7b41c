package io.jenkins.plugins.doubletick;

import com.thoughtworks.xstream.converters.basic.AbstractSingleValueConverter;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.InvisibleAction;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import io.jenkins.plugins.doubletick.client.LogoutResult;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** What a build did to whom: on its page and in its REST API. */
@ExportedBean
public final class LogoutAction extends InvisibleAction {

    private final List<Logout> logouts = new CopyOnWriteArrayList<>();

    /**
     * Puts a logout on the build's page. Whoever runs the build saves it: Pipeline does before it stores that the step
     * is over ({@code WorkflowRun.GraphL}), unless it was told to be less durable.
     *
     * <p>Does not lock the run, which would wait for a save of it.
     */
    static synchronized void record(Run<?, ?> run, Logout logout) {
        LogoutAction action = run.getAction(LogoutAction.class);
        if (action == null) {
            action = new LogoutAction();
            run.addAction(action);
        }
        action.logouts.add(logout);
    }

    /** The logouts of the build in the order in which they ended. */
    @Exported(visibility = 2) // The actions of a build are one level down, their lists two.
    public List<Logout> getLogouts() {
        return List.copyOf(logouts);
    }

    /** How one logout ended. The login number is kept masked only. */
    @ExportedBean(defaultVisibility = 3)
    public static final class Logout {

        private final long time;
        private final boolean success;
        private final int status;
        private final int tries;
        private final String loginNumber;
        private final String credentialsId;

        private Logout(long time, boolean success, int status, int tries, String loginNumber, String credentialsId) {
            this.time = time;
            this.success = success;
            this.status = status;
            this.tries = tries;
            this.loginNumber = loginNumber;
            this.credentialsId = credentialsId;
        }

        private static Logout now(boolean success, int status, int tries, LoginNumber number, String credentialsId) {
            return new Logout(System.currentTimeMillis(), success, status, tries, number.masked(), credentialsId);
        }

        static Logout success(LoginNumber number, String credentialsId, LogoutResult result) {
            return now(true, result.status(), result.tries(), number, credentialsId);
        }

        static Logout failure(LoginNumber number, String credentialsId, Throwable cause) {
            return cause instanceof DoubleTickException e
                    ? now(false, e.status(), e.tries(), number, credentialsId)
                    : now(false, 0, 0, number, credentialsId);
        }

        /**
         * Stores it as one line of text. Pipeline writes all of them again with every step that the build begins or ends,
         * and an XML element for each field made up an eighth of the work of a {@code parallel} with 200 logouts.
         */
        @Restricted(NoExternalUse.class) // XStream2 finds it by its name.
        public static final class ConverterImpl extends AbstractSingleValueConverter {

            @Override
            public boolean canConvert(Class type) {
                return type == Logout.class;
            }

            @Override
            public String toString(Object object) {
                Logout logout = (Logout) object;
                return logout.time + " " + logout.success + " " + logout.status + " " + logout.tries + " "
                        + logout.loginNumber + " " + logout.credentialsId;
            }

            @Override
            public Object fromString(String line) {
                // The last one is the only one that can have spaces itself.
                String[] parts = line.split(" ", 6);
                return new Logout(
                        Long.parseLong(parts[0]),
                        Boolean.parseBoolean(parts[1]),
                        Integer.parseInt(parts[2]),
                        Integer.parseInt(parts[3]),
                        parts[4],
                        parts[5]);
            }
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
