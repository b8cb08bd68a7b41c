package io.jenkins.plugins.doubletick;

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
import org.junit.jupiter.api.Assertions;
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

    /** Lets the plugin send its requests somewhere else. */
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
        Assertions.assertEquals(List.of(), requests());
    }

    /** Exactly one request, right in every part. */
    public void assertOneLogout(String key, String number) {
        Assertions.assertEquals(1, requests().size());
        DoubleTickStandIn.Request request = requests().get(0);
        Assertions.assertEquals("POST", request.method());
        Assertions.assertEquals("/team-member/logout", request.path());
        Assertions.assertEquals(key, request.authorization());
        Assertions.assertEquals("application/json", request.contentType());
        Assertions.assertEquals("{\"userPhoneNumber\":\"" + number.replace("+", "") + "\"}", request.body());
        Assertions.assertTrue(
                request.userAgent().startsWith("doubletick-plugin/"), "User-Agent: " + request.userAgent());
    }

    public static DoubleTickApiKey apiKey(String id, String key) {
        return new DoubleTickApiKey(CredentialsScope.GLOBAL, id, null, Secret.fromString(key));
    }

    public static void addGlobally(Credentials credentials) throws Exception {
        add(Jenkins.get(), Domain.global(), credentials);
    }

    public static void add(ModelObject store, Domain domain, Credentials credentials) throws Exception {
        CredentialsStore found =
                CredentialsProvider.lookupStores(store).iterator().next();
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

    /** The key that the stand-in accepts, as the global default. */
    public static void addDefaultKey() throws Exception {
        addGlobally(apiKey(CREDENTIALS_ID, DoubleTickStandIn.KEY));
        DoubleTickConfiguration.get().setCredentialsId(CREDENTIALS_ID);
    }

    /** For tests that share a Jenkins: no other credential is left. */
    public static void onlyDefaultKey() throws Exception {
        forgetKeys();
        addDefaultKey();
    }

    /** The log has the line, and neither a stack trace nor the key nor a clear number. */
    public static void assertLog(String line, Run<?, ?> build) throws Exception {
        String log = JenkinsRule.getLog(build);
        Assertions.assertTrue(log.lines().anyMatch(l -> l.contains(line)), "No line '" + line + "' in:\n" + log);
        Assertions.assertFalse(log.contains("\tat "), "Stack trace in:\n" + log);
        Assertions.assertFalse(log.contains(DoubleTickStandIn.KEY), "Key in:\n" + log);
        String withoutExamples = log.replaceAll(
                "(such as |Use |loginNumber: ')\\+919876543210( instead of 00919876543210 or 09876543210)?", "");
        Assertions.assertFalse(withoutExamples.contains("9876543210"), "Number in:\n" + log);
    }
}
