package io.jenkins.plugins.doubletick.client;

import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * A member of the team, as {@code GET /team} describes one. The texts are DoubleTick's, so a view must escape them. Each
 * is one line of about 100 characters at most, without control and direction characters, and with the member's own number
 * masked.
 *
 * @param id DoubleTick's ID of the member; empty if there is none
 * @param name empty if there is none
 * @param email null if there is none
 * @param role the name of the member's role, such as {@code Agent}; null if there is none
 * @param owner whether the member owns the organisation
 * @param loginNumber null if the member has no phone number, or one that is no login number
 */
@Restricted(NoExternalUse.class)
public record TeamMember(String id, String name, String email, String role, boolean owner, LoginNumber loginNumber) {}
