package io.jenkins.plugins.doubletick.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/** Measure 5: what the plugin costs whoever has it installed and does not use it. */
final class Footprint {

    private Footprint() {}

    static void measure(Path classLog, Report report) throws IOException {
        hpi("DoubleTick", Path.of("target", "doubletick.hpi"), report);
        hpi("HTTP Request", Path.of("target", "test-classes", "test-dependencies", "http_request.hpi"), report);
        List<String> loaded;
        // "[0.1s][info][class,load] a.b.C source: …"
        try (Stream<String> lines = Files.lines(classLog)) {
            loaded = lines.map(line -> line.replaceFirst(".*\\] ", "").replaceFirst(" source:.*", ""))
                    .toList();
        }
        classes("DoubleTick", loaded, "io.jenkins.plugins.doubletick.", report);
        classes("HTTP Request", loaded, "jenkins.plugins.http_request.", report);
        classes("OkHttp and Okio, for everybody", loaded, "okhttp3.|okio.|io.jenkins.plugins.okhttp.", report);
        classes("Jackson, for everybody", loaded, "com.fasterxml.jackson.", report);
    }

    private static void hpi(String plugin, Path hpi, Report report) throws IOException {
        try (ZipFile zip = new ZipFile(hpi.toFile())) {
            long jars =
                    zip.stream().filter(entry -> entry.getName().endsWith(".jar")).count();
            report.row(
                    "`.hpi`", plugin, "", "", "", Files.size(hpi) / 1024 + " KiB with " + jars + " jars, its own among them");
        }
    }

    private static void classes(String plugin, List<String> loaded, String packages, Report report) {
        List<String> own = loaded.stream()
                .filter(name -> Stream.of(packages.split("\\|")).anyMatch(name::startsWith))
                .filter(name -> !name.startsWith(Footprint.class.getPackageName()))
                .toList();
        own.stream().limit(50).forEach(name -> Report.progress("loaded: " + name));
        report.row("Classes loaded when Jenkins boots", plugin, "", "", "", Integer.toString(own.size()));
    }
}
