package io.jenkins.plugins.doubletick;

import hudson.model.ParametersDefinitionProperty;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.parameter.DoubleTickLoginNumberParameterDefinition;
import java.nio.file.Path;
import java.util.List;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/**
 * The whole way of a new administrator in a real browser: the key, the default, a job, builds, a refused key. Jenkins enforces its Content Security Policy.
 *
 * <p>{@code mvn test -Dtest=BrowserTest -Ddoubletick.screenshots=docs/images} writes the screenshots of the
 * documentation. Use the newest Java, since Jenkins warns of old ones on its pages.
 */
class BrowserTest {

    private static final String DESCRIPTION = "DoubleTick account of the company";
    private static final String JOB = "offboard-team-member";
    private static final String APPROVED_JOB = "offboard-after-approval";
    private static final By CREDENTIAL = By.name("_.credentialsId");
    private static final By NUMBER = By.name("_.loginNumber");
    private static final By PANEL = By.id("main-panel");
    private static final By VALUE = By.name("value");

    /** A Jenkins of its own process, since JenkinsRule's has no icons. */
    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension();

    private DoubleTickStandIn doubleTick;
    private Browser browser;

    @BeforeEach
    void setUp() throws Throwable {
        String folder = System.getProperty("doubletick.screenshots");
        browser = Browser.start(folder == null ? null : Path.of(folder));
        doubleTick = new DoubleTickStandIn(0);
        jenkins.javaOptions(
                "-D" + DoubleTickClientProvider.URL_PROPERTY + "=" + doubleTick.url(),
                "-Djenkins.security.csp.CspHeader.headerName=Content-Security-Policy");
        jenkins.startJenkins();
        jenkins.runRemotely(BrowserTest::makeAdministrator);
        open("login");
        browser.type(By.name("j_username"), "admin");
        browser.type(By.name("j_password"), "admin");
        browser.click(browser.find(By.name("Submit")));
        browser.await("page behind the login", () -> !browser.url().contains("login"));
    }

