package io.jenkins.plugins.doubletick.bench;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;

/** How much is measured: {@code script/bench -Dbench.rounds.single=2} and so on. */
final class Settings {

    /** More options for Jenkins's JVM, such as those of a profiler. */
    static final String[] JVM = System.getProperty("bench.jvm", "").strip().split("\\s+");

    /** Which of the measures 1 to 5. */
    private static final String ONLY = System.getProperty("bench.only", "1,2,3,4,5");

    /** Rounds that are not counted before those of one logout. */
    static final int WARM_UP = Integer.getInteger("bench.rounds.warmup", 100);
    /** Rounds of one logout. */
    static final int SINGLE = Integer.getInteger("bench.rounds.single", 100);
    /** Rounds of {@link #WIDE} logouts. */
    static final int WIDE_ROUNDS = Integer.getInteger("bench.rounds.wide", 5);
    /** Rounds of {@link #HUGE} logouts. */
    static final int HUGE_ROUNDS = Integer.getInteger("bench.rounds.huge", 3);
    /** Rounds against the rate limit. */
    static final int LIMITED_ROUNDS = Integer.getInteger("bench.rounds.limited", 2);

    static final int WIDE = Integer.getInteger("bench.wide", 200);
    static final int HUGE = Integer.getInteger("bench.huge", 1000);
    static final int LIMITED = Integer.getInteger("bench.limited", 300);

    static final int LIMIT = 60;
    static final Duration MINUTE = Duration.ofSeconds(Integer.getInteger("bench.minute", 3));

    private Settings() {}

    static boolean measures(int number) {
        return Arrays.asList(ONLY.split(",")).contains(Integer.toString(number));
    }

    /** The options for Jenkins's JVM: these settings, and what {@code bench.jvm} adds. */
    static String[] options() {
        return Stream.concat(asOptions(), Arrays.stream(JVM).filter(option -> !option.isEmpty()))
                .toArray(String[]::new);
    }

    /** These settings as options for another JVM. */
    private static Stream<String> asOptions() {
        return System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("bench."))
                .map(name -> "-D" + name + "=" + System.getProperty(name));
    }
}
