package io.jenkins.plugins.doubletick.parameter;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Util;
import hudson.cli.BuildCommand;
import hudson.cli.CLICommand;
import hudson.model.Descriptor;
import hudson.model.Item;
import hudson.model.Job;
import hudson.model.ParameterValue;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Run;
import hudson.security.AccessControlled;
import hudson.util.FormValidation;
import io.jenkins.plugins.doubletick.Advice;
import io.jenkins.plugins.doubletick.ApiKeyFinder;
import io.jenkins.plugins.doubletick.DoubleTickClientProvider;
import io.jenkins.plugins.doubletick.FormInput;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import io.jenkins.plugins.doubletick.client.Team;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.kohsuke.stapler.Stapler;
import org.kohsuke.stapler.StaplerRequest2;

/** The team that a job's parameter offers, from the credential in the job's stored parameter. */
final class OfferedTeam {

    /** How long a check of the form waits for the team. */
    static final Duration CHECK_LIMIT = Duration.ofSeconds(3);

    /** How long a request for a build with a member's name waits for the team. */
    private static final Duration BUILD_LIMIT = Duration.ofSeconds(10);

    /** How long a failure is kept, so that not every typed letter causes a request. */
    private static final Duration MAX_FAILURE_AGE = Duration.ofSeconds(10);

    private final Job<?, ?> job;
    private final String credentialsId;

    private OfferedTeam(Job<?, ?> job, String credentialsId) {
        this.job = job;
        this.credentialsId = credentialsId;
    }

    /** Returns the job's parameters of this type. */
    static Stream<DoubleTickLoginNumberParameterDefinition> parameters(@CheckForNull Job<?, ?> job) {
        return Stream.ofNullable(job == null ? null : job.getProperty(ParametersDefinitionProperty.class))
                .map(ParametersDefinitionProperty::getParameterDefinitions)
                .flatMap(all -> Util.filter(all, DoubleTickLoginNumberParameterDefinition.class).stream());
    }

    /** Returns the team for a form; null if there is none, or if the user may not build the job. */
    @CheckForNull
    static OfferedTeam inForm(String parameter) {
        StaplerRequest2 page = Stapler.getCurrentRequest2();
        Job<?, ?> job = isOfJob(page) ? page.findAncestorObject(Job.class) : null;
        return of(job, stored -> stored.getName().equals(parameter) && job.hasPermission(Item.BUILD));
    }

    /** Returns the team for a request to build the parameter's job by form, REST or CLI; null if there is none. */
    @CheckForNull
    static OfferedTeam ofRequest(DoubleTickLoginNumberParameterDefinition parameter) {
        StaplerRequest2 page = Stapler.getCurrentRequest2();
        Job<?, ?> job = hidesNumbers(page) ? page.findAncestorObject(Job.class) : null;
        if (job == null && CLICommand.getCurrent() instanceof BuildCommand command) {
            job = command.job;
        }
        // Another job's request can start a build of this job, which may have another team.
        return of(job, stored -> stored == parameter);
    }

    @CheckForNull
    private static OfferedTeam of(@CheckForNull Job<?, ?> job, Predicate<DoubleTickLoginNumberParameterDefinition> is) {
        return parameters(job)
                .filter(parameter -> is.test(parameter) && parameter.getCredentialsId() != null)
                .findFirst()
                .map(parameter -> new OfferedTeam(job, parameter.getCredentialsId()))
                .orElse(null);
    }

    /** Waits for the team. If the team is not available in time, the suggestions contain the reason. */
    TeamSuggestions await(Duration limit) {
        String unavailable;
        try {
            DoubleTickClient client = DoubleTickClientProvider.get().client();
            return new TeamSuggestions(
                    ApiKeyFinder.find(job, credentialsId)
                            .thenCompose(found -> client.team(found.key(), MAX_FAILURE_AGE))
                            .get(limit.toMillis(), TimeUnit.MILLISECONDS)
                            .team(),
                    null);
        } catch (AbortException | ExecutionException e) {
            Throwable reason = e instanceof ExecutionException ? e.getCause() : e;
            unavailable =
                    Messages.OfferedTeam_unavailable(Advice.explain(reason, Advice.Purpose.FORM, credentialsId, null));
        } catch (TimeoutException | InterruptedException e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            unavailable = Messages.OfferedTeam_late(Long.toString(limit.toSeconds()));
        }
        return new TeamSuggestions(new Team(List.of()), unavailable);
    }

