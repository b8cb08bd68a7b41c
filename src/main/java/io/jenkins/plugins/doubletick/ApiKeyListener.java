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

/** Is told how each request with an API key ended. This is how the plugin's API key monitor notices refused keys. */
@Restricted(NoExternalUse.class)
public abstract class ApiKeyListener implements ExtensionPoint {

    private static final Logger LOGGER = Logger.getLogger(ApiKeyListener.class.getName());

    /**
     * Says what a key was used for.
     *
     * @param job the job whose build used the key; null for the default credential
     * @param run null for a check of the key
     * @param isLogout whether the answer tells of the permission to log out, too
     */
    public record Use(
            ApiKeyFinder.Found found,
            @CheckForNull Job<?, ?> job,
            @CheckForNull Run<?, ?> run,
            boolean isLogout) {}

    /**
     * Is called on a thread of the client: must not block.
     *
     * @param failure null if DoubleTick answered as hoped
     */
    public abstract void onAnswer(Use use, @CheckForNull DoubleTickException failure);

    /**
     * Tells all listeners how a request ended.
     *
     * @param failure null for a success; ignored unless DoubleTick's client reports it
     */
    public static void tell(Use use, @CheckForNull Throwable failure) {
        Throwable cause = failure == null ? null : Lane.cause(failure);
        if (cause != null && !(cause instanceof DoubleTickException)) {
            return;
        }
        try {
            for (ApiKeyListener listener : ExtensionList.lookup(ApiKeyListener.class)) {
                listener.onAnswer(use, (DoubleTickException) cause);
            }
        } catch (RuntimeException | Error e) { // No reason to fail a logout.
            LOGGER.log(Level.WARNING, "Cannot note what DoubleTick answered to an API key", e);
        }
    }
}
