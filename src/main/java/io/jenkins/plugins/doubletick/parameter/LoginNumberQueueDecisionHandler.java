package io.jenkins.plugins.doubletick.parameter;

import hudson.Extension;
import hudson.Util;
import hudson.cli.BuildCommand;
import hudson.model.Action;
import hudson.model.CauseAction;
import hudson.model.Job;
import hudson.model.ParameterDefinition;
import hudson.model.ParameterValue;
import hudson.model.ParametersAction;
import hudson.model.Queue;
import hudson.model.Run;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.Stapler;
import org.kohsuke.stapler.StaplerRequest2;

/**
 * Encrypts the login number of each build in the queue. Rejects a build without a valid number only if the person or step that
 * starts it gets the message; any other build fails, and its log says why. Runs under the queue's lock, so it must be fast.
 */
@Extension
@Restricted(NoExternalUse.class)
public final class LoginNumberQueueDecisionHandler extends Queue.QueueDecisionHandler {

    /** The name of a class, because its plugin is optional. */
    private static final String BUILD_STEP = "org.jenkinsci.plugins.workflow.support.steps.build.BuildUpstreamCause";

    @Override
    public boolean shouldSchedule(Queue.Task task, List<Action> actions) {
        OfferedTeam.parameters(task instanceof Job<?, ?> job ? job : null).forEach(parameter -> {
            List<DoubleTickLoginNumberParameterValue> values = replaceValues(parameter, actions);
            if (isReadByRequester(task, actions)) {
                (values.isEmpty() ? List.of(parameter.getDefaultParameterValue()) : values)
                        .forEach(DoubleTickLoginNumberParameterValue::check);
                if (new HashSet<>(values).size() > 1) {
                    throw new InvalidLoginNumberException(
                            parameter.getName(), Messages.LoginNumberQueueDecisionHandler_several());
                }
            }
        });
        return true;
    }

    /**
     * Replaces values of other types, which Jenkins would store in clear text, and values with a member's name from an earlier
     * build. Returns the new values.
     */
    private static List<DoubleTickLoginNumberParameterValue> replaceValues(
            ParameterDefinition parameter, List<Action> actions) {
        List<DoubleTickLoginNumberParameterValue> numbers = new ArrayList<>();
        for (ParametersAction parameters : Util.filter(actions, ParametersAction.class)) {
            // Not getAllParameters, because subclasses of other plugins override only this method.
            List<ParameterValue> values = new ArrayList<>(parameters.getParameters());
            boolean isChanged = false;
            for (int i = 0; i < values.size(); i++) {
                ParameterValue given = values.get(i);
                if (given != null && parameter.getName().equals(given.getName())) {
                    DoubleTickLoginNumberParameterValue number =
                            DoubleTickLoginNumberParameterValue.forNextBuild(given, parameter);
                    numbers.add(number);
                    isChanged |= values.set(i, number) != number;
                }
            }
            if (isChanged) {
                actions.set(actions.indexOf(parameters), parameters.createUpdated(values));
            }
        }
        return numbers;
    }

    /**
     * Returns whether an exception ends only the request for this build and reaches its sender: in the job's form and REST API, on
     * the command line, and in Pipeline's {@code build} step.
     */
    private static boolean isReadByRequester(Queue.Task task, List<Action> actions) {
        StaplerRequest2 request = Stapler.getCurrentRequest2();
        return request != null
                        && request.findAncestorObject(Job.class) == task
                        && request.findAncestorObject(Run.class) == null
                || actions.stream()
                        .filter(CauseAction.class::isInstance)
                        .flatMap(action -> ((CauseAction) action).getCauses().stream())
                        .anyMatch(cause -> cause instanceof BuildCommand.CLICause
                                || cause.getClass().getName().equals(BUILD_STEP));
    }
}
