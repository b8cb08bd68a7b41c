package io.jenkins.plugins.doubletick.client;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ServerSocketFactory;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;

/** Certificates for servers of a test, and an authority that Java can be made to trust. */
public final class TestCertificates {

    private static final String TRUST_STORE = "javax.net.ssl.trustStore";
    private static final String PASSWORD = "changeit";

    private static final HeldCertificate AUTHORITY =
            new HeldCertificate.Builder().certificateAuthority(0).build();

    private TestCertificates() {}

    /** Java trusts this authority and no other from now on until {@link #distrust}. */
    public static void trust(Path directory) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("authority", AUTHORITY.certificate());
        Path file = directory.resolve("trusted.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD.toCharArray());
        }
        System.setProperty(TRUST_STORE, file.toString());
        System.setProperty(TRUST_STORE + "Password", PASSWORD);
    }

    public static void distrust() {
        System.clearProperty(TRUST_STORE);
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
