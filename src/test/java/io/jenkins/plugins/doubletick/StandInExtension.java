package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.CredentialsStore;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.domains.Domain;
import hudson.model.ModelObject;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import java.util.List;
import jenkins.model.Jenkins;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The stand-in for the DoubleTick API, to which the plugin sends its requests in a test. The waits are short. */
public final class StandInExtension implements BeforeEachCallback, AfterEachCallback {

    public static final String CREDENTIALS_ID = "doubletick";

    private DoubleTickStandIn standIn;

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        standIn = new DoubleTickStandIn(0);
        use(standIn.url());
        System.setProperty(DoubleTickClientProvider.FIRST_WAIT_PROPERTY, "2");
    }

    @Override
    public void afterEach(ExtensionContext context) {
        System.clearProperty(DoubleTickClientProvider.URL_PROPERTY);
        System.clearProperty(DoubleTickClientProvider.FIRST_WAIT_PROPERTY);
        standIn.close();
    }

    public static void use(String url) {
        System.setProperty(DoubleTickClientProvider.URL_PROPERTY, url);
    }

    public DoubleTickStandIn standIn() {
        return standIn;
    }

    public List<DoubleTickStandIn.Request> requests() {
        return standIn.requests();
    }

    public void assertNothingSent() {
        assertEquals(List.of(), requests());
    }

    public void assertOneLogout(String key, String number) {
        assertEquals(1, requests().size());
        DoubleTickStandIn.Request request = requests().get(0);
        assertEquals("POST /team-member/logout", request.method() + " " + request.path());
        assertEquals(key, request.authorization());
        assertEquals("application/json", request.contentType());
        assertEquals("{\"userPhoneNumber\":\"" + number.replace("+", "") + "\"}", request.body());
        assertTrue(request.userAgent().startsWith("doubletick-plugin/"));
    }

    public static DoubleTickApiKey apiKey(String id, String key) {
        return new DoubleTickApiKey(CredentialsScope.GLOBAL, id, null, Secret.fromString(key));
    }

    public static CredentialsStore storeOf(ModelObject owner) {
        return CredentialsProvider.lookupStores(owner).iterator().next();
    }

    public static void add(ModelObject owner, Domain domain, Credentials credentials) throws Exception {
        if (domain.equals(Domain.global())) {
            storeOf(owner).addCredentials(domain, credentials);
        } else {
            storeOf(owner).addDomain(domain, credentials);
        }
    }

    /** Replaces the key of the credential that is called as the default one. */
    public static void replaceKey(ModelObject owner, String key) throws Exception {
        DoubleTickApiKey replacement = apiKey(CREDENTIALS_ID, key);
        assertTrue(storeOf(owner).updateCredentials(Domain.global(), replacement, replacement));
    }

    /** For tests that share a Jenkins: no credential and no default is left. */
    public static void forgetKeys() {
        SystemCredentialsProvider.getInstance().setDomainCredentialsMap(null);
        DoubleTickConfiguration.get().setCredentialsId(null);
    }

    public static void addDefaultKey() throws Exception {
        add(Jenkins.get(), Domain.global(), apiKey(CREDENTIALS_ID, DoubleTickStandIn.KEY));
        DoubleTickConfiguration.get().setCredentialsId(CREDENTIALS_ID);
    }
}
