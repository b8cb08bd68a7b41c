package io.jenkins.plugins.doubletick.parameter;

import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.MASKED;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.NUMBER;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.definition;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.freestyleJob;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.number;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.ParameterValue;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.FinishedBuilds;
import io.jenkins.plugins.doubletick.OneJenkins;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import org.htmlunit.Page;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** Looks at what Jenkins shows of a number, and at when two values are the same. */
class DoubleTickLoginNumberParameterValueTest extends OneJenkins {

    private static final Pattern CLEAR = Pattern.compile("202\\D{0,2}555\\D{0,2}0123");

    private FinishedBuilds finished;
    private JenkinsRule.WebClient web;

    @BeforeEach
    void setUp() throws Exception {
        r.jenkins.setQuietPeriod(0);
        finished = FinishedBuilds.watch();
        web = r.createWebClient().withThrowExceptionOnFailingStatusCode(false).withJavaScriptEnabled(false);
    }

    /** Whoever may edit a job's XML must not have another secret decrypted by it. */
    @Test
    void anotherSecretInStoredXmlIsNoNumberAndNoName() {
        String stolen = Secret.fromString("key_of-another-system").getEncryptedValue();
        DoubleTickLoginNumberParameterDefinition definition =
                (DoubleTickLoginNumberParameterDefinition) replaceSecrets(definition(NUMBER), stolen);
        assertNull(definition.getDefaultValue());
        assertEquals("", definition.getDefaultParameterValue().getValue());
        DoubleTickLoginNumberParameterValue value = (DoubleTickLoginNumberParameterValue)
                replaceSecrets(new DoubleTickLoginNumberParameterValue("WHO", NUMBER), stolen);
        assertEquals("", value.getValue());
        assertNull(value.memberName());
        // A number that somebody writes into the XML in clear is one.
        assertEquals(
                NUMBER,
                ((DoubleTickLoginNumberParameterDefinition) replaceSecrets(definition(NUMBER), NUMBER))
                        .getDefaultValue());
    }

    private static Object replaceSecrets(Object stored, String secret) {
        String xml = Jenkins.XSTREAM2.toXML(stored);
        assertTrue(xml.contains("{AQAA"), xml);
        return Jenkins.XSTREAM2.fromXML(xml.replaceAll("\\{AQAA[^}]*\\}", Matcher.quoteReplacement(secret)));
    }

    @Test
    void logoutsOfTwoMembersAreTwoBuilds() throws Exception {
        FreeStyleProject job = freestyleJob(r, null);
        r.jenkins.doQuietDown();
        for (String number : List.of(NUMBER, "+12025550199", "+1 202 555 0123")) {
            job.scheduleBuild2(0, number(number));
        }
        assertEquals(2, r.jenkins.getQueue().getItems().length);
        r.jenkins.doCancelQuietDown();
        assertEquals(3, finished.await(job).getNumber() + finished.await(job).getNumber());
        assertEquals(
                2,
                doubleTick.requests().stream()
                        .map(DoubleTickStandIn.Request::body)
                        .distinct()
                        .count());
    }

    @Test
    void numberIsMaskedOnPagesAndInTheApi() throws Exception {
        FreeStyleProject job = freestyleJob(r, NUMBER);
        r.jenkins.doQuietDown();
        job.scheduleBuild2(0, number(NUMBER));
        String queue = r.jenkins.getQueue().getItems()[0].getParams();
        assertTrue(queue.contains("LOGIN_NUMBER=****"), queue);
        assertClearNowhere(job);
        r.jenkins.doCancelQuietDown();
        assertEquals(1, finished.await(job).getNumber());
        assertClearNowhere(job, "1/", "1/parameters/", "1/console", "configure", "build?delay=0sec", "config.xml");
        assertTrue(text(job.getUrl() + "1/parameters/").contains(MASKED));
        assertTrue(text(job.getUrl() + "1/api/json?depth=2")
                .contains("{\"_class\":\"" + DoubleTickLoginNumberParameterValue.class.getName()
                        + "\",\"name\":\"LOGIN_NUMBER\",\"value\":\"" + MASKED + "\"}"));
        assertTrue(job.getBuildByNumber(1).getSensitiveBuildVariables().contains("LOGIN_NUMBER"));
    }

    private void assertClearNowhere(Job<?, ?> job, String... pages) throws Exception {
        List<String> urls = new ArrayList<>(List.of("", "api/json?depth=3", "queue/api/json?depth=3"));
        Stream.of("", "api/json?depth=3", "api/xml?depth=3", "buildHistory/ajax")
                .forEach(page -> urls.add(job.getUrl() + page));
        for (String page : pages) {
            urls.add(job.getUrl() + page);
        }
        for (String url : urls) {
            assertFalse(CLEAR.matcher(text(url)).find(), url);
        }
    }

    private String text(String url) throws Exception {
        Page page = web.goTo(url, null);
        int status = page.getWebResponse().getStatusCode();
        assertTrue(status == 200 || status == 405, url + ": " + status);
        return page.getWebResponse().getContentAsString();
    }

    @Test
    void whatIsNoNumberIsNotShown() {
        for (String wrong : List.of("0123", "Asha Rao", "{AQ==}", MASKED)) {
            DoubleTickLoginNumberParameterValue value = new DoubleTickLoginNumberParameterValue("A", wrong);
            assertEquals(wrong, value.getValue());
            assertEquals("****", value.getMasked());
            assertEquals("A=****", value.getShortDescription());
        }
        for (String blank : new String[] {null, "", " "}) {
            assertEquals("", new DoubleTickLoginNumberParameterValue("A", blank).getMasked());
        }
    }

    @Test
    void equalityIsThatOfNameAndNumber() {
        ParameterValue value = new DoubleTickLoginNumberParameterValue("A", NUMBER);
        assertEquals(value, new DoubleTickLoginNumberParameterValue("A", "+1 202 555 0123"));
        assertNotEquals(value, new DoubleTickLoginNumberParameterValue("A", "+12025550199"));
        assertNotEquals(value, new DoubleTickLoginNumberParameterValue("B", NUMBER));
        assertEquals(definition(NUMBER), definition(NUMBER));
        assertNotEquals(definition(NUMBER), definition("+12025550199"));
        assertNotEquals(definition(NUMBER), definition(null));
        DoubleTickLoginNumberParameterDefinition offering = definition(NUMBER);
        offering.setCredentialsId("doubletick");
        assertNotEquals(definition(NUMBER), offering);
        assertEquals(
                "doubletick",
                ((DoubleTickLoginNumberParameterDefinition) offering.copyWithDefaultValue(value)).getCredentialsId());
    }
}
