package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.domains.Domain;
import hudson.ExtensionList;
import hudson.model.FreeStyleProject;
import hudson.security.ACL;
import hudson.util.Secret;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.casc.misc.ConfiguredWithCode;
import io.jenkins.plugins.casc.misc.JenkinsConfiguredWithCodeRule;
import io.jenkins.plugins.casc.misc.junit.jupiter.WithJenkinsConfiguredWithCode;
import io.jenkins.plugins.casc.yaml.YamlSource;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.monitor.ApiKeyMonitor;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@WithJenkinsConfiguredWithCode
class ConfigurationAsCodeTest {

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    @Test
    @ConfiguredWithCode("casc.yaml")
    void importedKeyAndDefaultLogOut(JenkinsConfiguredWithCodeRule r) throws Exception {
        DoubleTickApiKey key = onlyKey();
        assertEquals(DoubleTickStandIn.KEY, key.getApiKey().getPlainText());
        assertEquals("doubletick", key.getId());
        assertEquals("DoubleTick account of the company", key.getDescription());
        assertEquals(CredentialsScope.GLOBAL, key.getScope());
        FreeStyleProject job = r.createFreeStyleProject();
        job.getBuildersList().add(new DoubleTickLogoutBuilder(DoubleTickStandIn.MEMBER));
        r.buildAndAssertSuccess(job);
        doubleTick.assertOneLogout(DoubleTickStandIn.KEY, DoubleTickStandIn.MEMBER);
    }

    @Test
    @ConfiguredWithCode("casc.yaml")
    void exportCanBeImportedAndHidesTheKey(JenkinsConfiguredWithCodeRule r) throws Exception {
        ByteArrayOutputStream export = new ByteArrayOutputStream();
        ConfigurationAsCode.get().export(export);
        String yaml = export.toString(StandardCharsets.UTF_8);
        assertFalse(yaml.contains(DoubleTickStandIn.KEY), yaml);
        assertTrue(yaml.contains("  doubletick:\n    credentialsId: \"doubletick\"\n"), yaml);
        Matcher apiKey =
                Pattern.compile("doubletickApiKey:\\s+apiKey: \"(\\{[^}]+})\"").matcher(yaml);
        assertTrue(apiKey.find(), yaml);
        assertEquals(DoubleTickStandIn.KEY, Secret.fromString(apiKey.group(1)).getPlainText());

        DoubleTickConfiguration.get().setCredentialsId(null);
        CredentialsProvider.lookupStores(r.jenkins).iterator().next().removeCredentials(Domain.global(), onlyKey());
        configure(yaml);
        assertEquals(DoubleTickStandIn.KEY, onlyKey().getApiKey().getPlainText());
        assertEquals("doubletick", DoubleTickConfiguration.get().getCredentialsId());
    }

    /** As docs/configuration-as-code.md says. */
    @Test
    @ConfiguredWithCode("casc.yaml")
    void monitorCanBeDisabled(JenkinsConfiguredWithCodeRule r) throws Exception {
        Matcher example = Pattern.compile("(?s)```yaml\n(jenkins:\n  disabledAdministrativeMonitors:.*?)```")
                .matcher(Files.readString(Path.of("docs/configuration-as-code.md")));
        assertTrue(example.find());
        configure(example.group(1));
        assertFalse(ExtensionList.lookupSingleton(ApiKeyMonitor.class).isEnabled());
    }

    /** An environment variable that is not set must not keep Jenkins from starting. */
    @Test
    @ConfiguredWithCode("casc.yaml")
    void unusableKeyIsLoadedAndReportedByVerifyKey(JenkinsConfiguredWithCodeRule r) throws Exception {
        configure(Files.readString(Path.of("src/test/resources/io/jenkins/plugins/doubletick/casc.yaml"))
                .replaceFirst("apiKey: .*", "apiKey: \"\""));
        assertEquals("", onlyKey().getApiKey().getPlainText());
        String shown = Forms.post(
                r,
                DoubleTickConfiguration.class,
                "verifyKey",
                "credentialsId",
                onlyKey().getId());
        assertTrue(shown.contains("The API key is blank"), shown);
    }

    private static void configure(String yaml) throws Exception {
        ConfigurationAsCode.get()
                .configureWith(YamlSource.of(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))));
    }

    private static DoubleTickApiKey onlyKey() {
        List<DoubleTickApiKey> keys =
                CredentialsProvider.lookupCredentialsInItemGroup(DoubleTickApiKey.class, null, ACL.SYSTEM2);
        assertEquals(1, keys.size());
        return keys.get(0);
    }
}
