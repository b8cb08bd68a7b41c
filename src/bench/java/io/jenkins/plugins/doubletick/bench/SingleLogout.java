package io.jenkins.plugins.doubletick.bench;

import hudson.model.Job;
import hudson.model.Result;
import io.jenkins.plugins.doubletick.DoubleTickLogoutBuilder;
import io.jenkins.plugins.doubletick.client.ApiKey;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import io.jenkins.plugins.doubletick.client.CallListener;
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

    /** Without latency, a call is so short that a round makes some, and counts their mean. */
    private static final int SHORT_CALLS = 50;
    /** Until both JIT compilers are through with a call: the first thousands measure the compilers. */
    private static final int CALLS_TO_WARM_UP = 20_000;

    static final String EMPTY = "Empty Pipeline build";
    static final String SLEEP = "Pipeline: `sleep` for 1 ms";
    static final String EMPTY_FREESTYLE = "Empty freestyle build";
    static final String BARE = "OkHttp alone, `execute`";
    static final String BARE_ASYNC = "OkHttp alone, `enqueue`";
    static final String CLIENT = "Our client";
    static final String OURS = "Pipeline: `doubletickLogout`";
    static final String FREESTYLE = "Freestyle: our step";
    static final String HTTP_REQUEST = "Pipeline: `withCredentials` + `httpRequest`";
    static final String CURL = "Pipeline: `node` + `withCredentials` + `sh 'curl …'`";

    private static final CallListener NOBODY = new CallListener() {
        @Override
        public void retrying(DoubleTickException failure, int tries, Duration wait) {
            throw new IllegalStateException(failure);
        }

        @Override
        public void heldBack(Duration wait) {
            throw new IllegalStateException();
        }
    };

    private final Map<String, Way> builds = new LinkedHashMap<>();
    private final Map<String, Way> calls = new LinkedHashMap<>();

    /** What of a side's time is Jenkins's: the build without the logout. */
    private static final Map<String, String> EMPTY_OF =
            Map.of(SLEEP, EMPTY, OURS, EMPTY, HTTP_REQUEST, EMPTY, CURL, EMPTY, FREESTYLE, EMPTY_FREESTYLE);

    private SingleLogout(ServerControl server, BareOkHttp okHttp, String key) throws Exception {
        builds.put(EMPTY, building(Builds.pipeline("", null)));
        builds.put(SLEEP, building(Builds.pipeline("sleep time: 1, unit: 'MILLISECONDS'", null)));
        builds.put(OURS, building(Builds.pipeline(Builds.OURS, null)));
        builds.put(HTTP_REQUEST, building(Builds.pipeline(Builds.withKey(Builds.httpRequest(server, "")), null)));
        builds.put(CURL, building(Builds.pipeline("node {\n" + Builds.withKey(Builds.curl(server)) + "}\n", null)));
        builds.put(EMPTY_FREESTYLE, building(Builds.freestyle()));
        builds.put(FREESTYLE, building(Builds.freestyle(new DoubleTickLogoutBuilder(Builds.NUMBER))));
        DoubleTickClient client = new DoubleTickClient(
                JenkinsOkHttpClient.newClientBuilder(new OkHttpClient()).build(),
                HttpUrl.get(server.url()),
                "bench",
                RetryPolicy.DEFAULT,
                Timer.get());
        ApiKey apiKey = ApiKey.parse(key);
        LoginNumber number = LoginNumber.parse(Builds.NUMBER);
        calls.put(BARE, okHttp::once);
        calls.put(BARE_ASYNC, () -> okHttp.many(1).get());
        calls.put(CLIENT, () -> client.logout(apiKey, number, NOBODY).get());
    }

    private static Way building(Job<?, ?> job) {
        return () -> Builds.build(job, Result.SUCCESS);
    }

    static void measure(ServerControl server, String key, Report report) throws Exception {
        server.latency(Duration.ZERO);
        try (BareOkHttp okHttp = new BareOkHttp(server, key, DoubleTickClient.MAX_REQUESTS)) {
            SingleLogout single = new SingleLogout(server, okHttp, key);
            Map<String, Double> first = single.first();
            rounds(single.builds, Settings.WARM_UP, 1);
            rounds(single.calls, 1, CALLS_TO_WARM_UP);
            for (Duration latency : List.of(Duration.ZERO, Duration.ofMillis(50))) {
                server.latency(latency);
                report(latency, rounds(single.builds, Settings.SINGLE, 1), first, report);
                int calls = latency.isZero() ? SHORT_CALLS : 1;
                report(latency, rounds(single.calls, Settings.SINGLE, calls), first, report);
                first = Map.of();
            }
        }
    }

    /** What each way takes, in milliseconds, when Jenkins has built something, but nobody has logged out anybody. */
    private Map<String, Double> first() throws Exception {
        for (int i = 0; i < 3; i++) {
            builds.get(EMPTY).once();
            builds.get(EMPTY_FREESTYLE).once();
        }
        Map<String, Double> millis = new LinkedHashMap<>();
        // Ours first, so that what both need, such as credentials, counts as its cost.
        for (String way : List.of(OURS, HTTP_REQUEST, CURL)) {
            millis.put(way, time(builds.get(way), 1));
        }
        return millis;
    }

    /** All ways in turn, so that a busy moment of the machine meets all of them. */
    private static Map<String, Samples> rounds(Map<String, Way> ways, int count, int times) throws Exception {
        Map<String, Samples> samples = new LinkedHashMap<>();
        for (int round = 0; round < count; round++) {
            for (Map.Entry<String, Way> way : ways.entrySet()) {
                samples.computeIfAbsent(way.getKey(), w -> new Samples()).add(time(way.getValue(), times));
            }
        }
        return samples;
    }

    /** The mean of so many times, in milliseconds. */
    private static double time(Way way, int times) throws Exception {
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
            way.once();
        }
        return (System.nanoTime() - start) / 1e6 / times;
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
