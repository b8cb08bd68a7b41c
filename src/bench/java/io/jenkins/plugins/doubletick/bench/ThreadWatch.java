package io.jenkins.plugins.doubletick.bench;

import java.util.List;

/**
 * The most threads that there were at a time, counted every few milliseconds. Threads of the other sides do not count,
 * since their pools keep them a minute longer than they are needed; so the sides can take turns.
 */
final class ThreadWatch implements AutoCloseable {

    private final List<String> others;
    private final Thread watcher = new Thread(this::watch, "Bench thread watch");
    private volatile boolean over;
    private volatile int most;

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

    /** How many threads there are if no side does anything. */
    static int idle() throws InterruptedException {
        Thread.sleep(1000);
        return count(others("")) + 1; // The watcher.
    }

    int most() {
        return most;
    }

    private void watch() {
        while (!over) {
            most = Math.max(most, count(others));
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static int count(List<String> without) {
        ThreadGroup top = Thread.currentThread().getThreadGroup();
        while (top.getParent() != null) {
            top = top.getParent();
        }
        Thread[] threads = new Thread[5000];
        int all = top.enumerate(threads);
        int counted = 0;
        for (int i = 0; i < all; i++) {
            String name = threads[i].getName();
            counted += without.stream().noneMatch(name::startsWith) ? 1 : 0;
        }
        return counted;
    }

    @Override
    public void close() throws InterruptedException {
        over = true;
        watcher.join();
    }
}
