package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.CredentialsStore;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.domains.Domain;
import hudson.model.ModelObject;
import hudson.model.Run;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import java.util.List;
import jenkins.model.Jenkins;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.jvnet.hudson.test.JenkinsRule;

/**
 * The stand-in for the DoubleTick API, to which the plugin sends its requests during a test. The waits between tries are
 * short.
 */
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

    public static void addGlobally(Credentials credentials) throws Exception {
        add(Jenkins.get(), Domain.global(), credentials);
    }

    public static CredentialsStore storeOf(ModelObject owner) {
        return CredentialsProvider.lookupStores(owner).iterator().next();
    }

    public static void add(ModelObject owner, Domain domain, Credentials credentials) throws Exception {
        CredentialsStore found = storeOf(owner);
        if (domain.equals(Domain.global())) {
            found.addCredentials(domain, credentials);
        } else {
            found.addDomain(domain, credentials);
        }
    }

    /** For tests that share a Jenkins: no credential and no default is left. */
    public static void forgetKeys() {
        SystemCredentialsProvider.getInstance().setDomainCredentialsMap(null);
        DoubleTickConfiguration.get().setCredentialsId(null);
    }

    public static void addDefaultKey() throws Exception {
        addGlobally(apiKey(CREDENTIALS_ID, DoubleTickStandIn.KEY));
        DoubleTickConfiguration.get().setCredentialsId(CREDENTIALS_ID);
    }

    /** The log has the line, and neither a stack trace nor the key nor a clear number. */
    public static void assertLog(String line, Run<?, ?> build) throws Exception {
        String log = JenkinsRule.getLog(build);
        assertTrue(log.lines().anyMatch(l -> l.contains(line)), "No line '" + line + "' in:\n" + log);
        assertFalse(log.contains("\tat "), "Stack trace in:\n" + log);
        assertFalse(log.contains(DoubleTickStandIn.KEY), "Key in:\n" + log);
        String withoutExamples = log.replaceAll(
                "(such as |Use |loginNumber: ')\\+919876543210( instead of 00919876543210 or 09876543210)?", "");
        assertFalse(withoutExamples.contains("9876543210"), "Number in:\n" + log);
    }
}
