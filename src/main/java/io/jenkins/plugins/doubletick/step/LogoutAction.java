package io.jenkins.plugins.doubletick.step;

import io.jenkins.plugins.doubletick.NamedMember;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import hudson.model.InvisibleAction;
import hudson.model.ParametersAction;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import io.jenkins.plugins.doubletick.client.LogoutResult;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import jenkins.model.RunAction2;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** The logouts of a build, on its page and in its REST API. */
@ExportedBean
public final class LogoutAction extends InvisibleAction implements RunAction2 {

    static {
        // Pipeline writes all logouts of a build again with every step, so their elements have a short name.
        Run.XSTREAM2.alias("doubletickLogout", Logout.class);
    }

    /** Declared by its class, which XStream would otherwise write into each file. */
    private final CopyOnWriteArrayList<Logout> logouts = new CopyOnWriteArrayList<>();

    private transient Run<?, ?> run;

    @Override
    public void onAttached(Run<?, ?> build) {
        run = build;
    }

    @Override
    public void onLoad(Run<?, ?> build) {
        run = build;
    }

    /**
     * Adds a logout to the build. Whoever runs the build saves it: Pipeline does so before it stores that the step is
     * over ({@code WorkflowRun.GraphL}), unless it was told to be less durable.
     *
     * <p>Locks this class and not the run, whose lock is held while it is saved, and asks for stored actions only:
     * {@code getAction} calls factories of other plugins, which may hang.
     */
    @SuppressWarnings("deprecation")
    static synchronized void record(Run<?, ?> run, LoginNumber number, Logout logout) {
        logout.parameter = members(run)
                .filter(member -> member.memberName() != null && number.equals(member.loginNumber()))
                .map(NamedMember::getName)
                .findFirst()
                .orElse(null);
        List<LogoutAction> actions = Util.filter(run.getActions(), LogoutAction.class);
        LogoutAction action = actions.isEmpty() ? new LogoutAction() : actions.get(0);
        if (actions.isEmpty()) {
            run.addAction(action);
        }
        action.logouts.add(logout);
    }

    @SuppressWarnings("deprecation")
    private static Stream<NamedMember> members(Run<?, ?> run) {
        return Util.filter(run.getActions(), ParametersAction.class).stream()
                .flatMap(action -> action.getAllParameters().stream())
                .filter(NamedMember.class::isInstance)
                .map(NamedMember.class::cast);
    }

    /** Says whom a logout was for and how it ended. Only the parameter keeps the name, and encrypts it. */
    @Restricted(DoNotUse.class) // summary.jelly
    public String outcomeOf(Logout logout) {
        String who = members(run)
                .filter(member -> member.getName().equals(logout.parameter))
                .map(member -> member.memberName() + ", " + logout.loginNumber)
                .findFirst()
                .orElse(logout.loginNumber);
        return logout.success ? Messages.LogoutAction_success(who) : Messages.LogoutAction_failure(who);
    }

    /** The logouts of the build in the order in which they ended. */
    @Exported(visibility = 2) // The actions of a build are one level down, their lists two.
    public List<Logout> getLogouts() {
        return List.copyOf(logouts);
    }

    /** How one logout ended. Keeps the login number masked only. */
    @ExportedBean(defaultVisibility = 3)
    public static final class Logout {

        private final long time = System.currentTimeMillis();
        private final boolean success;
        private final int status;
        private final int tries;
        private final String loginNumber;
        private final String credentialsId;

        /** Has the member's name; null if none has. */
        @CheckForNull
        private String parameter;

        private Logout(LoginNumber number, String credentialsId, boolean success, int status, int tries) {
            this.success = success;
            this.status = status;
            this.tries = tries;
            this.loginNumber = number.masked();
            this.credentialsId = credentialsId;
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

        /** The HTTP status of DoubleTick's last response; null if there was none. */
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

        /** When the logout ended. */
        @Exported
        public Date getTime() {
            return new Date(time);
        }

        @Restricted(DoNotUse.class) // summary.jelly
        public String getDetails() {
            String answer = status == 0 ? Messages.LogoutAction_noAnswer() : Messages.LogoutAction_status(status);
            return Messages.LogoutAction_details(answer, tries, credentialsId);
        }
    }
}
