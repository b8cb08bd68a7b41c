package io.jenkins.plugins.doubletick.monitor;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.XmlFile;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;

/**
 * The credentials whose API key DoubleTick refuses, stored in {@code io.jenkins.plugins.doubletick.ApiKeyRefusals.xml} in
 * {@code JENKINS_HOME} while there are any. One thread at a time changes it.
 */
final class ApiKeyRefusals {

    private static final Logger LOGGER = Logger.getLogger(ApiKeyRefusals.class.getName());

    /**
     * The most refusals that are kept for folders, because whoever may create credentials there could fill the disk. Those
     * of Jenkins's own store are always kept.
     */
    private static final int MAX = 100;

    static {
        Jenkins.XSTREAM2.alias("doubletickApiKeyRefusals", ApiKeyRefusals.class);
        Jenkins.XSTREAM2.alias("doubletickApiKeyRefusal", ApiKeyRefusal.class);
    }

    private final CopyOnWriteArrayList<ApiKeyRefusal> refusals = new CopyOnWriteArrayList<>();

    /** Reads the file. If that fails, the next logout or check finds out again. */
    static ApiKeyRefusals load() {
        ApiKeyRefusals loaded = new ApiKeyRefusals();
        try {
            XmlFile file = file();
            if (file.exists()) {
                file.unmarshal(loaded);
            }
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, "Cannot load which API keys DoubleTick refuses", e);
        }
        return loaded;
    }

    private static XmlFile file() {
        return new XmlFile(
                Jenkins.XSTREAM2, new File(Jenkins.get().getRootDir(), ApiKeyRefusals.class.getName() + ".xml"));
    }

    List<ApiKeyRefusal> list() {
        return List.copyOf(refusals);
    }

    boolean isAbout(String credentialsId) {
        return refusals.stream().anyMatch(refusal -> credentialsId.equals(refusal.getCredentialsId()));
    }

    @CheckForNull
    ApiKeyRefusal get(String folder, String credentialsId) {
        return refusals.stream()
                .filter(refusal -> refusal.isAbout(folder, credentialsId))
                .findFirst()
                .orElse(null);
    }

    /** @param earlier the one that it replaces; null if it is the first one of its credential */
    void put(ApiKeyRefusal refusal, @CheckForNull ApiKeyRefusal earlier) {
        if (refusals.remove(earlier)
                || refusals.size() < MAX
                || refusal.getFolder().isEmpty()) {
            refusals.add(refusal);
            save();
        }
    }

    void removeIf(Predicate<ApiKeyRefusal> gone) {
        if (refusals.removeIf(gone)) {
            save();
        }
    }

    /** Follows a folder or job to its new name. */
    void move(String oldFullName, String newFullName) {
        refusals.replaceAll(refusal -> refusal.moved(oldFullName, newFullName));
        save();
    }

    private void save() {
        try {
            if (refusals.isEmpty()) {
                file().delete();
            } else {
                file().write(this);
            }
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, "Cannot save which API keys DoubleTick refuses", e);
        }
    }
}
