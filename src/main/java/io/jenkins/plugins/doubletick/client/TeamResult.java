package io.jenkins.plugins.doubletick.client;

import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * The answer to a request for the team.
 *
 * @param kept whether the team was kept from an earlier request, so that it says nothing about the API key now
 */
@Restricted(NoExternalUse.class)
public record TeamResult(Team team, boolean kept) {}
