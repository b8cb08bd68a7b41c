package io.jenkins.plugins.doubletick.parameter;

import hudson.Extension;
import hudson.Util;
import hudson.model.Action;
import hudson.model.Cause;
import hudson.model.CauseAction;
import hudson.model.Executor;
import hudson.model.Job;
import hudson.model.ParameterDefinition;
import hudson.model.ParameterValue;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Queue;
import java.util.List;
import java.util.logging.Logger;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * Lets no build with a wrong or missing login number into the queue, whoever asks for it. Jenkins itself leaves a
 * parameter that has neither a value nor a default out.
 */
@Extension
@Restricted(NoExternalUse.class)
public final class LoginNumberQueueDecisionHandler extends Queue.QueueDecisionHandler {

    private static final Logger LOGGER = Logger.getLogger(LoginNumberQueueDecisionHandler.class.getName());

    @Override
    public boolean shouldSchedule(Queue.Task task, List<Action> actions) {
        ParametersDefinitionProperty property =
                task instanceof Job<?, ?> job ? job.getProperty(ParametersDefinitionProperty.class) : null;
        if (property == null) {
            return true;
        }
        try {
            for (ParameterDefinition definition : property.getParameterDefinitions()) {
                if (definition instanceof DoubleTickLoginNumberParameterDefinition number) {
                    check(number, actions);
                }
            }
            return true;
        } catch (InvalidLoginNumberException e) {
            if (isSomebodyTold(actions)) {
                throw e;
            }
            LOGGER.warning(() -> task + " is not built: " + e.getMessage());
            return false;
        }
    }

    private static void check(DoubleTickLoginNumberParameterDefinition definition, List<Action> actions) {
        ParametersAction given = Util.filter(actions, ParametersAction.class).stream()
                .findFirst()
                .orElse(null);
        ParameterValue value = given == null ? null : given.getParameter(definition.getName());
        ParameterValue checked =
                definition.createValue(value == null ? definition.getDefaultValue() : String.valueOf(value.getValue()));
        if (value != null && !value.equals(checked)) {
            // Of another type, such as a string, which would store the number in clear.
            actions.set(actions.indexOf(given), given.createUpdated(List.of(checked)));
        }
    }

    /**
     * Where somebody reads the answer to their request. A timer or a branch scan must not break on it, nor must the
     * build of a freestyle job that triggers others: there, it is told to the Jenkins log only.
     */
    private static boolean isSomebodyTold(List<Action> actions) {
        return Util.filter(actions, CauseAction.class).stream()
                .flatMap(action -> action.getCauses().stream())
                .anyMatch(cause -> cause instanceof Cause.UserIdCause
                        || cause instanceof Cause.RemoteCause
                        || cause instanceof Cause.UpstreamCause && Executor.currentExecutor() == null);
    }
}
