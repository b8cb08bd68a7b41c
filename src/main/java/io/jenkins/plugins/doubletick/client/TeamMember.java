package io.jenkins.plugins.doubletick.client;

import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * A member of the team, as {@code GET /team} describes one. The texts are DoubleTick's, so a view must escape them. Each is
 * one line of about 100 characters at most, with the member's own number masked. The ID and the name are empty if there is
 * none, the other texts are null. The number is null if the member has no phone number, or one that is no login number.
 *
 * @param owner whether the member owns the organisation
 */
@Restricted(NoExternalUse.class)
public record TeamMember(String id, String name, String email, String role, boolean owner, LoginNumber loginNumber) {}
