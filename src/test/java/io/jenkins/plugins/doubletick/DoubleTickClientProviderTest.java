package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.AbortException;
import hudson.model.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

class DoubleTickClientProviderTest extends StepJobs {

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    @Test
    void addressIsDoubleTicksWithoutTheProperty() throws Exception {
        System.clearProperty(DoubleTickClientProvider.URL_PROPERTY);
        assertEquals(
                "https://public.doubletick.io/", DoubleTickClientProvider.url().toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://gateway.example.com/doubletick",
                "http://localhost:8081",
                "http://127.0.0.1:8081",
                "http://127.1.2.3",
                "http://[::1]:8081/api"
            })
    void propertyTakesHttpsAndLoopbackAddresses(String url) throws Exception {
        StandInExtension.use(url);
        assertTrue(DoubleTickClientProvider.url().toString().startsWith(url));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://public.doubletick.io",
                "http://localhost.example.com",
                "http://127.0.0.1.example.com",
                "http://10.0.0.1",
                "ftp://localhost",
                "localhost:8081",
                "nonsense"
            })
    void propertyRefusesEverythingElse(String url) {
        StandInExtension.use(url);
        assertThrows(AbortException.class, DoubleTickClientProvider::url);
    }

    @Test
    @WithJenkins
    void nothingIsSentToARefusedAddress(JenkinsRule rule) throws Exception {
        r = rule;
        StandInExtension.addDefaultKey();
        StandInExtension.use(doubleTick.standIn().url().replace("127.0.0.1", "0.0.0.0"));
        StandInExtension.assertLog(
                "The Java system property io.jenkins.plugins.doubletick.apiUrl of the Jenkins controller must be an https"
                        + " URL, or http on a loopback address. Nothing was sent.",
                build(Result.FAILURE, logout(MEMBER)));
        doubleTick.assertNothingSent();
    }
}
