package io.jenkins.plugins.doubletick.client;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The system log of this plugin and OkHttp at every level, with exceptions and their causes. */
public final class SystemLog extends Handler implements BeforeEachCallback, AfterEachCallback {

    /** Held here, because a logger without a reference forgets its level. */
    public static final List<Logger> LOGGERS =
            List.of(Logger.getLogger("io.jenkins.plugins.doubletick"), Logger.getLogger("okhttp3"));

    private final List<String> ours = new CopyOnWriteArrayList<>();
    private final List<String> others = new CopyOnWriteArrayList<>();

    private boolean isQuiet;

    /** Keeps the plugin's own lines off the console, for tests in which the plugin logs failures. */
    public static SystemLog quiet() {
        SystemLog log = new SystemLog();
        log.isQuiet = true;
        return log;
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        setLevel(Level.ALL);
        Logger.getLogger("").addHandler(this);
        LOGGERS.forEach(logger -> {
            logger.setLevel(Level.ALL);
            if (isQuiet) {
                logger.setUseParentHandlers(false);
                logger.addHandler(this);
            }
        });
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Logger.getLogger("").removeHandler(this);
        LOGGERS.forEach(logger -> {
            logger.setLevel(null);
            logger.setUseParentHandlers(true);
            logger.removeHandler(this);
        });
    }

    @Override
    public void publish(LogRecord record) {
        String text = new SimpleFormatter().format(record) + Arrays.toString(record.getParameters());
        String name = String.valueOf(record.getLoggerName());
        boolean isOurs = LOGGERS.stream().anyMatch(logger -> name.startsWith(logger.getName()));
        (isOurs ? ours : others).add(text);
    }

    public String ours() {
        return String.join("\n", ours);
    }

    public String others() {
        return String.join("\n", others);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
