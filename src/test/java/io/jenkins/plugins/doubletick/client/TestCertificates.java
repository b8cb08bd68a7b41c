package io.jenkins.plugins.doubletick.client;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ServerSocketFactory;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Certificates for servers of a test, and an authority that Java trusts, and no other, during the tests of a class. */
public final class TestCertificates implements BeforeAllCallback, AfterAllCallback {

    private static final String TRUST_STORE = "javax.net.ssl.trustStore";
    private static final String PASSWORD = "changeit";

    private static final HeldCertificate AUTHORITY =
            new HeldCertificate.Builder().certificateAuthority(0).build();

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("authority", AUTHORITY.certificate());
        Path file = Files.createTempFile("trusted", ".p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD.toCharArray());
        }
        System.setProperty(TRUST_STORE, file.toString());
        System.setProperty(TRUST_STORE + "Password", PASSWORD);
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        Files.delete(Path.of(System.clearProperty(TRUST_STORE)));
        System.clearProperty(TRUST_STORE + "Password");
    }

    public static ServerSocketFactory trusted() {
        return server(forHost("localhost").signedBy(AUTHORITY));
    }

    public static ServerSocketFactory expired() {
        return server(forHost("localhost").signedBy(AUTHORITY).validityInterval(0, 1000)); // In 1970.
    }

    static ServerSocketFactory forAnotherHost() {
        return server(forHost("other.example").signedBy(AUTHORITY));
    }

    static ServerSocketFactory byUnknownAuthority() {
        return server(forHost("localhost")
                .signedBy(new HeldCertificate.Builder().certificateAuthority(0).build()));
    }

    private static HeldCertificate.Builder forHost(String host) {
        return new HeldCertificate.Builder().addSubjectAlternativeName(host);
    }

    private static ServerSocketFactory server(HeldCertificate.Builder certificate) {
        return new HandshakeCertificates.Builder()
                .heldCertificate(certificate.build())
                .build()
                .sslContext()
                .getServerSocketFactory();
    }
}
