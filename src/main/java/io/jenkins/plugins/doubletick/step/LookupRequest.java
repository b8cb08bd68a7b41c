package io.jenkins.plugins.doubletick.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Util;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.doubletick.Advice;
import io.jenkins.plugins.doubletick.Advice.Purpose;
import io.jenkins.plugins.doubletick.ApiKeyFinder;
import io.jenkins.plugins.doubletick.ApiKeyListener;
import io.jenkins.plugins.doubletick.DoubleTickClientProvider;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import io.jenkins.plugins.doubletick.client.TeamMember;
import io.jenkins.plugins.doubletick.client.TeamResult;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Looks up a team member by the login number. Writes no name into the log. */
final class LookupRequest extends MemberRequest<TeamResult> {

    LookupRequest(Run<?, ?> run, TaskListener listener, LoginNumber number, @CheckForNull String credentialsId) {
        super(run, listener, number, credentialsId);
    }

    @Override
    String firstLine() {
        return Messages.LookupRequest_start(number, credentialsId);
    }

    @Override
    CompletableFuture<TeamResult> send(ApiKeyFinder.Found found) throws AbortException {
        status = "waiting for the DoubleTick team, to look up " + number;
        ApiKeyListener.Use use = new ApiKeyListener.Use(found, run.getParent(), run, false);
        CompletableFuture<TeamResult> request =
                DoubleTickClientProvider.get().client().team(found.key(), Duration.ZERO);
        request.whenComplete((answer, failure) -> {
            // A kept team says nothing about the key now.
            if (failure != null || !answer.kept()) {
                ApiKeyListener.report(use, failure);
            }
        });
        return request;
    }

    @Override
    Map<String, Object> succeed(TeamResult answer) throws AbortException {
        List<TeamMember> members = answer.team().withNumber(number);
        if (members.isEmpty()) {
            throw new AbortException(Messages.LookupRequest_nobody(number, Advice.onNumber(number)));
        }
        if (members.size() > 1) {
            throw new AbortException(Messages.LookupRequest_several(number));
        }
        log(() -> Messages.LookupRequest_success(number));
        TeamMember member = members.get(0);
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("name", Util.fixEmpty(member.name()));
        result.put("email", member.email());
        result.put("role", member.role());
        result.put("owner", member.owner());
        result.put("loginNumber", number.masked());
        return result;
    }

    @Override
    String fail(Throwable cause) {
        return Messages.LookupRequest_failure(number, Advice.explain(cause, Purpose.LOOKUP, credentialsId, number));
    }

    @Override
    void abort(boolean sent) {
        // The request is read-only, so its abort needs no line in the log.
    }
}
