package io.jenkins.plugins.doubletick.parameter;

import static io.jenkins.plugins.doubletick.parameter.LoginNumberJobs.offering;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.domains.Domain;
import com.cloudbees.plugins.credentials.domains.HostnameSpecification;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.ParametersDefinitionProperty;
import hudson.security.AuthorizationStrategy;
import hudson.security.Permission;
import hudson.security.SecurityRealm;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.DoubleTickApiKey;
import io.jenkins.plugins.doubletick.Forms;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.WebUser;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import jenkins.model.Jenkins;
import org.htmlunit.html.DomElement;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What the field suggests and says while somebody types a name, and to whom. */
@WithJenkins
class TeamFormTest {

    private static final String NOBODY =
            "error: Nobody in the team fits this text; check the spelling, or give the login number";

    private static final String NO_NUMBER = "error: A login number is digits only";

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private static JenkinsRule r;

    @BeforeAll
    static void start(JenkinsRule rule) {
        r = rule;
    }

    @BeforeEach
    void setUp() throws Exception {
        StandInExtension.onlyDefaultKey();
    }

    @AfterEach
    void tearDown() {
        r.jenkins.setAuthorizationStrategy(AuthorizationStrategy.UNSECURED);
        r.jenkins.setSecurityRealm(SecurityRealm.NO_AUTHENTICATION);
    }

    private static OfferedForm form(String credentialsId) throws Exception {
        return new OfferedForm(r, offering(r.jenkins, credentialsId));
    }

    @Test
    void suggestions() throws Exception {
        OfferedForm form = form("doubletick");
        Map<String, List<String>> suggestions = new LinkedHashMap<>();
        suggestions.put("Asha", List.of("Asha Rao, Agent, +91••••••3210"));
        suggestions.put("kumar rav", List.of("Ravi Kumar, Agent, +91••••••3220"));
        suggestions.put("daniel.ok", List.of("Daniel Okafor, Manager, +12•••••0123"));
        suggestions.put("3230", List.of("O'Neil, Sam (night shift), Agent, +91••••••3230"));
        suggestions.put("+91 98765 43210", List.of("Asha Rao, Agent, +91••••••3210"));
        suggestions.put("98765", List.of());
        suggestions.put("meera", List.of("Meera Iyer, Admin, Owner, +91••••••3201"));
        suggestions.put("zoe", List.of());
        suggestions.put(
                "Priya",
                List.of(
                        "Priya Nair, Agent, priya.nair@example.com, +91••••••3288",
                        "Priya Nair, Agent, priya.n@example.com, +91••••••3288"));
        suggestions.put("Nadia", List.of());
        suggestions.put("", List.of());
        for (Map.Entry<String, List<String>> entry : suggestions.entrySet()) {
            assertEquals(entry.getValue(), form.suggestions(entry.getKey()), entry.getKey());
        }
        assertEquals(1, doubleTick.requests().size());
        assertEquals("/team", doubleTick.requests().get(0).path());
    }

    @Test
    void checks() throws Exception {
        OfferedForm form = form("doubletick");
        Map<String, String> checks = new LinkedHashMap<>();
        checks.put("", "");
        checks.put(" ", "");
        checks.put("+91 98765-43210", "ok: This is Asha Rao, Agent");
        checks.put("919876543210", "ok: This is Asha Rao, Agent");
        checks.put("Asha Rao, Agent, +91••••••3210", "ok: This is Asha Rao, Agent");
        checks.put("asha rao", "ok: This is Asha Rao, Agent");
        checks.put("O'Neil, Sam (night shift)", "ok: This is O'Neil, Sam (night shift), Agent");
        checks.put("O'Neil, Sam (night shift), Agent, +91••••••3230", "ok: This is O'Neil, Sam (night shift), Agent");
        checks.put("Meera Iyer", "warning: This is Meera Iyer, Admin, Owner of the organisation");
        checks.put("+919876543201", "warning: This is Meera Iyer, Admin, Owner of the organisation");
        checks.put(
                DoubleTickStandIn.NOT_A_MEMBER,
                "warning: Nobody in the team has this number; make sure that it begins with the country code");
        checks.put(
                "Ash",
                "error: This is only a part of a name; give all of it or a suggestion, or the login number: Asha Rao,"
                        + " Agent, +91••••••3210");
        checks.put(
                "Priya Nair",
                "error: Several members have this name; choose one, or give the login number: Priya Nair, Agent,"
                        + " priya.nair@example.com, +91••••••3288; Priya Nair, Agent, priya.n@example.com,"
                        + " +91••••••3288");
        checks.put(
                "Zoë Brandt",
                "error: DoubleTick has no login number for this member; enter it in DoubleTick, or give it here");
        checks.put("Nadia", NOBODY);
        checks.put("Asha Rao, Agent, +91••••••3211", NOBODY);
        checks.put("0123", "error: A login number has 7 to 15 digits with the country code, such as +919876543210");
        checks.put("+91••••••3210", "");
        checks.put(Secret.fromString("Asha Rao").getEncryptedValue(), "");
        for (Map.Entry<String, String> entry : checks.entrySet()) {
            assertEquals(entry.getValue(), form.check(entry.getKey()), entry.getKey());
        }
    }

