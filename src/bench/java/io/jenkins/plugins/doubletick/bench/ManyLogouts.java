package io.jenkins.plugins.doubletick.bench;

import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jenkinsci.plugins.workflow.flow.FlowDurabilityHint;

/** Measures 2 and 3: many logouts in one {@code parallel}. */
final class ManyLogouts {

    static final Duration SHORT = Duration.ofMillis(300);
    static final Duration LONG = Duration.ofSeconds(1);

    private static final FlowDurabilityHint DEFAULT = null;
    private static final FlowDurabilityHint FAST = FlowDurabilityHint.PERFORMANCE_OPTIMIZED;

    private final ServerControl server;
    private final Report report;
    private final BareOkHttp bounded;
    private final BareOkHttp unbounded;

    private ManyLogouts(ServerControl server, Report report, BareOkHttp bounded, BareOkHttp unbounded) {
        this.server = server;
        this.report = report;
        this.bounded = bounded;
        this.unbounded = unbounded;
    }

    static void measure(ServerControl server, String key, Report report) throws Exception {
        try (BareOkHttp bounded = new BareOkHttp(server, key, DoubleTickClient.MAX_REQUESTS);
                BareOkHttp unbounded = new BareOkHttp(server, key, Integer.MAX_VALUE)) {
            ManyLogouts many = new ManyLogouts(server, report, bounded, unbounded);
            ThreadWatch.awaitNone("DoubleTick request"); // Of the client in measure 1, which is not Jenkins's.
            if (Settings.measures(2)) {
                int count = Settings.WIDE;
                many.rounds(many.sides(count, SHORT, FAST), 1); // To warm up.
                for (Duration latency : List.of(SHORT, LONG)) {
                    many.measure(count, latency, DEFAULT, Settings.WIDE_ROUNDS, many.builds(count, latency, DEFAULT));
                    many.measure(count, latency, FAST, Settings.WIDE_ROUNDS, many.sides(count, latency, FAST));
                }
            }
            if (Settings.measures(3)) {
                many.measure(
                        Settings.HUGE, SHORT, FAST, Settings.HUGE_ROUNDS, many.sides(Settings.HUGE, SHORT, FAST));
                many.heap(Settings.HUGE);
            }
        }
    }

    private List<Side> builds(int count, Duration latency, FlowDurabilityHint durability) throws Exception {
        return List.of(
                Side.sleep(count, latency, durability),
                Side.ours(count, durability),
                Side.httpRequest(count, server, durability));
    }

    private List<Side> sides(int count, Duration latency, FlowDurabilityHint durability) throws Exception {
        List<Side> sides = new ArrayList<>(builds(count, latency, durability));
        sides.add(Side.bare(count, bounded, DoubleTickClient.MAX_REQUESTS));
        sides.add(Side.bare(count, unbounded, Integer.MAX_VALUE));
        return sides;
    }

    private record Measured(Samples walls, int threads) {}

    private void measure(int count, Duration latency, FlowDurabilityHint durability, int rounds, List<Side> sides)
            throws Exception {
        server.latency(latency);
        Map<Side, Measured> measured = rounds(sides, rounds);
        double sleep = measured.get(sides.get(0)).walls().median();
        measured.forEach((side, m) -> {
            boolean build = side.isPipeline();
            report.figure(figure(side.name(), count, latency, durability), m.walls().median());
            report.row(
                    count + " logouts, latency " + latency.toMillis() + " ms"
                            + (build ? ", " + (durability == null ? "default durability" : durability) : ""),
                    side.name(),
                    m.walls().toString(),
                    build ? Samples.format(m.walls().median() - sleep) : "",
                    Integer.toString(m.threads()),
                    "");
        });
        // The second side is ours.
        report.most("threads", measured.get(sides.get(1)).threads());
    }

    /** The name of a side's median. */
    static String figure(String side, int count, Duration latency, FlowDurabilityHint durability) {
        return "many " + side + count + latency + durability;
    }

    private Map<Side, Measured> rounds(List<Side> sides, int count) throws Exception {
        Map<Side, Measured> measured = new LinkedHashMap<>();
        for (int round = 0; round < count; round++) {
            for (Side side : sides) {
                List<String> idle = ThreadWatch.idle();
                try (ThreadWatch watch = ThreadWatch.of(side)) {
                    double wall = side.time();
                    Measured m = measured.getOrDefault(side, new Measured(new Samples(), 0));
                    m.walls().add(wall);
                    measured.put(side, new Measured(m.walls(), Math.max(m.threads(), watch.most() - idle.size())));
                    Report.progress(side.name() + ", round " + round + ": threads over idle " + watch.beyond(idle));
                }
            }
        }
        return measured;
    }

    /** What all of them together hold in the heap while none is answered. Each side once: it differs little. */
    private void heap(int count) throws Exception {
        double sleep = 0;
        for (Side side : sides(count, Duration.ofHours(1), FAST)) {
            server.hold();
            long before = heapAfterCollection();
            Side.UnderWay underWay = side.starter().start();
            while (!underWay.allStarted() || server.counts().waiting() < Math.min(count, side.together())) {
                Thread.sleep(50);
            }
            double each = (heapAfterCollection() - before) / 1024.0 / count;
            sleep = side.name().equals(Side.SLEEP) ? each : sleep;
            server.release();
            underWay.end();
            report.figure("heap " + side.name(), each);
            report.row(
                    count + " logouts in flight or queued, " + FAST,
                    side.name(),
                    "",
                    "",
                    "",
                    "heap for each: " + Samples.format(each) + " KiB"
                            + (side.isPipeline() ? ", " + Samples.format(each - sleep) + " beyond `sleep`" : ""));
        }
    }

    /** In bytes. */
    private static long heapAfterCollection() throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(300); // For what reference handlers free.
            least = Math.min(
                    least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}
