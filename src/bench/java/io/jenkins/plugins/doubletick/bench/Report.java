package io.jenkins.plugins.doubletick.bench;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The table, row by row, and the figures that the aims are made of. It goes from Jenkins's process to the test's. */
final class Report implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final String HEAD = """
            | Measure | Side | Wall, ms: median (least–most) | Beyond Jenkins's own, ms | Threads over idle | More |
            | --- | --- | --- | --- | --- | --- |
            """;

    private String machine = "";
    private final List<String> rows = new ArrayList<>();
    private final Map<String, Double> figures = new HashMap<>();

    /** Says on what it was measured. */
    void machine(String text) {
        machine = text;
    }

    String machine() {
        return machine;
    }

    void row(String measure, String side, String wall, String beyond, String threads, String more) {
        String row = "| " + String.join(" | ", measure, side, wall, beyond, threads, more) + " |";
        rows.add(row);
        progress(row);
    }

    /** Keeps a figure for an aim. */
    void figure(String name, double value) {
        figures.put(name, value);
    }

    /** Keeps the largest of some figures for an aim. */
    void most(String name, double value) {
        figures.merge(name, value, Math::max);
    }

    /** A row that says whether the quotient of two figures is what it is to be; none if one was not measured. */
    void aim(String aim, String figure, String against, double most) {
        if (figures.containsKey(figure) && figures.containsKey(against)) {
            aim(aim, figures.get(figure) / figures.get(against), most);
        }
    }

    /** A row that says whether a figure is what it is to be; none if it was not measured. */
    void aim(String aim, String figure, double most) {
        if (figures.containsKey(figure)) {
            aim(aim, figures.get(figure), most);
        }
    }

    private void aim(String aim, double value, double most) {
        String verdict = value <= most ? "reached" : "**missed**";
        row("Aim", aim, "", "", "", Samples.format(value) + ", at most " + Samples.format(most) + ": " + verdict);
    }

    String table() {
        return HEAD + String.join("\n", rows) + "\n";
    }

    /** What {@code script/bench} shows while it runs. */
    static void progress(String line) {
        System.out.println("[bench] " + line);
    }
}
