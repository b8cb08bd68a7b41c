package io.jenkins.plugins.doubletick.client;

import java.util.Locale;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Runs each test of a class in a language with digits of its own, in which messages must have ASCII digits all the same. */
final class ArabicLocale implements BeforeEachCallback, AfterEachCallback {

    private static final Locale BEFORE = Locale.getDefault();

    @Override
    public void beforeEach(ExtensionContext context) {
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Locale.setDefault(BEFORE);
    }
}
