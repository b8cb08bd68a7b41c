package io.jenkins.plugins.doubletick;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.ExtensionList;
import hudson.ExtensionPoint;
import hudson.model.Job;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Receives the result of each request with an API key. The plugin's monitor finds refused keys in this way. */
@Restricted(NoExternalUse.class)
public abstract class ApiKeyListener implements ExtensionPoint {

    private static final Logger LOGGER = Logger.getLogger(ApiKeyListener.class.getName());

    /**
     * What a key was used for.
     *
     * @param job the job whose build used the key; null for the default credential
     * @param run null for a check of the key
     * @param isLogout whether the request needs the permission to log out members
     */
    public record Use(
            ApiKeyFinder.Found found,
            @CheckForNull Job<?, ?> job,
            @CheckForNull Run<?, ?> run,
            boolean isLogout) {}

    /**
     * Called on a thread of the client. Must not block.
     *
     * @param failure null if the request succeeded
     */
    public abstract void onAnswer(Use use, @CheckForNull DoubleTickException failure);

    /**
     * Reports the result of a request to all listeners.
     *
     * @param failure null for a success; ignored unless it is a {@link DoubleTickException}
     */
    public static void report(Use use, @CheckForNull Throwable failure) {
        Throwable cause = failure == null ? null : Lane.cause(failure);
        if (cause != null && !(cause instanceof DoubleTickException)) {
            return;
        }
        try {
            for (ApiKeyListener listener : ExtensionList.lookup(ApiKeyListener.class)) {
                listener.onAnswer(use, (DoubleTickException) cause);
            }
        } catch (RuntimeException | Error e) { // A listener must not fail a logout.
            LOGGER.log(Level.WARNING, "Cannot report the result of a request with an API key", e);
        }
    }
}