    /** Everything else is as it is for a parameter that offers nobody. */
    @Test
    void onlyTheStoredParameterOffers() throws Exception {
        FreeStyleProject job = offering(r.jenkins, "doubletick");
        for (OfferedForm form : List.of(
                form(null),
                new OfferedForm(r, job, "OTHER", null),
                new OfferedForm(r, job, "MISSING", null),
                new OfferedForm(r, job, Secret.fromString("LOGIN_NUMBER").getEncryptedValue(), null),
                new OfferedForm(r, r.createFreeStyleProject()))) {
            assertEquals(List.of(), form.suggestions("Asha"));
            assertEquals(NO_NUMBER, form.check("Asha Rao").replaceFirst(",.*", ""));
            assertEquals("", form.check("+919876543210"));
            assertEquals("", form.check(""));
            String named = form.post("autoCompleteValue", "Asha&credentialsId=doubletick")
                    .body();
            assertFalse(named.contains("Rao"), named);
        }
        assertEquals(
                "",
                Forms.post(
                        r,
                        DoubleTickLoginNumberParameterDefinition.class,
                        "checkValue",
                        "value",
                        DoubleTickStandIn.MEMBER));
        doubleTick.assertNothingSent();
    }

    @Test
    void nothingForThoseWhoMayNotBuild() throws Exception {
        FreeStyleProject job = offering(r.jenkins, "doubletick");
        FreeStyleProject other = r.createFreeStyleProject();
        Map<String, List<Permission>> users = new LinkedHashMap<>();
        users.put("reader", List.of(Item.READ));
        users.put("configurer", List.of(Item.READ, Item.EXTENDED_READ, Item.CONFIGURE, Item.CANCEL));
        MockAuthorizationStrategy strategy = new MockAuthorizationStrategy();
        users.forEach((user, permissions) -> {
            strategy.grant(Jenkins.READ).onRoot().to(user);
            strategy.grant(permissions.toArray(new Permission[0])).onItems(job).to(user);
            strategy.grant(Item.READ, Item.BUILD).onItems(other).to(user);
        });
        strategy.grant(Jenkins.READ).onRoot().to("builder", "stranger");
        strategy.grant(Item.READ, Item.BUILD).onItems(job).to("builder");
        r.jenkins.setSecurityRealm(r.createDummySecurityRealm());
        r.jenkins.setAuthorizationStrategy(strategy);

        for (String user : users.keySet()) {
            for (String parameter : List.of("LOGIN_NUMBER", "OTHER", "MISSING")) {
                OfferedForm form = new OfferedForm(r, job, parameter, user);
                for (String value : List.of("Asha Rao", "Nadia", "3210", DoubleTickStandIn.MEMBER)) {
                    assertEquals(List.of(), form.suggestions(value));
                    assertEquals(plain(value), form.check(value).replaceFirst(",.*", ""), user + " " + value);
                }
            }
            HtmlPage page = r.createWebClient()
                    .withThrowExceptionOnFailingStatusCode(false)
                    .login(user)
                    .getPage(job, "build?delay=0sec");
            assertFalse(page.getWebResponse().getContentAsString().contains("autoCompleteUrl"));
        }
        for (String user : new String[] {"stranger", null}) {
            for (String method : List.of("autoCompleteValue", "checkValue")) {
                assertEquals(
                        user == null ? 403 : 404,
                        new OfferedForm(r, job, "LOGIN_NUMBER", user)
                                .post(method, "Asha")
                                .statusCode());
            }
        }
        for (String method : List.of("autoCompleteValue", "checkValue")) {
            String path = OfferedForm.path(job, method, "Asha", "LOGIN_NUMBER");
            assertEquals(404, new WebUser("builder").get(r, path).statusCode());
            assertEquals(403, new WebUser("builder").postWithoutCrumb(r, path).statusCode());
        }
        doubleTick.assertNothingSent();

        OfferedForm builder = new OfferedForm(r, job, "LOGIN_NUMBER", "builder");
        assertEquals(List.of("Asha Rao, Agent, +91••••••3210"), builder.suggestions("Asha"));
        assertEquals("ok: This is Asha Rao, Agent", builder.check("Asha Rao"));
        // Somebody else's team is known now, and still nobody's business.
        assertEquals(List.of(), new OfferedForm(r, job, "LOGIN_NUMBER", "reader").suggestions("Asha"));
    }

    private static String plain(String value) {
        return switch (value) {
            case "3210" -> "error: A login number has 7 to 15 digits";
            case DoubleTickStandIn.MEMBER -> "";
            default -> NO_NUMBER;
        };
    }

