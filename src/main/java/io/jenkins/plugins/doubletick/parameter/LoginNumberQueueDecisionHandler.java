package io.jenkins.plugins.doubletick.parameter;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Extension;
import hudson.Util;
import hudson.cli.BuildCommand;
import hudson.model.Action;
import hudson.model.CauseAction;
import hudson.model.Job;
import hudson.model.ParameterDefinition;
import hudson.model.ParameterValue;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Queue;
import java.util.List;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.Stapler;
import org.kohsuke.stapler.StaplerRequest2;

/**
 * Keeps builds with a wrong or missing login number out of the queue, whoever asks for them. Jenkins itself queues a
 * build without a parameter that has neither a value nor a default.
 */
@Extension
@Restricted(NoExternalUse.class)
public final class LoginNumberQueueDecisionHandler extends Queue.QueueDecisionHandler {

    private static final Logger LOGGER = Logger.getLogger(LoginNumberQueueDecisionHandler.class.getName());

    /** Spells out the name of a class whose plugin need not be installed. */
    private static final String BUILD_STEP = "org.jenkinsci.plugins.workflow.support.steps.build.BuildUpstreamCause";

    @Override
    public boolean shouldSchedule(Queue.Task task, List<Action> actions) {
        if (!(task instanceof Job<?, ?> job) || job.getProperty(ParametersDefinitionProperty.class) == null) {
            return true;
        }
        try {
            for (ParameterDefinition definition :
                    job.getProperty(ParametersDefinitionProperty.class).getParameterDefinitions()) {
                if (definition instanceof DoubleTickLoginNumberParameterDefinition number) {
                    check(job, number, actions);
                }
            }
            return true;
        } catch (InvalidLoginNumberException e) {
            if (isReadByRequester(job, actions)) {
                throw e;
            }
            LOGGER.warning(() -> "Refused a build of " + job.getFullName() + ". " + e.getMessage());
            return false;
        }
    }

    /**
     * Also replaces values of another type, such as a string parameter's, which would store the number in clear, and those
     * that name a member. Waits for nothing, because the queue is locked.
     */
    private static void check(
            Job<?, ?> job, DoubleTickLoginNumberParameterDefinition definition, List<Action> actions) {
        OfferedTeam team = OfferedTeam.withoutWaiting(job, definition);
        boolean isMissing = true;
        for (ParametersAction parameters : Util.filter(actions, ParametersAction.class)) {
            List<ParameterValue> given = parameters.getAllParameters().stream()
                    .filter(value -> value != null && definition.getName().equals(value.getName()))
                    .toList();
            List<ParameterValue> checked =
                    given.stream().map(value -> check(value, definition, team)).toList();
            if (IntStream.range(0, given.size()).anyMatch(i -> given.get(i) != checked.get(i))) {
                actions.set(actions.indexOf(parameters), parameters.createUpdated(checked));
            }
            isMissing &= given.isEmpty();
        }
        if (isMissing) {
            LoginNumberInput.resolve(definition, definition.getDefaultValue(), null);
        }
    }

    private static ParameterValue check(
            ParameterValue given, DoubleTickLoginNumberParameterDefinition definition, @CheckForNull OfferedTeam team) {
        DoubleTickLoginNumberParameterValue checked =
                LoginNumberInput.resolve(definition, String.valueOf(given.getValue()), team);
        // Keeps the name that a build had if it is built again while the team is not known.
        boolean isUnknown = checked.memberName() == null && (team == null || !team.isKnown());
        return checked.equals(given) && isUnknown ? given : checked;
    }

    /**
     * Tells whether an exception ends nothing but the request for this build, and reaches whoever made it: in a form, in
     * the REST API, on the command line and in Pipeline's {@code build} step. Everywhere else, it could end a loop that
     * triggers other jobs as well.
     */
    private static boolean isReadByRequester(Job<?, ?> job, List<Action> actions) {
        StaplerRequest2 request = Stapler.getCurrentRequest2();
        return request != null && request.findAncestorObject(Job.class) == job
                || Util.filter(actions, CauseAction.class).stream()
                        .flatMap(action -> action.getCauses().stream())
                        .anyMatch(cause -> cause instanceof BuildCommand.CLICause
                                || cause.getClass().getName().equals(BUILD_STEP));
    }
}
