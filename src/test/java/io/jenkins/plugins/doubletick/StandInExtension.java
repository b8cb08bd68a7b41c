package io.jenkins.plugins.doubletick;

import io.jenkins.plugins.doubletick.parameter.TeamProvider;

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
import io.jenkins.plugins.doubletick.client.RetryPolicy;
import io.jenkins.plugins.doubletick.client.TeamCache;
import java.time.Duration;
import java.util.List;
import jenkins.model.Jenkins;
import jenkins.util.Timer;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.BeforeTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.jvnet.hudson.test.JenkinsRule;

/**
 * The stand-in for the DoubleTick API, at which the plugin of the test's Jenkins is pointed. A Jenkins that runs when the
 * test begins has short waits between tries until the test ends.
 */
public final class StandInExtension implements BeforeEachCallback, BeforeTestExecutionCallback, AfterEachCallback {

    public static final String CREDENTIALS_ID = "doubletick";

    private DoubleTickStandIn standIn;

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        standIn = new DoubleTickStandIn(0);
        use(standIn.url());
    }

    @Override
    public void beforeTestExecution(ExtensionContext context) {
        setPolicy(fast(RetryPolicy.DEFAULT.callTimeout()));
        if (Jenkins.getInstanceOrNull() != null) { // A slow test must not outlive the team.
            TeamProvider.get().teams = new TeamCache(Timer.get(), Duration.ofMinutes(10), TeamProvider.FAILURE_KEPT);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        System.clearProperty(DoubleTickClientProvider.URL_PROPERTY);
        setPolicy(RetryPolicy.DEFAULT);
        standIn.close();
    }

    private static RetryPolicy fast(Duration callTimeout) {
        return new RetryPolicy(
                4, Duration.ofMillis(2), Duration.ofSeconds(60), Duration.ofSeconds(2), callTimeout, 1000);
    }

    private static void setPolicy(RetryPolicy policy) {
        if (Jenkins.getInstanceOrNull() != null) {
            DoubleTickClientProvider.get().use(policy);
        }
    }

    /** Points the plugin somewhere else. */
    public static void use(String url) {
        use(url, RetryPolicy.DEFAULT.callTimeout());
    }

    /** @param callTimeout how long a request may take */
    public static void use(String url, Duration callTimeout) {
        use(url, fast(callTimeout));
    }

    public static void use(String url, RetryPolicy policy) {
        System.setProperty(DoubleTickClientProvider.URL_PROPERTY, url);
        setPolicy(policy);
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
                "such as \\+919876543210|with 0: \\+919876543210, not 00919876543210 or 09876543210|loginNumber: '\\+919876543210'",
                "");
        Assertions.assertFalse(withoutExamples.contains("9876543210"), "Number in:\n" + log);
    }
}
