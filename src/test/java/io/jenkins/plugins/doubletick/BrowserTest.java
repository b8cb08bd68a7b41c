package io.jenkins.plugins.doubletick;

import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.domains.Domain;
import hudson.model.ParametersDefinitionProperty;
import io.jenkins.plugins.darktheme.DarkThemeSystemManagerFactory;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.parameter.DoubleTickLoginNumberParameterDefinition;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;
import io.jenkins.plugins.thememanager.ThemeManagerPageDecorator;
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
 * The whole way of a new administrator in a real browser: the key, the default, a freestyle job, a build, the Snippet
 * Generator. Jenkins enforces its Content Security Policy.
 *
 * <p>{@code mvn test -Dtest=BrowserTest -Ddoubletick.screenshots=docs/images} writes the screenshots of the
 * documentation, in light and dark. Use the newest Java, since Jenkins warns of old ones on its pages.
 */
class BrowserTest {

    private static final String DESCRIPTION = "DoubleTick account of the company";
    private static final String JOB = "offboard-team-member";
    private static final String APPROVED_JOB = "offboard-after-approval";
    private static final String SUGGESTIONS = "//*[contains(@class,'jenkins-dropdown')]";
    private static final String NO_DEFAULT = "- none (choose a credential in each step) -";
    private static final By DEFAULT = By.name("_.credentialsId");
    private static final By VALIDATION = By.xpath(
            "ancestor::*[contains(@class,'jenkins-form-item')][1]//*[contains(@class,'validation-error-area')]");

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
        browser.type(browser.find(By.name("j_username")), "admin");
        browser.type(browser.find(By.name("j_password")), "admin");
        browser.click(browser.find(By.name("Submit")));
        browser.await("page behind the login", () -> !browser.url().contains("login"));
    }

    private static void makeAdministrator(JenkinsRule r) {
        r.jenkins.setSecurityRealm(r.createDummySecurityRealm());
        r.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("admin"));
        ThemeManagerPageDecorator.get().setTheme(new DarkThemeSystemManagerFactory());
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
        build(1, DoubleTickStandIn.MEMBER, "Asha Rao, +91••••••3210: logged out", "build-success");
        build(2, DoubleTickStandIn.NOT_A_MEMBER, "+91••••••3299: logout not confirmed", "build-failure");
        chooseAndApprove();
        chooseBetweenNamesakes();
        arabicName();
        snippetGenerator();
        refusedKey();
        browser.assertNoErrors();
    }

    private void addKey() throws Exception {
        open("manage/credentials/store/system/domain/_/");
        browser.click(browser.button("Add Credentials"));
        browser.click(browser.findText("DoubleTick API key", "//dialog"));
        browser.click(browser.button("Next"));
        WebElement key = browser.find(By.cssSelector("dialog input[name='_.apiKey']"));
        Assertions.assertEquals("", key.findElement(VALIDATION).getText());
        browser.type(key, " ");
        browser.findText("The API key is blank", "//dialog");
        browser.type(key, DoubleTickStandIn.KEY);
        browser.type(browser.find(By.cssSelector("dialog input[name='_.id']")), StandInExtension.CREDENTIALS_ID);
        browser.type(browser.find(By.cssSelector("dialog input[name='_.description']")), DESCRIPTION);
        WebElement scope = browser.find(By.cssSelector("dialog select[name='_.scope']"));
        browser.await("scope", () -> !scope.getDomProperty("value").isEmpty());
        browser.screenshot("credential", browser.find(By.cssSelector("dialog")));
        browser.click(browser.button("Create"));
        browser.findText(StandInExtension.CREDENTIALS_ID, "//*[@id='main-panel']");
    }

    private void verifyKeyAndSetDefault() throws Exception {
        open("manage/configure");
        browser.select(DEFAULT, DESCRIPTION);
        WebElement verify = browser.button("Verify key");
        verify.sendKeys(Keys.ENTER);
        browser.findText("DoubleTick accepts the key of 'doubletick'");
        browser.screenshot("system", browser.findText("DoubleTick", "//section"), verify);
        saveDefault(DESCRIPTION);
        // The first choice of no credential stays, too.
        browser.select(DEFAULT, NO_DEFAULT);
        saveDefault(NO_DEFAULT);
        browser.select(DEFAULT, DESCRIPTION);
        saveDefault(DESCRIPTION);
    }

    private void saveDefault(String chosen) throws Exception {
        browser.findSelected(DEFAULT, chosen);
        browser.click(browser.button("Save"));
        browser.await("page behind the form", () -> !browser.url().contains("/config"));
        open("manage/configure");
        browser.findSelected(DEFAULT, chosen);
    }

    private void createJob() throws Exception {
        open("newJob");
        browser.type(browser.find(By.id("name")), JOB);
        browser.click(browser.findText("Freestyle project"));
        browser.click(browser.button("OK"));
        browser.click(browser.findText("This project is parameterized"));
        browser.click(browser.button("Add Parameter"));
        browser.click(browser.button("DoubleTick login number"));
        browser.type(browser.find(By.name("_.name")), "LOGIN_NUMBER");
        browser.select(By.name("_.credentialsId"), DESCRIPTION);
        browser.help(
                browser.find(By.name("_.credentialsId")), "Users who build the job can then choose a team member by");
        browser.click(browser.button("Add build step"));
        browser.click(browser.button("DoubleTick: log out team member"));
        WebElement number = browser.find(By.name("_.loginNumber"));
        browser.type(number, "0919876543");
        browser.findText("begins with the country code");
        browser.type(number, "$LOGIN_NUMBER");
        browser.findText("The saved job has no parameter for $LOGIN_NUMBER");
        browser.findText("default (doubletick)");
        browser.help(number, "The phone number that the team member logs in to DoubleTick with");
        WebElement step =
                browser.find(By.xpath("//*[@descriptorid='" + DoubleTickLogoutBuilder.class.getName() + "']"));
        browser.screenshot("freestyle", step);
        browser.click(browser.button("Save"));
        browser.button("Build with Parameters");
    }

    private void build(int build, String number) throws Throwable {
        open("job/" + JOB + "/");
        browser.click(browser.button("Build with Parameters"));
        browser.type(browser.find(By.name("value")), number);
        browser.click(browser.button("Build"));
        browser.find(By.cssSelector("a[href$='/job/" + JOB + "/" + build + "/']"));
        jenkins.runRemotely(JenkinsRule::waitUntilNoActivity);
    }

    private void build(int build, String number, String line, String screenshot) throws Throwable {
        build(build, number);
        open("job/" + JOB + "/" + build + "/");
        browser.screenshot(
                screenshot,
                browser.find(By.cssSelector("#main-panel h1, #main-panel .jenkins-app-bar")),
                browser.findText("No changes"));
        browser.findLine(line);
    }

    /** Somebody who knows only "Asha" logs her out without a mouse, and the approver reads her name. */
    private void chooseAndApprove() throws Throwable {
        jenkins.runRemotely(BrowserTest::makeApprovedJob);
        open("job/" + APPROVED_JOB + "/build?delay=0sec");
        WebElement who = browser.find(By.name("value"));
        Assertions.assertEquals("", who.findElement(VALIDATION).getText());
        who.sendKeys("ash");
        WebElement suggestion = browser.findText("Asha Rao, Agent, +91••••••3210", SUGGESTIONS);
        browser.screenshot(
                "team-suggestions", browser.findText("LOGIN_NUMBER", "//form[@name='parameters']"), who, suggestion);
        who.sendKeys(Keys.ARROW_DOWN, Keys.ENTER);
        awaitChoice(who, "Asha Rao, Agent, +91••••••3210");
        browser.findText("This is Asha Rao, Agent");
        browser.screenshot("team-choice", browser.find(By.cssSelector("form[name='parameters']")));
        buildChosen(1, "Asha Rao", "Asha Rao, +91••••••3210");
    }

    private void awaitChoice(WebElement who, String suggestion) {
        browser.await("choice", () -> who.getDomProperty("value").equals(suggestion));
        browser.awaitEnd(By.xpath(SUGGESTIONS)); // Until then, Enter chooses once more.
    }

    /** Approval, log, page and REST API name the member who was chosen. */
    private void buildChosen(int build, String inLog, String member) throws Throwable {
        browser.button("Build").sendKeys(Keys.ENTER);
        String page = "job/" + APPROVED_JOB + "/" + build + "/";
        browser.find(By.cssSelector("a[href$='/" + page + "']"));
        jenkins.runRemotely(r -> {
            awaitQuestion(r, build);
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

    /** HR logs out the right one of two members who differ in e-mail and number only, by keyboard and by mouse. */
    private void chooseBetweenNamesakes() throws Throwable {
        chooseNamesake(2, "priya.n@example.com", "priya.n@example.com", true);
        chooseNamesake(3, "priya", "priya.nair@example.com", false);
        chooseNamesake(4, "Priya Nair", "priya.n@example.com", false);
        Assertions.assertEquals(
                List.of("919876513288", "919876503288", "919876513288"),
                doubleTick.requests().stream()
                        .filter(request -> request.path().equals("/team-member/logout"))
                        .map(request -> request.body().replaceAll("[^0-9]", ""))
                        .filter(digits -> digits.endsWith("3288"))
                        .toList());
    }

    private void chooseNamesake(int build, String typed, String email, boolean byKeyboard) throws Throwable {
        open("job/" + APPROVED_JOB + "/build?delay=0sec");
        WebElement who = browser.find(By.name("value"));
        who.sendKeys(typed);
        String wanted = "Priya Nair, Agent, " + email + ", +91••••••3288";
        WebElement suggestion = browser.findText(wanted, SUGGESTIONS);
        if (byKeyboard) {
            who.sendKeys(Keys.ARROW_DOWN, Keys.ENTER);
        } else {
            browser.click(suggestion);
        }
        awaitChoice(who, wanted);
        browser.findText("This is Priya Nair, Agent, " + email);
        buildChosen(build, email, "Priya Nair, " + email + ", +91••••••3288");
    }

    /** The masked number beside an Arabic name is drawn in its order. */
    private void arabicName() throws Throwable {
        build(3, DoubleTickStandIn.ARABIC, "ليلى حسن, +20••••••4567: logged out", "build-arabic");
        open("job/" + JOB + "/3/");
        WebElement line = browser.findLine("+20••••••4567");
        WebElement number = line.findElement(By.xpath(".//bdi[starts-with(., '+20')]"));
        WebElement name = line.findElement(By.xpath(".//bdi[1]"));
        Assertions.assertTrue(
                name.getRect().x < number.getRect().x, "The name stands before the number in an English page");
        Assertions.assertEquals("ltr", browser.directionOf(number));
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

    private static void awaitQuestion(JenkinsRule r, int build) throws Exception {
        r.waitForMessage(
                "Proceed or Abort",
                r.jenkins.getItemByFullName(APPROVED_JOB, WorkflowJob.class).getBuildByNumber(build));
    }

    private void snippetGenerator() throws Exception {
        open("pipeline-syntax/");
        By sampleStep = By.cssSelector("select.dropdownList");
        browser.select(sampleStep, "doubletickLogout: DoubleTick: log out team member");
        browser.type(browser.find(By.name("_.loginNumber")), DoubleTickStandIn.MEMBER);
        browser.click(browser.button("Generate Pipeline Script"));
        WebElement script = browser.find(By.id("prototypeText"));
        browser.await(
                "script",
                () -> script.getDomProperty("value").equals("doubletickLogout '" + DoubleTickStandIn.MEMBER + "'"));
        browser.screenshot(
                "snippet-generator",
                browser.findText("Sample Step"),
                script,
                browser.find(By.cssSelector("#main-panel .jenkins-copy-button")));
    }

    private void refusedKey() throws Throwable {
        replaceKey("key_that-was-replaced");
        build(4, DoubleTickStandIn.MEMBER);
        String manage = jenkins.getUrl() + "manage/";
        By warning = By.name("doubletickApiKey");
        browser.await("warning", () -> {
            browser.open(manage);
            return browser.has(warning);
        });
        browser.screenshot("refused-key", browser.find(warning).findElement(By.xpath("..")));
        browser.click(browser.button("Check now"));
        browser.findText("DoubleTick answered 401: Invalid public api key");
        replaceKey(DoubleTickStandIn.SECOND_KEY);
        browser.click(browser.button("Check now"));
        browser.await("end of the warning", () -> {
            browser.open(manage);
            return !browser.has(warning);
        });
    }

    private void replaceKey(String key) throws Throwable {
        jenkins.runRemotely(r -> {
            DoubleTickApiKey replacement = StandInExtension.apiKey(StandInExtension.CREDENTIALS_ID, key);
            CredentialsProvider.lookupStores(r.jenkins)
                    .iterator()
                    .next()
                    .updateCredentials(Domain.global(), replacement, replacement);
        });
    }
}
