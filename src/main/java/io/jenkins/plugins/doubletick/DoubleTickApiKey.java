package io.jenkins.plugins.doubletick;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.impl.BaseStandardCredentials;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.util.FormValidation;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.client.ApiKey;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import java.io.Serial;
import org.jenkinsci.Symbol;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/**
 * The API key of a DoubleTick account. It has a type of its own, so that the Credentials page can say where the key is
 * found, and is a {@link StringCredentials}, so that {@code withCredentials([string(…)])} takes it, too.
 */
public final class DoubleTickApiKey extends BaseStandardCredentials implements StringCredentials {

    @Serial
    private static final long serialVersionUID = 1L;

    @CheckForNull
    private final Secret apiKey;

    /** @param apiKey the key as DoubleTick shows it; white space around it is dropped, and none is a blank one */
    @DataBoundConstructor
    public DoubleTickApiKey(
            @CheckForNull CredentialsScope scope,
            @CheckForNull String id,
            @CheckForNull String description,
            @CheckForNull Secret apiKey) {
        super(scope, id, description);
        this.apiKey = Secret.fromString(Secret.toString(apiKey).strip());
    }

    /** Returns a blank key where none is stored, which is refused with a text that says so. */
    @NonNull
    public Secret getApiKey() {
        return apiKey == null ? Secret.fromString("") : apiKey;
    }

    @NonNull
    @Override
    public Secret getSecret() {
        return getApiKey();
    }

    /** Describes the kind of credential to the Credentials page. */
    @Extension
    @Symbol("doubletickApiKey")
    public static final class DescriptorImpl extends BaseStandardCredentialsDescriptor {

        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.DoubleTickApiKey_displayName();
        }

        @Override
        public String getDescription() {
            return Messages.DoubleTickApiKey_description();
        }

        @Override
        public String getIconClassName() {
            return "symbol-key";
        }

        /**
         * Checks what was typed, so anybody may call it. Says nothing of a saved key, which comes back encrypted: whoever
         * has seen somebody's encrypted key could have it judged here.
         */
        @POST
        @Restricted(DoNotUse.class)
        @SuppressWarnings("lgtm[jenkins/no-permission-check]")
        public FormValidation doCheckApiKey(@QueryParameter String value) {
            String sent = FormInput.sent("value", value);
            if (FormInput.isEncrypted(sent)) {
                return FormValidation.ok();
            }
            try {
                String key = ApiKey.parse(sent).value();
                if (key.length() > ApiKey.DOCUMENTED_LENGTH) {
                    return FormValidation.warning(
                            Messages.DoubleTickApiKey_long(key.length(), ApiKey.DOCUMENTED_LENGTH));
                }
                return key.equals(sent)
                        ? FormValidation.ok()
                        : FormValidation.warning(Messages.DoubleTickApiKey_padded());
            } catch (DoubleTickException e) {
                return FormValidation.error(e.getMessage());
            }
        }
    }
}
