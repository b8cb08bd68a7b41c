package io.jenkins.plugins.doubletick.monitor;

import hudson.Extension;
import hudson.model.Item;
import hudson.model.listeners.ItemListener;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Tells {@link ApiKeyWatch} of folders and jobs that are renamed or moved. Jenkins tells of everything in them, too. */
@Extension
@Restricted(NoExternalUse.class)
public final class MovedItemListener extends ItemListener {

    @Override
    public void onLocationChanged(Item item, String oldFullName, String newFullName) {
        ApiKeyWatch.get().move(oldFullName, newFullName);
    }
}
