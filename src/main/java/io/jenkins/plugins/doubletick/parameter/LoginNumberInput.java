package io.jenkins.plugins.doubletick.parameter;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Util;
import hudson.model.ParametersAction;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import io.jenkins.plugins.doubletick.client.TeamMember;
import java.util.List;
import java.util.stream.Stream;
import org.kohsuke.stapler.StaplerRequest2;

/** Makes the value of a parameter of what somebody enters: a number, or what names a member of the team. */
final class LoginNumberInput {

    private LoginNumberInput() {}

    /**
     * Returns the number that a form showed masked: the default, or that of the build that is built again. Returns the text
     * if it is none of these, and if it could be both: neither is guessed.
     */
    static String unmask(DoubleTickLoginNumberParameterDefinition parameter, StaplerRequest2 request, String text) {
        Run<?, ?> run = request.findAncestorObject(Run.class);
        ParametersAction parameters = run == null ? null : run.getAction(ParametersAction.class);
        List<String> numbers = Stream.of(
                        parameters == null ? null : parameters.getParameter(parameter.getName()),
                        parameter.getDefaultParameterValue())
                .filter(DoubleTickLoginNumberParameterValue.class::isInstance)
                .map(DoubleTickLoginNumberParameterValue.class::cast)
                .filter(number -> number.getMasked().equals(text))
                .map(DoubleTickLoginNumberParameterValue::getValue)
                .distinct()
                .toList();
        return numbers.size() == 1 ? numbers.get(0) : text;
    }

    /** Returns null for a wrong default, too: Pipeline hands it to {@code params} without asking whether it is a number. */
    @CheckForNull
    static DoubleTickLoginNumberParameterValue defaultOf(DoubleTickLoginNumberParameterDefinition parameter) {
        String number = parameter.getDefaultValue();
        try {
            return number == null ? null : resolve(parameter, number, null);
        } catch (InvalidLoginNumberException e) {
            return null;
        }
    }

    /** Tells whether a text can name a member, if a team is there. */
    static boolean mayName(DoubleTickLoginNumberParameterDefinition parameter, @CheckForNull String text) {
        return parameter.getCredentialsId() != null && text != null && TeamSuggestions.isName(text);
    }

    /**
     * Finds the number that a text means, and whose it is.
     *
     * @param team null where no member can be named
     * @throws InvalidLoginNumberException if it is no login number, and names no member
     */
    @NonNull
    static DoubleTickLoginNumberParameterValue resolve(
            DoubleTickLoginNumberParameterDefinition parameter,
            @CheckForNull String text,
            @CheckForNull OfferedTeam team) {
        try {
            LoginNumber number = LoginNumber.parse(text);
            return value(parameter, number.value(), team == null ? null : team.find(number));
        } catch (DoubleTickException e) {
            if (team == null || !mayName(parameter, text)) {
                throw new InvalidLoginNumberException(parameter.getName(), e.getMessage());
            }
        }
        TeamSuggestions.Choice choice = team.choose(text);
        TeamMember member = choice.member();
        if (member == null) {
            throw new InvalidLoginNumberException(parameter.getName(), choice.problem());
        }
        return value(parameter, member.loginNumber().value(), member);
    }

    /** Makes a value. */
    @NonNull
    static DoubleTickLoginNumberParameterValue value(
            DoubleTickLoginNumberParameterDefinition parameter, String text, @CheckForNull TeamMember member) {
        DoubleTickLoginNumberParameterValue value = new DoubleTickLoginNumberParameterValue(
                parameter.getName(), text, member == null ? null : Util.fixEmpty(member.name()));
        value.setDescription(parameter.getDescription());
        return value;
    }
}
