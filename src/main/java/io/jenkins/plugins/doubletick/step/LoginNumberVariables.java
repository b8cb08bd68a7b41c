package io.jenkins.plugins.doubletick.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.model.AbstractBuild;
import hudson.model.Item;
import hudson.model.Job;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.TaskListener;
import hudson.util.FormValidation;
import io.jenkins.plugins.doubletick.FormInput;
import java.io.IOException;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Replaces the variables in the login number of a freestyle step in a build, and checks them in the form. */
final class LoginNumberVariables {

    /** Matches what {@link hudson.Util#replaceMacro} replaces. */
    private static final Pattern VARIABLE = Pattern.compile("\\$(\\w+|\\{[\\w.]+})");

    private static final Pattern NAME = Pattern.compile("[A-Za-z_]\\w*");

    private LoginNumberVariables() {}

    /** @throws AbortException if a variable has no value in this build */
    @NonNull
    static String expand(String text, AbstractBuild<?, ?> build, TaskListener listener)
            throws InterruptedException, IOException {
        String expanded = build.getEnvironment(listener).expand(text);
        if (expanded.indexOf('$') >= 0) {
            // Names the variables only, because digits may stand between them.
            String variables = in(text, List.of());
            throw new AbortException(
                    Messages.DoubleTickLogoutBuilder_unresolved(variables.isEmpty() ? "$" : variables));
        }
        if (expanded.isBlank() && !text.isEmpty()) {
            throw new AbortException(Messages.DoubleTickLogoutBuilder_blank(in(text, List.of())));
        }
        return expanded;
    }

    /** Returns the variables in a text, except those with some names. */
    private static String in(String text, List<String> names) {
        return VARIABLE.matcher(text)
                .results()
                .map(MatchResult::group)
                .filter(variable -> !names.contains(variable.replaceAll("[${}]", "")))
                .collect(Collectors.joining(" "));
    }

    /**
     * Checks the text from the form.
     *
     * @param job the job with the step; null if there is none
     */
    @NonNull
    static FormValidation check(@CheckForNull Job<?, ?> job, String text) {
        if (text.indexOf('$') < 0) {
            String name = text.strip().replaceFirst("^params\\.", "");
            return NAME.matcher(name).matches()
                    ? FormValidation.error(Messages.DoubleTickLogoutBuilder_withoutDollar(name))
                    : FormInput.checkNumber(text);
        }
        if (VARIABLE.matcher(text).replaceAll("").indexOf('$') >= 0) {
            return FormValidation.error(Messages.DoubleTickLogoutBuilder_incomplete());
        }
        String missing = job == null || !job.hasPermission(Item.EXTENDED_READ) ? "" : in(text, parametersOf(job));
        return missing.isEmpty()
                ? FormValidation.ok(Messages.DoubleTickLogoutBuilder_filledIn(in(text, List.of())))
                : FormValidation.warning(Messages.DoubleTickLogoutBuilder_noParameter(missing));
    }

    private static List<String> parametersOf(Job<?, ?> job) {
        ParametersDefinitionProperty parameters = job.getProperty(ParametersDefinitionProperty.class);
        return parameters == null ? List.of() : parameters.getParameterDefinitionNames();
    }
}
