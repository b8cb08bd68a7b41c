package io.jenkins.plugins.doubletick.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How long each round of one side took, in milliseconds. */
final class Samples {

    private final List<Double> millis = new ArrayList<>();

    void add(double value) {
        millis.add(value);
    }

    double median() {
        List<Double> sorted = millis.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** The median, and from where to where the rounds went. */
    @Override
    public String toString() {
        double least = millis.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        double most = millis.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        return format(median()) + " (" + format(least) + "–" + format(most) + ")";
    }

    /** As many digits as mean something. */
    static String format(double value) {
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size < 10 ? "%.2f" : size < 100 ? "%.1f" : "%.0f", value);
    }
}
