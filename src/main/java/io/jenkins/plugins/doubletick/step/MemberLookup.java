package io.jenkins.plugins.doubletick.step;

import io.jenkins.plugins.doubletick.Advice;
import io.jenkins.plugins.doubletick.ApiKeyLookup;
import io.jenkins.plugins.doubletick.monitor.ApiKeyWatch;

import hudson.AbortException;
import hudson.Util;
import io.jenkins.plugins.doubletick.client.ApiKey;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.Team;
import io.jenkins.plugins.doubletick.client.TeamMember;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Finds a member in the team by the login number. Writes no name into the log. */
final class MemberLookup extends MemberCall<Team, Map<String, Object>> {

    MemberLookup(MemberArguments arguments) {
        super(arguments);
    }

    @Override
    String firstLine() {
        return Messages.MemberLookup_start(arguments.number(), arguments.credentialsId());
    }

    @Override
    CompletableFuture<Team> send(DoubleTickClient client, ApiKey key) {
        status = "waiting for the DoubleTick team, to look up " + arguments.number();
        return client.team(key);
    }

    /** A team that was kept says nothing of the key now. A failure is never kept. */
    @Override
    CompletableFuture<Team> watch(CompletableFuture<Team> request, ApiKeyLookup.Found key) {
        return request.isDone() && !request.isCompletedExceptionally()
                ? request
                : ApiKeyWatch.watch(request, arguments.run(), key, false);
    }

    @Override
    Map<String, Object> succeed(Team team) throws AbortException {
        TeamMember member = team.find(arguments.number());
        if (member == null) {
            throw new AbortException(Messages.MemberLookup_nobody(arguments.number(), Messages.Advice_number()));
        }
        log(() -> Messages.MemberLookup_success(arguments.number()));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("name", Util.fixEmpty(member.name()));
        result.put("email", member.email());
        result.put("role", member.role());
        result.put("owner", member.owner());
        return result;
    }

    @Override
    String fail(Throwable cause, String why) {
        return Messages.MemberLookup_failure(arguments.number(), why);
    }

    @Override
    String advice(DoubleTickException failure) {
        return Advice.onTeam(failure, arguments.credentialsId(), arguments.url().host());
    }
}