    @Test
    void pageOffersAndAsksAtOnce() throws Exception {
        FreeStyleProject job = offering(r.jenkins, "doubletick");
        JenkinsRule.WebClient web = r.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        HtmlPage page = web.getPage(job, "build?delay=0sec");
        DomElement field =
                page.getFormByName("parameters").getInputsByName("value").get(0);
        assertTrue(field.getAttribute("class").contains("auto-complete"), field.asXml());
        assertEquals("Name, e-mail address or +919876543210", field.getAttribute("placeholder"));
        String url = r.contextPath + "/" + job.getUrl() + "descriptorByName/"
                + DoubleTickLoginNumberParameterDefinition.class.getName();
        assertEquals(url + "/autoCompleteValue", field.getAttribute("autocompleteurl"));
        assertEquals(url + "/checkValue", field.getAttribute("checkurl"));
        assertEquals("GET", doubleTick.standIn().awaitRequest().method());
        assertEquals(
                8,
                TeamProvider.get()
                        .ask(job, "doubletick")
                        .get(1, TimeUnit.MINUTES)
                        .members()
                        .size());
        assertEquals(1, doubleTick.requests().size());

        page = web.getPage(offering(r.jenkins, null), "build?delay=0sec");
        field = page.getFormByName("parameters").getInputsByName("value").get(0);
        assertFalse(field.getAttribute("class").contains("auto-complete"), field.asXml());
        assertEquals("+919876543210", field.getAttribute("placeholder"));
        assertEquals(1, doubleTick.requests().size());
    }

    /** The words of whoever looks after the job, because no build has run that could say more. */
    @Test
    void credentialsThatTheJobCannotUse() throws Exception {
        Folder folder = r.createProject(Folder.class);
        Folder elsewhere = r.createProject(Folder.class);
        DoubleTickApiKey inFolder = StandInExtension.apiKey("in-folder", DoubleTickStandIn.SECOND_KEY);
        StandInExtension.add(folder, Domain.global(), inFolder);
        StandInExtension.addGlobally(new DoubleTickApiKey(
                CredentialsScope.SYSTEM, "system", null, Secret.fromString(DoubleTickStandIn.KEY)));
        StandInExtension.addGlobally(
                new UsernamePasswordCredentialsImpl(CredentialsScope.GLOBAL, "login", null, "user", "password"));
        StandInExtension.add(
                Jenkins.get(),
                new Domain("elsewhere", null, List.of(new HostnameSpecification("example.com", null))),
                StandInExtension.apiKey("other-domain", DoubleTickStandIn.KEY));
        StandInExtension.addGlobally(StandInExtension.apiKey("unusable", "two words"));
        Map<String, String> problems = new LinkedHashMap<>();
        problems.put(
                "deleted",
                "There is no credential with the ID 'deleted' that this build could use. Check the ID, and"
                        + " that the credential is stored in Jenkins's global store or in a folder of this job.");
        problems.put("in-folder", "There is no credential with the ID 'in-folder' that this build could use.");
        problems.put("${KEY}", "There is no credential with the ID '${KEY}' that this build could use.");
        problems.put("system", "The credential 'system' has the scope System, which builds cannot use.");
        problems.put("login", "The credential 'login' is of the kind “Username with password”.");
        problems.put(
                "other-domain",
                "The credential 'other-domain' belongs to a credentials domain that does not cover 127.0.0.1.");
        problems.put("unusable", "The credential 'unusable' holds no usable key.");
        for (Map.Entry<String, String> problem : problems.entrySet()) {
            OfferedForm form = new OfferedForm(r, offering(elsewhere, problem.getKey()));
            for (String value : List.of("Asha Rao", DoubleTickStandIn.MEMBER)) {
                String check = form.check(value);
                assertTrue(
                        check.startsWith("warning: The members of the team cannot be offered: " + problem.getValue()),
                        check);
                assertTrue(check.endsWith(" Give the login number instead"), check);
            }
            assertEquals(List.of(), form.suggestions("Asha"));
        }
        doubleTick.assertNothingSent();

        OfferedForm form = new OfferedForm(r, offering(folder, "in-folder"));
        assertEquals("ok: This is Asha Rao, Agent", form.check("Asha Rao"));
        assertEquals(DoubleTickStandIn.SECOND_KEY, doubleTick.requests().get(0).authorization());
    }

    @Test
    void anotherCredentialIsAnotherTeam() throws Exception {
        FreeStyleProject job = offering(r.jenkins, "doubletick");
        OfferedForm form = new OfferedForm(r, job);
        assertEquals("ok: This is Asha Rao, Agent", form.check("Asha Rao"));
        DoubleTickLoginNumberParameterDefinition changed = new DoubleTickLoginNumberParameterDefinition("LOGIN_NUMBER");
        changed.setCredentialsId("gone");
        job.removeProperty(ParametersDefinitionProperty.class);
        job.addProperty(new ParametersDefinitionProperty(changed));
        assertTrue(form.check("Asha Rao").startsWith("warning: The members of the team cannot be offered"));
    }
}
