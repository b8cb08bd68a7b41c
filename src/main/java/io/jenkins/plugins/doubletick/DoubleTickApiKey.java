package io.jenkins.plugins.doubletick;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.impl.BaseStandardCredentials;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Failure;
import hudson.util.FormValidation;
import hudson.util.HttpResponses;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.client.ApiKey;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.util.Map;
import net.sf.json.JSONObject;
import org.jenkinsci.Symbol;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundResolvable;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.StaplerResponse2;
import org.kohsuke.stapler.verb.POST;

/**
 * The API key of a DoubleTick account. This is a separate type so that the Credentials page can say where DoubleTick shows the
 * key, and a {@link StringCredentials} so that {@code withCredentials([string(…)])} accepts it.
 */
public final class DoubleTickApiKey extends BaseStandardCredentials implements StringCredentials, DataBoundResolvable {

    @Serial
    private static final long serialVersionUID = 1L;

    @CheckForNull
    private final Secret apiKey;

    /**
     * Accepts an unusable key, too: an exception would keep Jenkins from starting with configuration as code.
     *
     * @param apiKey the key as DoubleTick shows it; white space around it is removed
     */
    @DataBoundConstructor
    public DoubleTickApiKey(
            @CheckForNull CredentialsScope scope,
            @CheckForNull String id,
            @CheckForNull String description,
            @CheckForNull Secret apiKey) {
        super(scope, id, description);
        this.apiKey = Secret.fromString(Secret.toString(apiKey).strip());
    }

    /**
     * Refuses an unusable key when a form is saved.
     *
     * @throws Failure says why the text cannot be used as an API key
     */
    @Override
    public Object bindResolve(StaplerRequest2 request, JSONObject form) {
        try {
            ApiKey.parse(getApiKey().getPlainText());
            return this;
        } catch (DoubleTickException e) {
            throw new UnusableKeyFailure(e.getMessage());
        }
    }

    @NonNull
    public Secret getApiKey() {
        return apiKey == null ? Secret.fromString("") : apiKey;
    }

    @NonNull
    @Override
    public Secret getSecret() {
        return getApiKey();
    }

    /** The dialog of the credentials plugin reads JSON, and would not show the sentence of Jenkins's error page. */
    private static final class UnusableKeyFailure extends Failure {

        @Serial
        private static final long serialVersionUID = 1L;

        UnusableKeyFailure(String message) {
            super(message + ".");
        }

        @Override
        public void generateResponse(StaplerRequest2 req, StaplerResponse2 rsp, Object node)
                throws IOException, ServletException {
            String accepted = req.getHeader("Accept");
            if (accepted != null && accepted.contains("application/json")) {
                rsp.setStatus(HttpServletResponse.SC_BAD_REQUEST);
                HttpResponses.okJSON(Map.of("message", getMessage(), "notificationType", "ERROR"))
                        .generateResponse(req, rsp, node);
            } else {
                super.generateResponse(req, rsp, node);
            }
        }
    }

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

        /** Checks the key from the form. Anybody may call this method, because it does not decrypt a saved key. */
        @POST
        @Restricted(DoNotUse.class)
        @SuppressWarnings("lgtm[jenkins/no-permission-check]")
        public FormValidation doCheckApiKey(@QueryParameter String value) {
            String sent = FormInput.sent("value", value);
            if (sent.isEmpty() || FormInput.isEncrypted(sent)) {
                return FormValidation.ok(); // The user has not typed anything yet.
            }
            try {
                String key = ApiKey.parse(sent).value();
                if (key.length() > ApiKey.DOCUMENTED_LENGTH) {
                    return FormValidation.warning(Messages.DoubleTickApiKey_long(
                            Integer.toString(key.length()), Integer.toString(ApiKey.DOCUMENTED_LENGTH)));
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
