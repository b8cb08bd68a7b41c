package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Action;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jenkinsci.plugins.workflow.actions.ArgumentsAction;
import org.jenkinsci.plugins.workflow.graph.FlowNode;

/** A step's arguments as its build stores and shows them: with the login number masked. */
final class MaskedArguments extends ArgumentsAction {

    static final String LOGIN_NUMBER = "loginNumber";

    private final Map<String, Object> arguments;

    private MaskedArguments(Map<String, Object> arguments) {
        this.arguments = arguments;
    }

    /** Pipeline stores the arguments of each step in clear. */
    static void replaceIn(FlowNode node) {
        List<Action> actions = node.getActions();
        for (int i = 0; i < actions.size(); i++) {
            if (actions.get(i) instanceof ArgumentsAction clear) {
                Map<String, Object> masked = new TreeMap<>(clear.getArguments());
                masked.computeIfPresent(LOGIN_NUMBER, (name, number) -> mask(String.valueOf(number)));
                actions.set(i, new MaskedArguments(masked));
            }
        }
    }

    /** {@link NotStoredReason#MASKED_VALUE} of what is not a login number. */
    static Object mask(String number) {
        try {
            return LoginNumber.isMasked(number)
                    ? number
                    : LoginNumber.parse(number).masked();
        } catch (DoubleTickException e) {
            return NotStoredReason.MASKED_VALUE;
        }
    }

    @NonNull
    @Override
    protected Map<String, Object> getArgumentsInternal() {
        return arguments;
    }

    @Override
    public boolean isUnmodifiedArguments() {
        return false;
    }
}
