package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.cfg.PackageVersion;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.OkHttp;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.jvnet.localizer.Localizable;

/** The client is tested with the libraries that Jenkins gives it, also where there is no Jenkins. */
class ClientOnlyPomTest {

    @Test
    void versionsAreThoseOfTheFullBuild() throws Exception {
        String pom = Files.readString(Path.of("pom-client-only.xml"));
        assertEquals(OkHttp.VERSION, property(pom, "okhttp.version"));
        assertEquals(PackageVersion.VERSION.toString(), property(pom, "jackson.version"));
        assertEquals(Test.class.getPackage().getImplementationVersion(), property(pom, "junit.version"));
        assertEquals(jarVersion(Localizable.class), property(pom, "localizer.version"));
        assertEquals(Integer.toString(classRelease()), property(pom, "maven.compiler.release"));
    }

    @Test
    void testCertificatesAreMadeByTheSameOkHttp() {
        assertEquals(OkHttp.VERSION, jarVersion(HeldCertificate.class));
    }

    private static String property(String pom, String name) {
        Matcher matcher =
                Pattern.compile("<" + Pattern.quote(name) + ">([^<]+)</").matcher(pom);
        return matcher.find() ? matcher.group(1) : "none";
    }

    /** The Java release that the client's classes are compiled for (JVM specification, 4.1). */
    private static int classRelease() throws IOException {
        try (DataInputStream bytes =
                new DataInputStream(DoubleTickClient.class.getResourceAsStream("DoubleTickClient.class"))) {
            bytes.skipBytes(6);
            return bytes.readUnsignedShort() - 44;
        }
    }

    /** From the jar's name: its manifest has no version. */
    private static String jarVersion(Class<?> type) {
        String jar = type.getProtectionDomain().getCodeSource().getLocation().getPath();
        return jar.replaceFirst(".*-([0-9.]+)\\.jar$", "$1");
    }
}
