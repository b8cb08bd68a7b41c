package io.jenkins.plugins.doubletick;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
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

    private final ChromeDriver driver;
    private final List<LogEntry> console = new ArrayList<>();
    private final Path screenshots;

    private Browser(ChromeDriver driver, Path screenshots) {
        this.driver = driver;
        this.screenshots = screenshots;
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
                .addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars")
                .addArguments("--force-prefers-reduced-motion")
                .addArguments("--lang=en-US", "--accept-lang=en-US", "--window-size=1280,1000");
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
        List<String> folders = List.of(String.valueOf(System.getenv("PATH")).split(File.pathSeparator));
        return Stream.of(names)
                .flatMap(name -> folders.stream().map(folder -> new File(folder, name)))
                .filter(File::canExecute)
                .findFirst()
                .orElse(null);
    }

    @Override
    public void close() {
        driver.quit();
    }

    void open(String url) {
        driver.get(url);
    }

    String url() {
        return driver.getCurrentUrl();
    }

    private FluentWait<WebDriver> waiting(String what) {
        return new WebDriverWait(driver, Duration.ofSeconds(60))
                .pollingEvery(Duration.ofMillis(50))
                .ignoring(StaleElementReferenceException.class)
                .withMessage(() -> "No " + what + " at " + url() + " with the text "
                        + driver.findElement(By.tagName("body")).getText());
    }

    void await(String what, BooleanSupplier condition) {
        waiting(what).until(d -> condition.getAsBoolean());
    }

    void awaitEnd(By by) {
        await("end of " + by, () -> driver.findElements(by).stream().noneMatch(WebElement::isDisplayed));
    }

    /** Waits for the first one that is shown. */
    WebElement find(By by) {
        return waiting("" + by)
                .until(d -> d.findElements(by).stream()
                        .filter(WebElement::isDisplayed)
                        .findFirst()
                        .orElse(null));
    }

    boolean has(By by) {
        return !driver.findElements(by).isEmpty();
    }

    /** Waits for a text inside what {@code within} finds. */
    WebElement findText(String text, String within) {
        return find(By.xpath(within + "//*[text()[" + contains(text) + "]]"));
    }

    WebElement findText(String text) {
        return findText(text, "//body");
    }

    /** Waits for a line of the page, which may consist of several elements. */
    WebElement findLine(String text) {
        String line = "*[self::div or self::span][" + contains(text) + "]";
        return find(By.xpath("//*[@id='main-panel']//" + line + "[not(descendant::" + line + ")]"));
    }

    WebElement button(String text) {
        return find(By.xpath("//*[self::button or self::a][normalize-space(.)='" + text + "']"));
    }

    private static String contains(String text) {
        String quote = text.contains("'") ? "\"" : "'";
        return "contains(normalize-space(.), " + quote + text + quote + ")";
    }

    /** Also when something still moves before it. */
    void click(WebElement element) {
        driver.executeScript("arguments[0].scrollIntoView({block: 'center'})", element);
        waiting("way to click " + element)
                .ignoring(ElementClickInterceptedException.class)
                .until(d -> {
                    element.click();
                    return true;
                });
    }

    void type(By by, String text) {
        WebElement field = find(by);
        field.clear();
        field.sendKeys(text);
        // As leaving the field does.
        driver.executeScript("arguments[0].dispatchEvent(new Event('change', {bubbles: true}))", field);
    }

    void select(By dropDown, String entry) {
        Select select = new Select(find(dropDown));
        await(dropDown + " with " + entry, () -> has(select.getOptions(), entry));
        select.selectByVisibleText(entry);
    }

    void findSelected(By dropDown, String entry) {
        Select select = new Select(find(dropDown));
        await(dropDown + " at " + entry, () -> has(select.getAllSelectedOptions(), entry));
    }

    private static boolean has(List<WebElement> options, String entry) {
        return options.stream().anyMatch(option -> option.getText().equals(entry));
    }

    /** Writes an element, and what covers it, to name-light.png. */
    void screenshot(String name, By element) throws Exception {
        if (screenshots != null) {
            byte[] png = find(element).getScreenshotAs(OutputType.BYTES);
            Files.write(Files.createDirectories(screenshots).resolve(name + "-light.png"), png);
        }
    }

    /** The console has no error, which a violation of the Content Security Policy would be, too. */
    void assertNoErrors() {
        Assertions.assertEquals(List.of(), errors());
        // And would have told one:
        driver.executeScript("document.body.appendChild(document.createElement('script')).text = 'alert(1)'");
        await("error", () -> errors().stream().anyMatch(line -> line.contains("Content Security Policy")));
    }

    private List<String> errors() {
        console.addAll(driver.manage().logs().get(LogType.BROWSER).getAll());
        return console.stream()
                .filter(entry -> entry.getLevel() == Level.SEVERE)
                .map(LogEntry::getMessage)
                // Chromium asks for the icon of a page that is JSON.
                .filter(line -> !line.contains("/favicon.ico"))
                // Jenkins shows the form for a build's parameters with this status.
                .filter(line -> !line.matches(".*/build\\?delay=0sec - .* 405 .*"))
                .toList();
    }
}
