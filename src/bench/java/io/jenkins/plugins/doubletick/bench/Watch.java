package io.jenkins.plugins.doubletick.bench;

import java.util.Arrays;

/** Counts the threads and processes of a side every few milliseconds, until it is closed, and keeps the maximum. */
final class Watch implements AutoCloseable {

    private final Side side;
    private final Thread watcher = new Thread(this::watch, "Bench watch");
    private volatile boolean closed;
    private long threads;
    private long processes;

    Watch(Side side) {
        this.side = side;
        watcher.start();
    }

    private void watch() {
        for (int i = 0; !closed; i++) {
            threads = Math.max(threads, busyThreads(side));
            // Counting processes takes longer, and only curl has any.
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

    /** Counts the threads of a side that are busy, even with waiting for a response. Idle threads do not count. */
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
        closed = true;
        watcher.join();
    }

    @Override
    public String toString() {
        return side == Side.CURL ? threads + " + " + processes : Long.toString(threads);
    }
}
