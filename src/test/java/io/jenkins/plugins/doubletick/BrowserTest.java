package io.jenkins.plugins.doubletick;

import io.jenkins.plugins.darktheme.DarkThemeSystemManagerFactory;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.thememanager.ThemeManagerPageDecorator;
import java.nio.file.Path;
import jenkins.model.Jenkins;
import org.junit.jupiter.api.AfterEach;
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
        build(1, DoubleTickStandIn.MEMBER, "+91••••••3210 logged out", "build-success");
        build(2, DoubleTickStandIn.NOT_A_MEMBER, "+91••••••3299 not logged out", "build-failure");
        snippetGenerator();
        browser.assertNoErrors();
    }

    private void addKey() throws Exception {
        open("manage/credentials/store/system/domain/_/");
        browser.click(browser.button("Add Credentials"));
        browser.click(browser.findText("DoubleTick API key", "//dialog"));
        browser.click(browser.button("Next"));
        WebElement key = browser.find(By.cssSelector("dialog input[name='_.apiKey']"));
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
        browser.select(By.name("_.credentialsId"), DESCRIPTION);
        WebElement verify = browser.button("Verify key");
        verify.sendKeys(Keys.ENTER);
        browser.findText("Key accepted");
        browser.screenshot("system", browser.findText("DoubleTick", "//section"), verify);
        browser.click(browser.button("Save"));
        browser.await("page behind the form", () -> !browser.url().contains("/config"));
        open("manage/configure");
        browser.findSelected(By.name("_.credentialsId"), DESCRIPTION);
    }

    private void createJob() throws Exception {
        open("newJob");
        browser.type(browser.find(By.id("name")), JOB);
        browser.click(browser.findText("Freestyle project"));
        browser.click(browser.button("OK"));
        browser.click(browser.findText("This project is parameterized"));
        browser.click(browser.button("Add Parameter"));
        browser.click(browser.button("String Parameter"));
        browser.type(browser.find(By.name("parameter.name")), "LOGIN_NUMBER");
        browser.click(browser.button("Add build step"));
        browser.click(browser.button("DoubleTick: log out team member"));
        WebElement number = browser.find(By.name("_.loginNumber"));
        browser.type(number, "0919876543");
        browser.findText("begins with the country code");
        browser.type(number, "$LOGIN_NUMBER");
        browser.findText("$LOGIN_NUMBER is filled in at build time");
        browser.findText("default: doubletick");
        browser.help(number, "The phone number that the team member logs in to DoubleTick with");
        WebElement step =
                browser.find(By.xpath("//*[@descriptorid='" + DoubleTickLogoutBuilder.class.getName() + "']"));
        browser.screenshot("freestyle", step);
        browser.click(browser.button("Save"));
        browser.button("Build with Parameters");
    }

    private void build(int build, String number, String line, String screenshot) throws Throwable {
        open("job/" + JOB + "/");
        browser.click(browser.button("Build with Parameters"));
        browser.type(browser.find(By.name("value")), number);
        browser.click(browser.button("Build"));
        browser.find(By.cssSelector("a[href$='/job/" + JOB + "/" + build + "/']"));
        jenkins.runRemotely(JenkinsRule::waitUntilNoActivity);
        open("job/" + JOB + "/" + build + "/");
        browser.screenshot(
                screenshot,
                browser.find(By.cssSelector("#main-panel h1, #main-panel .jenkins-app-bar")),
                browser.findText("No changes"));
        browser.findText(line, "//*[@id='main-panel']");
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
}
