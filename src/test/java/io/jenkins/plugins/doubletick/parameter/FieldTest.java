package io.jenkins.plugins.doubletick.parameter;

import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.MASKED;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.NUMBER;
import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.offering;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Run;
import hudson.security.AuthorizationStrategy;
import hudson.security.SecurityRealm;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.OneJenkins;
import io.jenkins.plugins.doubletick.WebUser;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import org.htmlunit.html.HtmlInput;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/** The field in the form of a build: what it shows, suggests and says, and to whom. */
class FieldTest extends OneJenkins {

    private static FreeStyleProject job;

    private OfferedForm form;

    @BeforeAll
    static void addJob() throws Exception {
        job = offering(r.jenkins, "doubletick");
    }

    @BeforeEach
    void setUp() throws Exception {
        form = new OfferedForm(r, job);
    }

    @AfterEach
    void tearDown() {
        r.jenkins.setAuthorizationStrategy(AuthorizationStrategy.UNSECURED);
        r.jenkins.setSecurityRealm(SecurityRealm.NO_AUTHENTICATION);
    }

    @Test
    void suggestions() throws Exception {
        assertEquals(List.of("Asha Rao, Agent, +91••••••3210"), form.suggestions("Asha"));
        assertEquals(List.of("Meera Iyer, Admin, Owner, +91••••••3201"), form.suggestions("meera"));
        assertEquals(
                List.of(
                        "Priya Nair, Agent, priya.n@example.com, +91••••••3288",
                        "Priya Nair, Agent, priya.nair@example.com, +91••••••3288"),
                form.suggestions("priya.n"));
        assertEquals(List.of(), form.suggestions(""));
        assertEquals(
                List.of("/team"),
                doubleTick.requests().stream().map(each -> each.path()).toList());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|''",
                "' '|''",
                "+91 98765-43210|ok: This is Asha Rao, Agent",
                "Asha Rao, Agent, +91••••••3210|ok: This is Asha Rao, Agent",
                "priya.n@example.com|ok: This is Priya Nair, Agent, priya.n@example.com",
                "+919876513288|ok: This is Priya Nair, Agent, priya.n@example.com",
                "O'Neil, Sam (night shift)|ok: This is O'Neil, Sam (night shift), Agent",
                "Meera Iyer|warning: This member owns the organisation: Meera Iyer, Admin, Owner",
                "+919876543201|warning: This member owns the organisation: Meera Iyer, Admin, Owner",
                "+919876543299|warning: Nobody in the team has this login number. Check the number and its country code.",
                "Ash|warning: This is only part of a name or number. Choose a suggestion, or enter the whole name or number."
                        + " Matching members: Asha Rao, Agent, +91••••••3210",
                "3210|warning: This is only part of a name or number. Choose a suggestion, or enter the whole name or number."
                        + " Matching members: Asha Rao, Agent, +91••••••3210",
                "Zoë|error: DoubleTick has no login number for this member. Add it in DoubleTick, or enter it here.",
                "Nadia|error: Nobody in the team matches this text. Check the spelling, or enter the login number.",
                "+91••••••3210|error: This is a masked number without its hidden digits. Use the whole number, such as"
                        + " +919876543210"
            })
    void checks(String text, String message) throws Exception {
        assertEquals(message, form.check(text));
    }

    @Test
    void checkOfWrongNumber() throws Exception {
        assertTrue(form.check("5555").startsWith("error: A login number has 7 to 15 digits"));
    }

    /** The server knows the number that its own page shows masked. */
    @Test
    void maskOfTheDefaultAndOfTheBuildToBuildAgain() throws Exception {
        FreeStyleProject withDefault = r.createFreeStyleProject();
        withDefault.addProperty(offering("doubletick"));
        DoubleTickLoginNumberParameterDefinition parameter = (DoubleTickLoginNumberParameterDefinition)
                withDefault.getProperty(ParametersDefinitionProperty.class).getParameterDefinition("LOGIN_NUMBER");
        parameter.setDefaultValue("+919876543201");
        OfferedForm offered = new OfferedForm(r, withDefault);
        assertEquals(
                "warning: This member owns the organisation: Meera Iyer, Admin, Owner", offered.check("+91••••••3201"));
        assertTrue(offered.check(MASKED).startsWith("error: This is a masked number"));
        Run<?, ?> build = r.assertBuildStatusSuccess(withDefault.scheduleBuild2(0, LoginNumberJobs.number(NUMBER)));
        assertEquals("ok: This is Daniel Okafor, Manager", new OfferedForm(r, build).check(MASKED));
        parameter.setDefaultValue("5555");
        assertTrue(offered.check("****").startsWith("error: A login number has 7 to 15 digits"));
    }

    @Test
    void checksTellNothingAboutAnEncryptedSecret() throws Exception {
        for (String method : List.of("checkValue", "checkDefaultValue")) {
            Set<String> answers = new HashSet<>();
            for (String secret : List.of(NUMBER, "0123", "", "Asha Rao")) {
                answers.add(form.message(method, Secret.fromString(secret).getEncryptedValue()));
            }
            answers.add(form.message(method, "{bm90IGVuY3J5cHRlZCBhdCBhbGw=}"));
            assertEquals(Set.of(""), answers, method);
        }
    }

    @Test
    void onlyTheStoredParameterOffersATeam() throws Exception {
        for (OfferedForm other : List.of(
                new OfferedForm(r, offering(r.jenkins, null)),
                form.of("OTHER"),
                form.of("MISSING"),
                form.of(Secret.fromString("LOGIN_NUMBER").getEncryptedValue()),
                new OfferedForm(r, r.createFreeStyleProject()),
                new OfferedForm(r, "", "LOGIN_NUMBER", null))) {
            assertOffersNobody(other);
            assertEquals("", other.check(""));
        }
        doubleTick.assertNothingSent();
    }

    private static void assertOffersNobody(OfferedForm form) throws Exception {
        assertEquals(List.of(), form.suggestions("Asha"));
        assertTrue(form.check("Asha Rao").startsWith("error: A login number cannot contain"));
        assertEquals("", form.check("+919876543210"));
    }

    @Test
    void usersWhoMayNotBuildSeeNobody() throws Exception {
        FreeStyleProject other = r.createFreeStyleProject();
        MockAuthorizationStrategy strategy = new MockAuthorizationStrategy();
        strategy.grant(Jenkins.READ).onRoot().to("reader", "configurer", "builder", "stranger");
        strategy.grant(Item.READ).onItems(job).to("reader", "configurer", "builder");
        strategy.grant(Item.EXTENDED_READ, Item.CONFIGURE, Item.CANCEL)
                .onItems(job)
                .to("configurer");
        strategy.grant(Item.BUILD).onItems(job).to("builder");
        strategy.grant(Item.READ, Item.BUILD).onItems(other).to("reader", "configurer");
        r.jenkins.setSecurityRealm(r.createDummySecurityRealm());
        r.jenkins.setAuthorizationStrategy(strategy);
        for (String user : List.of("reader", "configurer")) {
            assertOffersNobody(form.as(user));
            HtmlPage page = r.createWebClient()
                    .withThrowExceptionOnFailingStatusCode(false)
                    .login(user)
                    .getPage(job, "build?delay=0sec");
            assertFalse(page.getWebResponse().getContentAsString().contains("autoCompleteUrl"));
        }
        for (String method : List.of("autoCompleteValue", "checkValue")) {
            String path = form.path(method, "Asha");
            assertEquals(403, form.post(method, "Asha").statusCode());
            assertEquals(404, form.as("stranger").post(method, "Asha").statusCode());
            assertEquals(404, new WebUser("builder").get(r, path).statusCode());
            assertEquals(403, new WebUser("builder").postWithoutCrumb(r, path).statusCode());
        }
        doubleTick.assertNothingSent();
        assertEquals("ok: This is Asha Rao, Agent", form.as("builder").check("Asha Rao"));
        assertOffersNobody(form.as("reader"));
    }

    @Test
    void eachFieldHasAnAccessibleNameAndItsUrls() throws Exception {
        FreeStyleProject two = r.createFreeStyleProject();
        DoubleTickLoginNumberParameterDefinition second = new DoubleTickLoginNumberParameterDefinition("SECOND");
        second.setDefaultValue(NUMBER);
        DoubleTickLoginNumberParameterDefinition first = new DoubleTickLoginNumberParameterDefinition("FIRST");
        first.setCredentialsId("doubletick");
        two.addProperty(new ParametersDefinitionProperty(first, second));
        HtmlPage page = r.createWebClient()
                .withThrowExceptionOnFailingStatusCode(false)
                .withJavaScriptEnabled(false)
                .getPage(two, "build?delay=0sec");
        List<HtmlInput> fields = page.getFormByName("parameters").getInputsByName("value");
        assertEquals(
                List.of("FIRST", "SECOND"),
                fields.stream().map(field -> field.getAttribute("aria-label")).toList());
        assertEquals(
                List.of("", MASKED), fields.stream().map(HtmlInput::getValue).toList());
        String url = r.contextPath + "/" + two.getUrl() + "descriptorByName/"
                + DoubleTickLoginNumberParameterDefinition.class.getName();
        assertEquals(url + "/autoCompleteValue", fields.get(0).getAttribute("autocompleteurl"));
        assertEquals("Name, e-mail address or +919876543210", fields.get(0).getAttribute("placeholder"));
        assertEquals("", fields.get(1).getAttribute("autocompleteurl"));
        assertEquals("+919876543210", fields.get(1).getAttribute("placeholder"));
        assertEquals(
                Stream.of(url, url).map(each -> each + "/checkValue").toList(),
                fields.stream().map(field -> field.getAttribute("checkurl")).toList());
    }
}