    private static void makeAdministrator(JenkinsRule r) {
        r.jenkins.setSecurityRealm(r.createDummySecurityRealm());
        r.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("admin"));
    }

    @AfterEach
    void tearDown() {
        if (browser != null) {
            browser.close();
        }
        if (doubleTick != null) {
            doubleTick.close();
        }
    }

    private void open(String path) throws Exception {
        browser.open(jenkins.getUrl() + path);
    }

    @Test
    void fromTheKeyToTheBuildPage() throws Throwable {
        addKey();
        verifyKeyAndSetDefault();
        createJob();
        build(1, DoubleTickStandIn.MEMBER, "Asha Rao, +91••••••3210: logged out");
        browser.screenshot("build-success", PANEL);
        build(2, DoubleTickStandIn.NOT_A_MEMBER, "+91••••••3299: logout not confirmed");
        arabicName();
        chooseAndApprove();
        refusedKey();
        browser.assertNoErrors();
    }

    private void addKey() throws Exception {
        open("manage/credentials/store/system/domain/_/");
        browser.click(browser.button("Add Credentials"));
        browser.click(browser.findText("DoubleTick API key", "//dialog"));
        browser.click(browser.button("Next"));
        By key = By.cssSelector("dialog input[name='_.apiKey']");
        assertNotValidated(key);
        browser.type(key, " ");
        browser.findText("The API key is blank", "//dialog");
        browser.type(key, DoubleTickStandIn.KEY);
        browser.type(By.cssSelector("dialog input[name='_.id']"), StandInExtension.CREDENTIALS_ID);
        browser.type(By.cssSelector("dialog input[name='_.description']"), DESCRIPTION);
        WebElement scope = browser.find(By.cssSelector("dialog select[name='_.scope']"));
        browser.await("scope", () -> !scope.getDomProperty("value").isEmpty());
        browser.click(browser.button("Create"));
        browser.findText(StandInExtension.CREDENTIALS_ID, "//*[@id='main-panel']");
    }

    /** An empty field shows no error before somebody types. */
    private void assertNotValidated(By field) {
        By validation = By.xpath(
                "ancestor::*[contains(@class,'jenkins-form-item')][1]//*[contains(@class,'validation-error-area')]");
        Assertions.assertEquals("", browser.find(field).findElement(validation).getText());
    }

    private void verifyKeyAndSetDefault() throws Exception {
        open("manage/configure");
        browser.select(CREDENTIAL, DESCRIPTION);
        browser.button("Verify key").sendKeys(Keys.ENTER);
        browser.findText("DoubleTick accepts the key of 'doubletick'");
        for (String chosen : List.of("- none (choose a credential in each step) -", DESCRIPTION)) {
            browser.select(CREDENTIAL, chosen);
            browser.click(browser.button("Save"));
            browser.await("page behind the form", () -> !browser.url().contains("/config"));
            open("manage/configure");
            browser.findSelected(CREDENTIAL, chosen);
        }
    }

    private void createJob() throws Exception {
        open("newJob");
        browser.type(By.id("name"), JOB);
        browser.click(browser.findText("Freestyle project"));
        browser.click(browser.button("OK"));
        browser.click(browser.findText("This project is parameterized"));
        browser.click(browser.button("Add Parameter"));
        browser.click(browser.button("DoubleTick login number"));
        browser.type(By.name("_.name"), "LOGIN_NUMBER");
        browser.select(CREDENTIAL, DESCRIPTION);
        browser.click(browser.button("Add build step"));
        browser.click(browser.button("DoubleTick: log out team member"));
        browser.type(NUMBER, "0919876543");
        browser.findText("begins with the country code");
        browser.type(NUMBER, "$LOGIN_NUMBER");
        browser.findText("The saved job has no parameter for $LOGIN_NUMBER");
        browser.findText("default (doubletick)");
        browser.click(browser.button("Save"));
        browser.button("Build with Parameters");
    }

    private WebElement build(int build, String number, String line) throws Throwable {
        open("job/" + JOB + "/");
        browser.click(browser.button("Build with Parameters"));
        browser.type(VALUE, number);
        browser.click(browser.button("Build"));
        String page = "job/" + JOB + "/" + build + "/";
        browser.find(By.cssSelector("a[href$='/" + page + "']"));
        jenkins.runRemotely(JenkinsRule::waitUntilNoActivity);
        open(page);
        return browser.findLine(line);
    }

    /** The masked number beside an Arabic name is drawn in its order. */
    private void arabicName() throws Throwable {
        WebElement line = build(3, DoubleTickStandIn.ARABIC, "ليلى حسن, +20••••••4567: logged out");
        WebElement number = line.findElement(By.xpath(".//bdi[starts-with(., '+20')]"));
        WebElement name = line.findElement(By.xpath(".//bdi[1]"));
        Assertions.assertTrue(
                name.getRect().x < number.getRect().x, "The name stands before the number in an English page");
        Assertions.assertEquals("ltr", number.getCssValue("direction"));
    }

    private static void makeApprovedJob(JenkinsRule r) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class, APPROVED_JOB);
        DoubleTickLoginNumberParameterDefinition parameter =
                new DoubleTickLoginNumberParameterDefinition("LOGIN_NUMBER");
        parameter.setDescription("Who is leaving");
        parameter.setCredentialsId(StandInExtension.CREDENTIALS_ID);
        job.addProperty(new ParametersDefinitionProperty(parameter));
        job.setDefinition(new CpsFlowDefinition("""
                        def member = doubletickMember loginNumber: params.LOGIN_NUMBER
                        input "Log out $member.name ($member.role, $member.loginNumber, $member.email)?"
                        doubletickLogout loginNumber: params.LOGIN_NUMBER
                        """, true));
    }

    /** HR logs out the right one of two members who differ in e-mail and number only, by keyboard and by mouse. */
    private void chooseAndApprove() throws Throwable {
        jenkins.runRemotely(BrowserTest::makeApprovedJob);
        String namesake = "Priya Nair, Agent, %s, +91••••••3288";
        choose(1, "ash", "Asha Rao, Agent, +91••••••3210", "Asha Rao", true);
        choose(2, "priya.n@", namesake.formatted("priya.n@example.com"), "priya.n@example.com", true);
        choose(3, "Priya", namesake.formatted("priya.nair@example.com"), "priya.nair@example.com", false);
        Assertions.assertEquals(
                List.of("919876513288", "919876503288"),
                doubleTick.requests().stream()
                        .filter(request -> request.path().equals("/team-member/logout"))
                        .map(request -> request.body().replaceAll("[^0-9]", ""))
                        .filter(digits -> digits.endsWith("3288"))
                        .toList());
    }

    private void choose(int build, String typed, String wanted, String inLog, boolean byKeyboard) throws Throwable {
        open("job/" + APPROVED_JOB + "/build?delay=0sec");
        assertNotValidated(VALUE);
        WebElement who = browser.find(VALUE);
        who.sendKeys(typed);
        String suggestions = "//*[contains(@class,'jenkins-dropdown')]";
        WebElement suggestion = browser.findText(wanted, suggestions);
        if (build == 1) {
            browser.screenshot("team-suggestions", PANEL);
        }
        if (byKeyboard) {
            who.sendKeys(Keys.ARROW_DOWN, Keys.ENTER);
        } else {
            browser.click(suggestion);
        }
        browser.await("choice", () -> who.getDomProperty("value").equals(wanted));
        browser.awaitEnd(By.xpath(suggestions)); // Until then, Enter chooses once more.
        browser.findText("This is " + wanted.substring(0, wanted.lastIndexOf(", ")));
        browser.button("Build").sendKeys(Keys.ENTER);
        approve(build, inLog, wanted.replace(", Agent", ""));
    }

    /** Approval, log, page and REST API name the member who was chosen. */
    private void approve(int build, String inLog, String member) throws Throwable {
        String page = "job/" + APPROVED_JOB + "/" + build + "/";
        browser.find(By.cssSelector("a[href$='/" + page + "']"));
        jenkins.runRemotely(r -> {
            WorkflowJob job = r.jenkins.getItemByFullName(APPROVED_JOB, WorkflowJob.class);
            r.waitForMessage("Proceed or Abort", job.getBuildByNumber(build));
        });
        open(page + "input/");
        browser.findText(inLog);
        browser.click(browser.button("Proceed"));
        jenkins.runRemotely(JenkinsRule::waitUntilNoActivity);
        open(page + "console");
        browser.findText(inLog);
        open(page + "parameters/");
        browser.findLine(member);
        open(page + "api/json?tree=actions[parameters[member]]");
        browser.findText(member.substring(0, member.lastIndexOf(", ")));
        open(page);
        browser.findLine(member + ": logged out");
    }

    private void refusedKey() throws Throwable {
        replaceKey("key_that-was-replaced");
        build(4, DoubleTickStandIn.MEMBER, "+91••••••3210: logout not confirmed");
        String manage = jenkins.getUrl() + "manage/";
        By warning = By.name("doubletickApiKey");
        browser.await("warning", () -> {
            browser.open(manage);
            return browser.has(warning);
        });
        browser.screenshot("refused-key", By.xpath("//form[@name='doubletickApiKey']/.."));
        browser.click(browser.button("Check now"));
        browser.findText("DoubleTick answered 401: Invalid public api key");
        replaceKey(DoubleTickStandIn.SECOND_KEY);
        browser.click(browser.button("Check now"));
        browser.awaitEnd(warning);
    }

    private void replaceKey(String key) throws Throwable {
        jenkins.runRemotely(r -> {
            StandInExtension.replaceKey(r.jenkins, key);
        });
    }
}
