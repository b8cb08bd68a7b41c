package io.jenkins.plugins.doubletick.monitor;

import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.Extension;
import hudson.XmlFile;
import hudson.model.Item;
import hudson.model.Saveable;
import hudson.model.listeners.SaveableListener;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * Tells {@link ApiKeyWatch} of credentials that are deleted from Jenkins or a folder, and of deleted folders. No vault
 * tells.
 */
@Extension
@Restricted(NoExternalUse.class)
public final class DeletedCredentialsListener extends SaveableListener {

    @Override
    public void onChange(Saveable saved, XmlFile file) {
        if (saved instanceof SystemCredentialsProvider) {
            ApiKeyWatch.get().forgetDeleted(String::isEmpty);
        } else if (saved instanceof Item folder) {
            ApiKeyWatch.get().forgetDeleted(folder.getFullName()::equals);
        }
    }

    @Override
    public void onDeleted(Saveable deleted, XmlFile file) {
        if (deleted instanceof Item folder) {
            for (ApiKeyRefusal refusal : ApiKeyWatch.get().refusals().list()) {
                if (refusal.getFolder().equals(folder.getFullName())) {
                    ApiKeyWatch.get().forget(refusal.getFolder(), refusal.getCredentialsId());
                }
            }
        }
    }
}
