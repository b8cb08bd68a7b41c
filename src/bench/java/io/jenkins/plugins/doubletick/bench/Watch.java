package io.jenkins.plugins.doubletick.bench;

import java.util.Arrays;

/** Counts the most threads and processes that a side holds, every few milliseconds, until it is closed. */
final class Watch implements AutoCloseable {

    private final Side side;
    private final Thread watcher = new Thread(this::watch, "Bench watch");
    private volatile boolean over;
    private long threads;
    private long processes;

    Watch(Side side) {
        this.side = side;
        watcher.start();
    }

    private void watch() {
        for (int i = 0; !over; i++) {
            threads = Math.max(threads, busyThreads(side));
            // Takes longer to count, and only curl has any.
            if (side == Side.CURL && i % 20 == 0) {
                processes = Math.max(
                        processes, ProcessHandle.current().descendants().count());
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Counts the threads of a side that do something, such as waiting for an answer. Those that wait for work do not. */
    static long busyThreads(Side side) {
        ThreadGroup top = Thread.currentThread().getThreadGroup();
        while (top.getParent() != null) {
            top = top.getParent();
        }
        Thread[] all = new Thread[5000];
        return Arrays.stream(all, 0, top.enumerate(all))
                .filter(thread -> thread.getName().startsWith(side.threads))
                .filter(thread -> thread.getState() == Thread.State.RUNNABLE)
                .count();
    }

    @Override
    public void close() throws InterruptedException {
        over = true;
        watcher.join();
    }

    @Override
    public String toString() {
        return side == Side.CURL ? threads + " + " + processes : Long.toString(threads);
    }
}
