package io.jenkins.plugins.doubletick.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The table, row by row, with a column for each side. */
final class Report {

    private final StringBuilder table = new StringBuilder();

    Report() {
        row("Measure", side -> side.title, "Aim");
        row("---", side -> "---", "---");
    }

    /**
     * Adds a row.
     *
     * @param value null for a side that was not measured
     * @param aim empty for none
     */
    void row(String measure, Function<Side, String> value, String aim) {
        String values = Arrays.stream(Side.values())
                .map(side -> Objects.requireNonNullElse(value.apply(side), ""))
                .collect(Collectors.joining(" | ", " | ", " | "));
        String row = "| " + measure + values + aim + " |";
        table.append(row).append('\n');
        progress(row);
    }

    static String aim(String aim, boolean reached) {
        return aim + ": " + (reached ? "reached" : "**missed**");
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** Writes three digits, which is more than can be repeated. */
    static String format(double value) {
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size < 10 ? "%.2f" : size < 100 ? "%.1f" : "%.0f", value);
    }

    @Override
    public String toString() {
        return table.toString();
    }

    /** Shows a line while {@code script/bench} runs. */
    static void progress(String line) {
        System.out.println("[bench] " + line);
    }
}
