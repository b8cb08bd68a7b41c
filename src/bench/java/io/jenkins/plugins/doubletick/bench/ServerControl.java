package io.jenkins.plugins.doubletick.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Tells the {@link LatencyServer} what to do.
 *
 * @param url where it is, without a slash at the end
 */
record ServerControl(String url) {

    /**
     * What the server has seen since it was last set up.
     *
     * @param requests how many requests came
     * @param successes how many it confirmed
     * @param waiting how many wait for their answer now
     */
    record Counts(int requests, int successes, int waiting) {}

    /** A server's process, which ends with this one. */
    record Running(Process process, ServerControl control) implements AutoCloseable {
        @Override
        public void close() {
            process.destroy();
        }
    }

    static Running start() throws IOException, URISyntaxException {
        Path classes = Path.of(LatencyServer.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classes.toString(),
                        LatencyServer.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String url = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
                .readLine();
        return new Running(process, new ServerControl(url));
    }

    /** Where a logout is posted to. */
    String logoutUrl() {
        return url + "/team-member/logout";
    }

    /** Every answer comes after this time. */
    void latency(Duration latency) throws IOException {
        get("/control?latency=" + latency.toMillis());
    }

    /** As {@link #latency}, and no more than so many logouts are confirmed in each period. */
    void limit(Duration latency, int limit, Duration period) throws IOException {
        get("/control?latency=" + latency.toMillis() + "&limit=" + limit + "&period=" + period.toMillis());
    }

    /** No answer comes before {@link #release}. */
    void hold() throws IOException {
        get("/control?latency=-1");
    }

    void release() throws IOException {
        get("/release");
    }

    Counts counts() throws IOException {
        String[] counts = get("/counts").split(" ");
        return new Counts(Integer.parseInt(counts[0]), Integer.parseInt(counts[1]), Integer.parseInt(counts[2]));
    }

    private String get(String path) throws IOException {
        try (InputStream answer = URI.create(url + path).toURL().openStream()) {
            return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
