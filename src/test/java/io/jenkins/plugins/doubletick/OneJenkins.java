package io.jenkins.plugins.doubletick;

import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.domains.Domain;
import com.cloudbees.plugins.credentials.domains.HostnameSpecification;
import hudson.model.Item;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** One Jenkins for all tests of a class. Before each of them, it has only the default key and one called "other". */
@WithJenkins
public abstract class OneJenkins extends StepJobs {

    protected static final String KEY = DoubleTickStandIn.KEY;
    protected static final String OTHER_KEY = DoubleTickStandIn.SECOND_KEY;
    protected static final String VAULT = HangingVault.PREFIX;

    /** They log an abort, or a proxy that is down, with a stack trace. Held here: a logger that nobody holds forgets its level. */
    private static final List<Logger> NOISY = List.of(
            Logger.getLogger("hudson.model.Run"),
            Logger.getLogger("io.jenkins.plugins.okhttp.api.internals.JenkinsProxySelector"));

    @RegisterExtension
    protected final StandInExtension doubleTick = new StandInExtension();

    @BeforeAll
    static void startJenkins(JenkinsRule rule) {
        r = rule;
        NOISY.forEach(logger -> logger.setLevel(Level.SEVERE));
    }

    @BeforeEach
    void addKeysAndLockVault() throws Exception {
        StandInExtension.forgetKeys();
        StandInExtension.addDefaultKey();
        add(StandInExtension.apiKey("other", OTHER_KEY));
        HangingVault.reset();
    }

    @AfterEach
    void openVault() {
        HangingVault.release();
    }

    protected static Credentials secretText(String id, String key) {
        return new StringCredentialsImpl(CredentialsScope.GLOBAL, id, null, Secret.fromString(key));
    }

    /** Adds keys that no build can use: one with the scope System, and one for another host. */
    protected static void addUnusableKeys(String system, String elsewhere) throws Exception {
        add(new DoubleTickApiKey(CredentialsScope.SYSTEM, system, null, Secret.fromString(KEY)));
        Domain domain = new Domain("elsewhere", null, List.of(new HostnameSpecification("example.com", null)));
        StandInExtension.add(r.jenkins, domain, StandInExtension.apiKey(elsewhere, KEY));
    }

    protected static void setOptionalPermissionsEnabled(boolean enabled) {
        List.of(Item.EXTENDED_READ, CredentialsProvider.USE_ITEM, Jenkins.MANAGE, Jenkins.SYSTEM_READ)
                .forEach(permission -> permission.setEnabled(enabled));
    }
}
