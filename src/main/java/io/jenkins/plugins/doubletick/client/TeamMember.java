package io.jenkins.plugins.doubletick.client;

import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * A member of the team, as {@code GET /team} describes one. The texts are one short line each, without control
 * characters; they are DoubleTick's words, so a view has to escape them.
 *
 * @param id DoubleTick's id of the member; empty if it has none
 * @param name empty if it has none
 * @param email null if it has none
 * @param role the name of the member's role, such as {@code Agent}; null if it has none
 * @param owner whether the member is the owner of the organisation
 * @param loginNumber null if the member has no phone number, or one that is no login number
 */
@Restricted(NoExternalUse.class)
public record TeamMember(String id, String name, String email, String role, boolean owner, LoginNumber loginNumber) {}
