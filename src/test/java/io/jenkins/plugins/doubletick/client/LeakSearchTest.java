package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A search that finds nothing proves something only if it finds what is there. */
class LeakSearchTest {

    private final LeakSearch search = new LeakSearch(List.of("key_a+b=1"), List.of("+447700900123"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization: key_a+b=1",
                "KEY_A+B=1",
                "?k=key_a%2Bb%3D1",
                "a2V5X2ErYj0x",
                "k\0e\0y\0_\0a\0+\0b\0=\0001\0",
                "key_\u001B[31ma+b=1",
                "key_a\n+b=1"
            })
    void findsTheKey(String text) {
        search.forKeys("there", text);
        assertEquals(1, search.hits().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"+447700900123", "07700 900123", "+44 (7700) 900-123", "44.7700.900.123"})
    void findsTheNumber(String text) {
        search.forKeysAndNumbers("there", text);
        assertEquals(1, search.hits().size());
    }

    @Test
    void findsInFiles(@TempDir Path directory) throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write("key_a+b=1".getBytes(StandardCharsets.UTF_8));
        }
        Files.write(directory.resolve("packed"), packed.toByteArray());
        Files.writeString(Files.createDirectory(directory.resolve("deeper")).resolve("plain"), "key_a+b=1");
        search.filesForKeys(directory);
        assertEquals(2, search.hits().size());
    }

    @Test
    void findsNothingWhereNothingIs() {
        search.forKeysAndNumbers("there", "+44••••••0123 is logged out with ****, {AQAAABAAAAAgN1rAR5rv}");
        assertEquals(List.of(), search.hits());
    }
}
