package io.jenkins.plugins.doubletick.parameter;

import io.jenkins.plugins.doubletick.client.LoginNumber;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import io.jenkins.plugins.doubletick.client.Team;
import io.jenkins.plugins.doubletick.client.TeamMember;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.sf.json.JSONObject;

/** Teams: as the client returns them, and as DoubleTick lists them. */
final class Teams {

    private Teams() {}

    /** @param number digits; null for a member without a login number */
    static TeamMember member(String name, String number, String email, String role) {
        return new TeamMember("id", name, email, role, false, number == null ? null : LoginNumber.listed(number));
    }

    static Team of(int count, IntFunction<String> name) {
        return new Team(IntStream.range(0, count)
                .mapToObj(i -> member(name.apply(i), "91" + (9_000_000_000L + i), null, "Agent"))
                .toList());
    }

    static ScriptedServer.Reply listing(TeamMember... members) {
        return listing(new Team(List.of(members)));
    }

    static ScriptedServer.Reply listing(Team team) {
        return ScriptedServer.answer(
                200,
                team.members().stream()
                        .map(member -> new JSONObject()
                                .element("name", member.name())
                                .element("phone", member.loginNumber().digits())
                                .element("email", member.email())
                                .element("orgRoleName", member.role())
                                .toString())
                        .collect(Collectors.joining(",", "{\"data\":[", "]}")));
    }
}
