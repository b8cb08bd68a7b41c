package io.jenkins.plugins.doubletick.monitor;

import io.jenkins.plugins.doubletick.Advice;
import io.jenkins.plugins.doubletick.StoredApiKey;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Util;
import hudson.model.Item;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import java.util.Date;
import jenkins.model.Jenkins;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.springframework.security.access.AccessDeniedException;

/** DoubleTick's refusal of a credential's API key, as it is stored and shown: with nothing of the key. */
@Restricted(NoExternalUse.class)
public final class ApiKeyRefusal {

    private final String credentialsId;
    private final String folder;
    private final String page;
    private final String answer;
    private final long since;
    private final String build;

    /**
     * @param build null for a check of the key
     * @param earlier the refusal that this one follows; null if it is the first one
     */
    ApiKeyRefusal(
            StoredApiKey key,
            DoubleTickException failure,
            @CheckForNull Run<?, ?> build,
            @CheckForNull ApiKeyRefusal earlier) {
        credentialsId = key.credential().getId();
        folder = Util.fixEmpty(key.folder());
        page = key.page();
        answer = failure.getMessage();
        since = earlier == null ? System.currentTimeMillis() : earlier.since;
        this.build = build != null ? build.getExternalizableId() : earlier == null ? null : earlier.build;
    }

    private ApiKeyRefusal(ApiKeyRefusal original, @CheckForNull String folder, @CheckForNull String build) {
        credentialsId = original.credentialsId;
        this.folder = folder;
        page = original.page;
        answer = original.answer;
        since = original.since;
        this.build = build;
    }

    /** Returns it for the time after a folder or job was renamed or moved; itself if that makes no difference. */
    ApiKeyRefusal moved(String oldFullName, String newFullName) {
        boolean isFolder = oldFullName.equals(folder);
        boolean isJob = build != null && build.startsWith(oldFullName + "#");
        return isFolder || isJob
                ? new ApiKeyRefusal(
                        this,
                        isFolder ? newFullName : folder,
                        isJob ? newFullName + build.substring(oldFullName.length()) : build)
                : this;
    }

    /** Whether it is about the credential with this ID in the store of this folder. */
    boolean isAbout(String folder, String credentialsId) {
        return folder.equals(getFolder()) && credentialsId.equals(this.credentialsId);
    }

    public String getCredentialsId() {
        return credentialsId;
    }

    /** The full name of the folder in whose store the credential is; empty for Jenkins's own store. */
    @NonNull
    public String getFolder() {
        return Util.fixNull(folder);
    }

    /** The credential's page, below Jenkins's URL; null if there is none, or none that the user may see. */
    @CheckForNull
    public String getUrl() {
        if (page == null) {
            return null;
        }
        if (folder == null) {
            return "manage/" + page;
        }
        try {
            Item item = Jenkins.get().getItemByFullName(folder);
            return item == null ? null : item.getUrl() + page;
        } catch (AccessDeniedException e) {
            return null;
        }
    }

    /** What DoubleTick answered. */
    public String getAnswer() {
        return answer;
    }

    /** Whether the key is good but lacks a permission. */
    public boolean isMissingPermission() {
        return Advice.isMissingPermission(answer);
    }

    /** When the key was refused first. */
    public Date getSince() {
        return new Date(since);
    }

    /** The build that met it last; null if there is none any more, or none that the user may see. */
    @CheckForNull
    public Run<?, ?> getBuild() {
        try {
            return build == null ? null : Run.fromExternalizableId(build);
        } catch (AccessDeniedException | IllegalArgumentException e) {
            return null;
        }
    }
}
