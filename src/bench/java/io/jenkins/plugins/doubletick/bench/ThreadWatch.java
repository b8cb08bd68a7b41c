package io.jenkins.plugins.doubletick.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The most threads that there were at a time, counted every few milliseconds. Threads of the other sides do not count,
 * since their pools keep them a minute longer than they are needed; so the sides can take turns.
 */
final class ThreadWatch implements AutoCloseable {

    private static final String WATCHER = "Bench thread watch";

    private final List<String> others;
    private final Thread watcher = new Thread(this::watch, WATCHER);
    private volatile boolean over;
    private volatile List<String> most = List.of();

    private ThreadWatch(String own) {
        others = others(own);
    }

    private static List<String> others(String own) {
        return Side.ALL_THREADS.stream().filter(name -> !name.equals(own)).toList();
    }

    /** Starts to watch, until it is closed. */
    static ThreadWatch of(Side side) {
        ThreadWatch watch = new ThreadWatch(side.threads());
        watch.watcher.start();
        return watch;
    }

    /** The names of the threads that there are if no side does anything: Jenkins's own after all it has done so far. */
    static List<String> idle() throws InterruptedException {
        Thread.sleep(200); // For those that end with a build.
        return Stream.concat(names(Side.ALL_THREADS).stream(), Stream.of(WATCHER)).toList();
    }

    /** Waits until threads of other measures are gone that would count as the side's own. */
    static void awaitNone(String prefix) throws InterruptedException {
        while (names(List.of()).stream().anyMatch(name -> name.startsWith(prefix))) {
            Thread.sleep(100);
        }
    }

    int most() {
        return most.size();
    }

    /** Which of them there are more of than before: names without numbers, and how many more. */
    Map<String, Integer> beyond(List<String> idle) {
        Map<String, Integer> groups = new TreeMap<>();
        most.forEach(name -> groups.merge(group(name), 1, Integer::sum));
        idle.forEach(name -> groups.merge(group(name), -1, Integer::sum));
        groups.values().removeIf(more -> more <= 0);
        return groups;
    }

    private static String group(String name) {
        return name.replaceAll("[0-9]+|\\[.*| : .*|:/.*", "").strip();
    }

    private void watch() {
        while (!over) {
            List<String> now = names(others);
            if (now.size() > most.size()) {
                most = now;
            }
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static List<String> names(List<String> without) {
        ThreadGroup top = Thread.currentThread().getThreadGroup();
        while (top.getParent() != null) {
            top = top.getParent();
        }
        Thread[] threads = new Thread[5000];
        int all = top.enumerate(threads);
        return Arrays.stream(threads, 0, all)
                .map(Thread::getName)
                .filter(name -> without.stream().noneMatch(name::startsWith))
                .toList();
    }

    @Override
    public void close() throws InterruptedException {
        over = true;
        watcher.join();
    }
}
