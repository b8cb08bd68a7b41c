package io.jenkins.plugins.doubletick.bench;

import hudson.model.Job;
import hudson.model.Result;
import io.jenkins.plugins.doubletick.DoubleTickLogoutBuilder;
import io.jenkins.plugins.doubletick.client.ApiKey;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import io.jenkins.plugins.doubletick.client.LogoutListener;
import io.jenkins.plugins.doubletick.client.RetryPolicy;
import io.jenkins.plugins.okhttp.api.JenkinsOkHttpClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jenkins.util.Timer;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;

/** Measure 1: one logout, from the moment that somebody asks for it to its end, by each way that there is. */
final class SingleLogout {

    /** One round. */
    private interface Way {
        void once() throws Exception;
    }

    /** Calls without a build are so short that each round makes some, and counts their mean. */
    private static final int CALLS = 5;

    static final String EMPTY = "Empty Pipeline build";
    static final String EMPTY_FREESTYLE = "Empty freestyle build";
    static final String BARE = "OkHttp alone, one call";
    static final String CLIENT = "Our client, one call";
    static final String OURS = "Pipeline: `doubletickLogout`";
    static final String FREESTYLE = "Freestyle: our step";
    static final String HTTP_REQUEST = "Pipeline: `withCredentials` + `httpRequest`";
    static final String CURL = "Pipeline: `node` + `withCredentials` + `sh 'curl …'`";

    private static final LogoutListener NOBODY = new LogoutListener() {
        @Override
        public void retrying(DoubleTickException failure, int tries, Duration wait) {
            throw new IllegalStateException(failure);
        }

        @Override
        public void heldBack(Duration wait) {
            throw new IllegalStateException();
        }
    };

    private final Map<String, Way> ways = new LinkedHashMap<>();

    /** What of a side's time is Jenkins's: the build without the logout. */
    private static final Map<String, String> EMPTY_OF =
            Map.of(OURS, EMPTY, HTTP_REQUEST, EMPTY, CURL, EMPTY, FREESTYLE, EMPTY_FREESTYLE);

    private SingleLogout(ServerControl server) throws Exception {
        ways.put(EMPTY, building(Builds.pipeline("", null)));
        ways.put(OURS, building(Builds.pipeline(Builds.OURS, null)));
        ways.put(HTTP_REQUEST, building(Builds.pipeline(Builds.withKey(Builds.httpRequest(server, "")), null)));
        ways.put(CURL, building(Builds.pipeline("node {\n" + Builds.withKey(Builds.curl(server)) + "}\n", null)));
        ways.put(EMPTY_FREESTYLE, building(Builds.freestyle()));
        ways.put(FREESTYLE, building(Builds.freestyle(new DoubleTickLogoutBuilder(Builds.NUMBER))));
    }

    /** The ways without a build. */
    private void addCalls(ServerControl server, BareOkHttp okHttp, String key) throws Exception {
        DoubleTickClient client = new DoubleTickClient(
                JenkinsOkHttpClient.newClientBuilder(new OkHttpClient()).build(),
                HttpUrl.get(server.url()),
                "bench",
                RetryPolicy.DEFAULT,
                Timer.get());
        ApiKey apiKey = ApiKey.parse(key);
        LoginNumber number = LoginNumber.parse(Builds.NUMBER);
        ways.put(BARE, okHttp::once);
        ways.put(CLIENT, () -> client.logout(apiKey, number, NOBODY).get());
    }

    private static Way building(Job<?, ?> job) {
        return () -> Builds.build(job, Result.SUCCESS);
    }

    static void measure(ServerControl server, String key, Report report) throws Exception {
        SingleLogout single = new SingleLogout(server);
        server.latency(Duration.ZERO);
        Map<String, Double> first = single.first();
        try (BareOkHttp okHttp = new BareOkHttp(server, key, DoubleTickClient.MAX_REQUESTS)) {
            single.addCalls(server, okHttp, key);
            for (Duration latency : List.of(Duration.ZERO, Duration.ofMillis(50))) {
                server.latency(latency);
                single.rounds(Settings.WARM_UP);
                single.report(latency, single.rounds(Settings.SINGLE), first, report);
                first = Map.of();
            }
        }
    }

    /** What each way takes, in milliseconds, when Jenkins has built something, but nobody has logged out anybody. */
    private Map<String, Double> first() throws Exception {
        for (int i = 0; i < 3; i++) {
            ways.get(EMPTY).once();
            ways.get(EMPTY_FREESTYLE).once();
        }
        Map<String, Double> millis = new LinkedHashMap<>();
        // Ours first, so that what both need, such as credentials, counts as its cost.
        millis.put(OURS, time(OURS));
        millis.put(HTTP_REQUEST, time(HTTP_REQUEST));
        millis.put(CURL, time(CURL));
        return millis;
    }

    /** All ways in turn, so that a busy moment of the machine meets all of them. */
    private Map<String, Samples> rounds(int count) throws Exception {
        Map<String, Samples> samples = new LinkedHashMap<>();
        for (int round = 0; round < count; round++) {
            for (String way : ways.keySet()) {
                samples.computeIfAbsent(way, w -> new Samples()).add(time(way));
            }
        }
        return samples;
    }

    /** In milliseconds. */
    private double time(String name) throws Exception {
        int calls = name.equals(BARE) || name.equals(CLIENT) ? CALLS : 1;
        Way way = ways.get(name);
        long start = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            way.once();
        }
        return (System.nanoTime() - start) / 1e6 / calls;
    }

    private static void report(
            Duration latency, Map<String, Samples> samples, Map<String, Double> first, Report report) {
        samples.forEach((way, walls) -> {
            double median = walls.median();
            String beyond = "";
            report.figure(figure(way, latency), median);
            if (EMPTY_OF.containsKey(way)) {
                double more = median - samples.get(EMPTY_OF.get(way)).median();
                beyond = Samples.format(more);
                report.figure(beyond(way, latency), more);
            }
            String more = first.containsKey(way) ? "its first build: " + Samples.format(first.get(way)) + " ms" : "";
            report.row("1 logout, latency " + latency.toMillis() + " ms", way, walls.toString(), beyond, "", more);
        });
    }

    /** The name of a side's median. */
    static String figure(String way, Duration latency) {
        return "single " + way + latency;
    }

    /** The name of how much that is beyond the empty build. */
    static String beyond(String way, Duration latency) {
        return "beyond " + way + latency;
    }
}
