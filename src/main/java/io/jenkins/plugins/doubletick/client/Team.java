package io.jenkins.plugins.doubletick.client;

import java.util.List;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** The members of the team that an API key belongs to, in DoubleTick's order. */
@Restricted(NoExternalUse.class)
public record Team(List<TeamMember> members) {

    public static final int MAX_MEMBERS = 10_000;

    public Team {
        members = List.copyOf(members);
    }

    /** Returns the members who log in with a number: nobody, one, or several who share it. */
    public List<TeamMember> withNumber(LoginNumber number) {
        return members.stream()
                .filter(member -> number.equals(member.loginNumber()))
                .toList();
    }
}
