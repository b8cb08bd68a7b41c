package io.jenkins.plugins.doubletick;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.support.ui.WebDriverWait;

/** Writes pictures of parts of a page, in light and dark. */
final class Screenshots {

    private static final int MARGIN = 12;

    private final ChromeDriver driver;
    private final Path folder;

    /** @param folder null for none */
    Screenshots(ChromeDriver driver, Path folder) {
        this.driver = driver;
        this.folder = folder;
        prefer("light");
    }

    private void prefer(String colorScheme) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(
                                Map.of("name", "prefers-color-scheme", "value", colorScheme),
                                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
    }

    /** Writes name-light.png and name-dark.png, of the part of the page that these elements span. */
    void take(String name, WebElement... elements) throws Exception {
        if (folder == null) {
            return;
        }
        Files.createDirectories(folder);
        // Leaving a field would close the suggestions beneath it.
        driver.executeScript("""
                arguments[0].scrollIntoView({block: 'start'});
                const field = document.activeElement;
                if (!field.dropdown || !field.dropdown.state.isVisible) {
                    field.blur();
                }
                """, elements[0]);
        for (String colorScheme : List.of("light", "dark")) {
            prefer(colorScheme);
            new WebDriverWait(driver, Browser.PATIENCE)
                    .until(d -> driver.executeScript(
                            "return document.getAnimations().every(a => a.playState !== 'running')"));
            Map<String, Object> png = driver.executeCdpCommand(
                    "Page.captureScreenshot",
                    Map.of("format", "png", "captureBeyondViewport", true, "clip", area(elements)));
            Files.write(
                    folder.resolve(name + "-" + colorScheme + ".png"),
                    Base64.getDecoder().decode((String) png.get("data")));
        }
        prefer("light");
    }

    private Object area(WebElement... elements) {
        return driver.executeScript("""
                const boxes = arguments[0].map(e => e.getBoundingClientRect());
                const x = Math.max(0, Math.min(...boxes.map(b => b.left)) - arguments[1]) + window.scrollX;
                const y = Math.max(0, Math.min(...boxes.map(b => b.top)) - arguments[1]) + window.scrollY;
                return {x: x, y: y, scale: 1,
                    width: Math.max(...boxes.map(b => b.right)) + arguments[1] + window.scrollX - x,
                    height: Math.max(...boxes.map(b => b.bottom)) + arguments[1] + window.scrollY - y};
                """, List.of(elements), MARGIN);
    }
}
