package io.jenkins.plugins.doubletick;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.By;
import org.openqa.selenium.ElementClickInterceptedException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.FluentWait;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A headless Chromium with an English user, who sees what is written on buttons and before fields. */
final class Browser implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ChromeDriver driver;
    private final List<String> console = new ArrayList<>();
    private final Screenshots screenshots;

    private Browser(ChromeDriver driver, Path screenshots) {
        this.driver = driver;
        this.screenshots = new Screenshots(driver, screenshots);
    }

    /**
     * Starts it; skips the test where it is not installed.
     *
     * @param screenshots the folder for screenshots; null for none
     */
    static Browser start(Path screenshots) {
        File chromium = executable("chromium", "chromium-browser", "google-chrome");
        File chromedriver = executable("chromedriver");
        Assumptions.assumeTrue(
                chromium != null && chromedriver != null,
                "Skipped: chromium and chromedriver are not both on the PATH (Debian: apt-get install chromium-driver)");
        ChromeOptions options = new ChromeOptions()
                .setBinary(chromium)
                .addArguments(
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--no-first-run",
                        "--hide-scrollbars",
                        "--lang=en-US",
                        "--accept-lang=en-US",
                        "--window-size=1280,1000");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(chromedriver)
                .usingAnyFreePort()
                .build();
        return new Browser(new ChromeDriver(service, options), screenshots);
    }

    private static File executable(String... names) {
        String path = System.getenv("PATH");
        return Arrays.stream(names)
                .flatMap(name -> Stream.of(path == null ? new String[0] : path.split(File.pathSeparator))
                        .map(folder -> new File(folder, name)))
                .filter(File::canExecute)
                .findFirst()
                .orElse(null);
    }

    @Override
    public void close() {
        driver.quit();
    }

    void open(String url) {
        readConsole();
        driver.get(url);
    }

    String url() {
        return driver.getCurrentUrl();
    }

    /** Waits for the first one that is shown. */
    WebElement find(By by) {
        return waiting(by::toString)
                .until(d -> d.findElements(by).stream()
                        .filter(WebElement::isDisplayed)
                        .findFirst()
                        .orElse(null));
    }

    private FluentWait<WebDriver> waiting(Supplier<String> what) {
        return new WebDriverWait(driver, PATIENCE)
                .ignoring(StaleElementReferenceException.class)
                .withMessage(() -> "No " + what.get() + " at " + url() + ", see " + failure());
    }

    private Path failure() {
        try {
            return Files.write(Path.of("target", "browser-failure.png"), driver.getScreenshotAs(OutputType.BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for a text inside what {@code within} finds. */
    WebElement findText(String text, String within) {
        return find(By.xpath(within + "//*[text()[contains(normalize-space(.), " + quote(text) + ")]]"));
    }

    WebElement findText(String text) {
        return findText(text, "//body");
    }

    /** Waits for a line of the page, which may consist of several elements. */
    WebElement findLine(String text) {
        return find(By.xpath("//*[@id='main-panel']//*[self::div or self::span][contains(normalize-space(.), "
                + quote(text) + ")][not(descendant::*[self::div or self::span][contains(normalize-space(.), "
                + quote(text) + ")])]"));
    }

    /** Returns the direction in which an element is written. */
    String directionOf(WebElement element) {
        return (String) driver.executeScript("return getComputedStyle(arguments[0]).direction", element);
    }

    /** The button or link with this text on it. */
    WebElement button(String text) {
        return find(By.xpath("//*[self::button or self::a][normalize-space(.)=" + quote(text) + "]"));
    }

    /** Also when something still moves before it. */
    void click(WebElement element) {
        driver.executeScript("arguments[0].scrollIntoView({block: 'center'})", element);
        waiting(() -> "way to click " + element)
                .ignoring(ElementClickInterceptedException.class)
                .until(d -> {
                    element.click();
                    return true;
                });
        readConsole();
    }

    /** Opens the help of a field, which begins with this text, and closes it again. */
    void help(WebElement field, String text) {
        WebElement button = field.findElement(By.xpath(
                "ancestor::*[contains(@class,'jenkins-form-item')][1]//*[contains(@class,'jenkins-help-button')]"));
        click(button);
        WebElement help = findText(text);
        click(button);
        await("end of the help", () -> !help.isDisplayed());
    }

    void type(WebElement field, String text) {
        field.clear();
        field.sendKeys(text);
        // As leaving the field does.
        driver.executeScript("arguments[0].dispatchEvent(new Event('change', {bubbles: true}))", field);
    }

    /** Waits until the drop-down has this entry, and chooses it. */
    void select(By dropDown, String entry) {
        Select select = new Select(find(dropDown));
        await(
                dropDown + " with " + entry,
                () -> select.getOptions().stream()
                        .anyMatch(option -> option.getText().equals(entry)));
        select.selectByVisibleText(entry);
    }

    /** Waits until the drop-down shows this entry. */
    void findSelected(By dropDown, String entry) {
        Select select = new Select(find(dropDown));
        await(
                dropDown + " at " + entry,
                () -> select.getAllSelectedOptions().stream()
                        .anyMatch(option -> option.getText().equals(entry)));
    }

    /** Whether the page has one now. */
    boolean has(By by) {
        return !driver.findElements(by).isEmpty();
    }

    void await(String what, BooleanSupplier condition) {
        waiting(() -> what).until(d -> condition.getAsBoolean());
    }

    /** Waits until nothing is shown that this finds. */
    void awaitEnd(By by) {
        await("end of " + by, () -> driver.findElements(by).stream().noneMatch(WebElement::isDisplayed));
    }

    private static String quote(String text) {
        return text.contains("'") ? '"' + text + '"' : "'" + text + "'";
    }

    private void readConsole() {
        for (LogEntry entry : driver.manage().logs().get(LogType.BROWSER)) {
            console.add(entry.getLevel() + " " + entry.getMessage());
        }
    }

    void screenshot(String name, WebElement... elements) throws Exception {
        screenshots.take(name, elements);
    }

    /** The console has no error, which a violation of the Content Security Policy would be, too. */
    void assertNoErrors() {
        Assertions.assertEquals(List.of(), errors());
        // And would have told one:
        driver.executeScript("document.body.appendChild(document.createElement('script')).text = 'alert(1)'");
        await("error", () -> errors().stream().anyMatch(line -> line.contains("Content Security Policy")));
    }

    private List<String> errors() {
        readConsole();
        return console.stream()
                .filter(line -> line.startsWith("SEVERE"))
                // Chromium asks for the icon of a page that is JSON.
                .filter(line -> !line.contains("/favicon.ico"))
                // Jenkins shows the form for a build's parameters with this status.
                .filter(line -> !line.matches(".*/build\\?delay=0sec - .* 405 .*"))
                .toList();
    }
}