    /** @throws InvalidLoginNumberException if the text is a name but does not name exactly one member */
    DoubleTickLoginNumberParameterValue createValue(String parameter, String text) {
        boolean isName = SearchText.isName(text);
        // Waits less for a number, because a number is valid without a name.
        TeamSuggestions.Choice choice =
                await(isName ? BUILD_LIMIT : CHECK_LIMIT).choose(text, job.hasPermission(Item.BUILD));
        if (!choice.members().isEmpty()) {
            return DoubleTickLoginNumberParameterValue.chosen(parameter, choice);
        }
        if (isName) {
            throw new InvalidLoginNumberException(parameter, Util.fixNull(choice.problem()));
        }
        return new DoubleTickLoginNumberParameterValue(parameter, text);
    }

    /**
     * Returns the message of the field: whom the text means, or why nobody is offered.
     *
     * @param asNumber the check of the text as a number; OK for a blank text
     */
    FormValidation check(String text, FormValidation asNumber) {
        TeamSuggestions.Choice choice = await(CHECK_LIMIT).choose(text, true);
        if (!choice.members().isEmpty()) {
            String description = choice.all(MemberText::description);
            return choice.members().stream().anyMatch(member -> member.member().owner())
                    ? FormValidation.warning(Messages.OfferedTeam_owner(description))
                    : FormValidation.ok(Messages.OfferedTeam_member(description));
        }
        // Not an error, because Jenkins can show the result of an earlier check after that of a later one.
        if (choice.isPart() || asNumber.kind == FormValidation.Kind.OK && choice.problem() != null) {
            return FormValidation.warning(choice.problem());
        }
        return SearchText.isName(text) ? FormValidation.error(choice.problem()) : asNumber;
    }

    /** Returns whether a page shows the job's own parameters. The page of a running build can show those of an input step. */
    static boolean isOfJob(@CheckForNull StaplerRequest2 page) {
        Run<?, ?> run = page == null ? null : page.findAncestorObject(Run.class);
        return page != null && page.findAncestorObject(Job.class) != null && (run == null || !run.isBuilding());
    }

    /** Returns whether the response keeps the clear number hidden. The response of the Snippet Generator would show it. */
    private static boolean hidesNumbers(@CheckForNull StaplerRequest2 page) {
        Object last = page == null ? null : page.findAncestorObject(Object.class);
        boolean isOfRun = page != null && page.findAncestorObject(AccessControlled.class) instanceof Run;
        return isOfRun || last instanceof Job || last instanceof Descriptor;
    }

    /**
     * Returns the number that a masked text stands for, from the build to rebuild or the defaults of the job and of the other
     * parameters. Returns the text itself if there is no such number or more than one, or if the response would show it.
     */
    static String unmask(StaplerRequest2 page, String text, DoubleTickLoginNumberParameterDefinition... others) {
        Run<?, ?> run = page.findAncestorObject(Run.class);
        ParametersAction again = run == null ? null : run.getAction(ParametersAction.class);
        List<ParameterValue> shown = new ArrayList<>(again == null ? List.of() : again.getAllParameters());
        Stream.concat(Stream.of(others), parameters(page.findAncestorObject(Job.class)))
                .forEach(parameter -> shown.add(parameter.getDefaultParameterValue()));
        List<String> numbers = Util.filter(shown, DoubleTickLoginNumberParameterValue.class).stream()
                .filter(number -> number.getMasked().equals(text.strip()))
                .map(DoubleTickLoginNumberParameterValue::getValue)
                .distinct()
                .toList();
        return hidesNumbers(page) && numbers.size() == 1 ? numbers.get(0) : text;
    }

    /** Checks the text of a field. Does not check a mask from another page. */
    static FormValidation check(@CheckForNull OfferedTeam team, @CheckForNull String value) {
        StaplerRequest2 page = Stapler.getCurrentRequest2();
        String sent = FormInput.sent("value", value);
        String text = unmask(page, sent);
        boolean isMask = LoginNumber.isMasked(text) && !SearchText.isName(text);
        if (FormInput.isEncrypted(sent) || isMask && !isOfJob(page)) {
            return FormValidation.ok();
        }
        FormValidation asNumber = text.isBlank() ? FormValidation.ok() : FormInput.checkClearNumber(text);
        return team == null ? asNumber : team.check(text, asNumber);
    }
}
