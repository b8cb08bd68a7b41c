package io.jenkins.plugins.doubletick.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.console.ConsoleLogFilter;
import hudson.console.LineTransformationOutputStream;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.HangingVault;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jenkinsci.plugins.workflow.flow.FlowExecutionOwner;
import org.jenkinsci.plugins.workflow.log.TaskListenerDecorator;

/** Log decorators that break or hang at a line. A test class registers them with nested subclasses. */
final class OddLog {

    /** The text of the lines at which the decorators break; null for none. */
    @CheckForNull
    static volatile String poison;

    /** Whether they hang with the {@link HangingVault} instead. */
    static volatile boolean hangs;

    /** The names of the threads that wrote lines about DoubleTick. */
    static final List<String> THREADS = new CopyOnWriteArrayList<>();

    private OddLog() {}

    static void reset() {
        poison = null;
        hangs = false;
        THREADS.clear();
    }

    /** Breaks once, since Jenkins's base class keeps the line at which it broke, and could not even be closed. */
    private static final class Decorated extends LineTransformationOutputStream.Delegating {

        private boolean broken;

        Decorated(OutputStream out) {
            super(out);
        }

        @Override
        protected void eol(byte[] bytes, int length) throws IOException {
            String line = new String(bytes, 0, length, StandardCharsets.UTF_8);
            if (line.contains("DoubleTick")) {
                THREADS.add(Thread.currentThread().getName());
            }
            String text = poison;
            if (!broken && text != null && line.contains(text)) {
                broken = true;
                if (hangs) {
                    HangingVault.arriveAndHang();
                    return;
                }
                throw new NoClassDefFoundError("A log decorator breaks");
            }
            out.write(bytes, 0, length);
        }
    }

    /** Decorates the log of freestyle builds. */
    static class Filter extends ConsoleLogFilter {

        @Override
        public OutputStream decorateLogger(Run build, OutputStream logger) {
            return new Decorated(logger);
        }
    }

    /** Decorates the log of Pipelines. */
    static class Decorators implements TaskListenerDecorator.Factory {

        @Override
        public TaskListenerDecorator of(FlowExecutionOwner owner) {
            return new Decorator();
        }
    }

    private static final class Decorator extends TaskListenerDecorator {

        private static final long serialVersionUID = 1L;

        @Override
        public OutputStream decorate(OutputStream logger) {
            return new Decorated(logger);
        }
    }
}
