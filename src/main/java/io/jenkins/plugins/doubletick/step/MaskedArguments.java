package io.jenkins.plugins.doubletick.step;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Action;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jenkinsci.plugins.workflow.actions.ArgumentsAction;
import org.jenkinsci.plugins.workflow.graph.FlowNode;

/** The arguments of a step as the build stores and shows them: with the login number masked. */
final class MaskedArguments extends ArgumentsAction {

    private final Map<String, Object> arguments;

    private MaskedArguments(Map<String, Object> arguments) {
        this.arguments = arguments;
    }

    /** Replaces the arguments that Pipeline stored in clear text. Leaves out unknown arguments. */
    static void replaceIn(FlowNode node) {
        List<Action> actions = node.getActions();
        for (int i = 0; i < actions.size(); i++) {
            if (actions.get(i) instanceof ArgumentsAction clear) {
                Map<String, Object> masked = new TreeMap<>(clear.getArguments());
                masked.keySet().retainAll(MemberStep.ARGUMENTS);
                masked.computeIfPresent(MemberStep.LOGIN_NUMBER, (name, number) -> mask(number));
                masked.computeIfPresent(
                        MemberStep.CREDENTIALS_ID,
                        (name, id) -> id instanceof String && !MemberStep.isLoginNumber(id)
                                ? id
                                : NotStoredReason.MASKED_VALUE);
                actions.set(i, new MaskedArguments(masked));
            }
        }
    }

    private static Object mask(Object number) {
        try {
            return LoginNumber.parse(number instanceof String text ? text : null)
                    .masked();
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
