package io.jenkins.plugins.doubletick.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import hudson.model.Action;
import hudson.model.InvisibleAction;
import hudson.model.ParametersAction;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.NamedMember;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import jenkins.model.RunAction2;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** The logouts of a build, on its page and in its REST API. */
@ExportedBean
public final class LogoutAction extends InvisibleAction implements RunAction2 {

    private static final Logger LOGGER = Logger.getLogger(LogoutAction.class.getName());

    /** The page also shows the number of successes and failures from this number of logouts on. */
    private static final int MANY = 10;

    /** Leaves room for the number beside a long name. */
    private static final int MAX_NAME = 60;

    /** The declared type is the class, because XStream would write it into each file otherwise. */
    private final CopyOnWriteArrayList<Logout> logouts = new CopyOnWriteArrayList<>();

    private final int build;

    private transient Run<?, ?> run;

    private LogoutAction(Run<?, ?> run) {
        build = run.getNumber();
    }

    /** Removes itself from a build that was queued with an earlier build's actions, as some plugins do when an agent is lost. */
    @Override
    public void onAttached(Run<?, ?> attachedTo) {
        if (attachedTo.getNumber() == build) {
            run = attachedTo;
        } else {
            attachedTo.removeAction(this);
        }
    }

    @Override
    public void onLoad(Run<?, ?> loadedWith) {
        run = loadedWith;
    }

    /**
     * Adds a logout to the build. Does not save the build: Pipeline saves it before it stores the end of the step ({@code
     * WorkflowRun.GraphL}), unless its durability is lower. A failure is only logged, because it does not undo the logout.
     *
     * @param number null if there is no valid one
     */
    static void record(Run<?, ?> run, @CheckForNull LoginNumber number, Logout logout) {
        try {
            add(run, number, logout);
        } catch (RuntimeException | Error e) {
            LOGGER.log(Level.WARNING, e, () -> run + ": cannot record a logout");
        }
    }

    /** Locks this class instead of the run, because Jenkins holds the run's lock while it saves the run. */
    private static synchronized void add(Run<?, ?> run, @CheckForNull LoginNumber number, Logout logout) {
        logout.parameter = members(run)
                .filter(member -> number != null && member.memberName() != null)
                .filter(member -> number.equals(member.loginNumber()))
                .map(NamedMember::getName)
                .findFirst()
                .orElse(null);
        LogoutAction action = stored(run, LogoutAction.class)
                .filter(own -> own.build == run.getNumber())
                .findFirst()
                .orElse(null);
        if (action == null) {
            action = new LogoutAction(run);
            run.addAction(action);
        }
        action.logouts.add(logout);
    }

    /** Returns stored actions only, because {@code getAction} calls factories of other plugins, which may hang. */
    @SuppressWarnings("deprecation")
    private static <T extends Action> Stream<T> stored(Run<?, ?> run, Class<T> type) {
        return Util.filter(run.getActions(), type).stream();
    }

    private static Stream<NamedMember> members(Run<?, ?> run) {
        return stored(run, ParametersAction.class)
                .flatMap(action -> action.getAllParameters().stream())
                .filter(NamedMember.class::isInstance)
                .map(NamedMember.class::cast);
    }

    /** Returns the member's name, which only the parameter stores; null if it is not known. */
    @CheckForNull
    @Restricted(DoNotUse.class) // summary.jelly
    public String nameOf(Logout logout) {
        return members(run)
                .filter(member -> member.getName().equals(logout.parameter))
                .map(NamedMember::memberName)
                .filter(Objects::nonNull)
                .map(LogoutAction::shortened)
                .findFirst()
                .orElse(null);
    }

    private static String shortened(String name) {
        return name.codePointCount(0, name.length()) <= MAX_NAME
                ? name
                : name.substring(0, name.offsetByCodePoints(0, MAX_NAME)) + "…";
    }

    /** Returns the number of successes and failures; null for a few logouts. */
    @CheckForNull
    @Restricted(DoNotUse.class) // summary.jelly
    public String getTotal() {
        long succeeded = logouts.stream().filter(Logout::isSuccess).count();
        return logouts.size() < MANY
                ? null
                : Messages.LogoutAction_total(Long.toString(succeeded), Long.toString(logouts.size() - succeeded));
    }

    @Restricted(DoNotUse.class) // summary.jelly
    public List<Logout> getFailuresFirst() {
        return logouts.stream().sorted(Comparator.comparing(Logout::isSuccess)).toList();
    }

    /** The logouts of the build in the order in which they ended. */
    @Exported(visibility = 2) // The actions of a build are exported one level down, their lists two levels.
    public List<Logout> getLogouts() {
        return List.copyOf(logouts);
    }
}
