package io.jenkins.plugins.doubletick.parameter;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.cli.BuildCommand;
import hudson.cli.CLICommand;
import hudson.model.Item;
import hudson.model.Job;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Run;
import hudson.util.FormValidation;
import io.jenkins.plugins.doubletick.LoginNumberFormValidation;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import io.jenkins.plugins.doubletick.client.Team;
import io.jenkins.plugins.doubletick.client.TeamMember;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.kohsuke.stapler.Stapler;
import org.kohsuke.stapler.StaplerRequest2;

/** The team that a job's parameter offers: that of the credential that the job's stored parameter names. */
final class OfferedTeam {

    /** How long a request waits for the team: a little longer than all tries take that fail at once. */
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Job<?, ?> job;
    private final String credentialsId;
    private final boolean waits;

    private OfferedTeam(Job<?, ?> job, String credentialsId, boolean waits) {
        this.job = job;
        this.credentialsId = credentialsId;
        this.waits = waits;
    }

    /** Returns what a form may offer to its user; null for nothing, which is all that those see who may not build. */
    @CheckForNull
    static OfferedTeam inForm(@CheckForNull Job<?, ?> job, String parameter) {
        return job == null || !job.hasPermission(Item.BUILD) ? null : of(job, stored(job, parameter), true);
    }

    /** Returns what a parameter offers to the form, REST or CLI request for a build of its job; null for nothing. */
    @CheckForNull
    static OfferedTeam ofRequest(DoubleTickLoginNumberParameterDefinition definition) {
        Job<?, ?> job = jobOfPage();
        if (job == null && CLICommand.getCurrent() instanceof BuildCommand command) {
            job = command.job;
        }
        // Another job's request can cause a build of this one, whose team need not be the same.
        return job != null && stored(job, definition.getName()) == definition ? of(job, definition, true) : null;
    }

    /** Returns what a job's parameter offers to whoever must not wait; null for nothing. */
    @CheckForNull
    static OfferedTeam withoutWaiting(Job<?, ?> job, DoubleTickLoginNumberParameterDefinition definition) {
        return of(job, definition, false);
    }

    @CheckForNull
    private static OfferedTeam of(
            Job<?, ?> job, @CheckForNull DoubleTickLoginNumberParameterDefinition stored, boolean waits) {
        return stored == null || stored.getCredentialsId() == null
                ? null
                : new OfferedTeam(job, stored.getCredentialsId(), waits);
    }

    @CheckForNull
    private static Job<?, ?> jobOfPage() {
        StaplerRequest2 request = Stapler.getCurrentRequest2();
        return request == null ? null : request.findAncestorObject(Job.class);
    }

    @CheckForNull
    private static DoubleTickLoginNumberParameterDefinition stored(Job<?, ?> job, String parameter) {
        ParametersDefinitionProperty parameters = job.getProperty(ParametersDefinitionProperty.class);
        return parameters != null
                        && parameters.getParameterDefinition(parameter)
                                instanceof DoubleTickLoginNumberParameterDefinition stored
                ? stored
                : null;
    }

    /**
     * Begins to ask for the team that a form offers, and returns at once.
     *
     * @return whether it offers one
     */
    static boolean prepareFor(DoubleTickLoginNumberParameterDefinition shown) {
        OfferedTeam team = inForm(jobOfPage(), shown.getName());
        // What is shown may be a copy of the job's own parameter, with the number of a build that is built again.
        if (team == null || !team.credentialsId.equals(shown.getCredentialsId()) || isPageOfRunningBuild()) {
            return false;
        }
        TeamProvider.get().ask(team.job, team.credentialsId);
        return true;
    }

    /** Tells whether an input step may have the parameter that is shown, which may look like the job's own. */
    private static boolean isPageOfRunningBuild() {
        Run<?, ?> run = Stapler.getCurrentRequest2().findAncestorObject(Run.class);
        return run != null && run.isBuilding();
    }

    /** @throws AbortException says why the team is not known, and what to do */
    @NonNull
    private Team await() throws AbortException {
        CompletableFuture<Team> team = TeamProvider.get().ask(job, credentialsId);
        try {
            return team.get(waits ? LIMIT.toMillis() : 0, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new AbortException(
                    Messages.OfferedTeam_unavailable(TeamProvider.explain(e.getCause(), credentialsId)));
        } catch (TimeoutException e) {
            throw new AbortException(
                    waits ? Messages.OfferedTeam_late(LIMIT.toSeconds()) : Messages.OfferedTeam_notYet());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AbortException(Messages.OfferedTeam_notYet());
        }
    }

    /** Tells whether the team is there, without asking for it. */
    boolean isKnown() {
        return TeamProvider.get().getNow(job, credentialsId) != null;
    }

    /** Finds whom a number belongs to; null if that is nobody, or not known soon: a number is good without a name. */
    @CheckForNull
    TeamMember find(LoginNumber number) {
        try {
            Team team = waits ? await() : TeamProvider.get().getNow(job, credentialsId);
            return team == null ? null : team.find(number);
        } catch (AbortException e) {
            return null;
        }
    }

    /** Finds the member that a text means. Names others only in the answer to a request of somebody who may build. */
    TeamSuggestions.Choice choose(String text) {
        try {
            return new TeamSuggestions(await()).choose(text, waits && job.hasPermission(Item.BUILD));
        } catch (AbortException e) {
            return new TeamSuggestions.Choice(null, e.getMessage());
        }
    }

    /** Returns the suggestions for a text that somebody types. */
    List<String> search(String text) {
        try {
            return new TeamSuggestions(await()).search(text);
        } catch (AbortException e) {
            return List.of(); // The check of the field says why.
        }
    }

    /**
     * Says beneath the field whom its text means.
     *
     * @param team null if no member can be named
     */
    static FormValidation check(@CheckForNull OfferedTeam team, String text) {
        boolean isName = team != null && TeamSuggestions.isName(text);
        if (LoginNumber.isMasked(text) && !isName) {
            return FormValidation.ok(); // The form itself has filled it in.
        }
        FormValidation asNumber = LoginNumberFormValidation.check(text);
        if (team == null || !isName && asNumber.kind == FormValidation.Kind.ERROR) {
            return asNumber;
        }
        try {
            TeamSuggestions.Choice choice = new TeamSuggestions(team.await()).choose(text, true);
            TeamMember member = choice.member();
            if (member == null) {
                return isName ? FormValidation.error(choice.problem()) : FormValidation.warning(choice.problem());
            }
            String description = TeamSuggestions.describe(member);
            return member.owner()
                    ? FormValidation.warning(Messages.OfferedTeam_owner(description))
                    : FormValidation.ok(Messages.OfferedTeam_member(description));
        } catch (AbortException e) {
            return FormValidation.warning(e.getMessage());
        }
    }
}
