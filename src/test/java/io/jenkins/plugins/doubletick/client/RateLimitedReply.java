package io.jenkins.plugins.doubletick.client;

import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Confirms so many logouts in each period and answers 429 beyond, as NestJS's throttler or nginx's limit_req do. */
public final class RateLimitedReply implements ScriptedServer.Reply {

    private final SimulatedLimit limit;
    private final boolean nestJs;
    private int confirmed;
    private int refused;

    private RateLimitedReply(SimulatedLimit limit, boolean nestJs) {
        this.limit = limit;
        this.nestJs = nestJs;
    }

    /** JSON, and {@code Retry-After} in whole seconds. */
    public static RateLimitedReply nestJs(int limit, Duration period) {
        return new RateLimitedReply(SimulatedLimit.throttler(limit, period, period), true);
    }

    /** A page of HTML, and nothing about how long to wait. */
    static RateLimitedReply nginx(int perSecond, int burst) {
        return new RateLimitedReply(SimulatedLimit.leaky(perSecond, burst), false);
    }

    @Override
    public synchronized void to(Socket socket, ScriptedServer server) throws Exception {
        long wait = limit.admit(System.nanoTime());
        if (wait == 0) {
            confirmed++;
            ScriptedServer.success().to(socket, server);
            return;
        }
        refused++;
        long seconds = TimeUnit.NANOSECONDS.toSeconds(wait) + 1;
        (nestJs
                        ? ScriptedServer.answer(
                                429,
                                "{\"statusCode\":429,\"message\":\"ThrottlerException: Too Many Requests\"}",
                                "Retry-After: " + seconds)
                        : ScriptedServer.answer(429, "<html><head><title>429 Too Many Requests</title></head></html>"))
                .to(socket, server);
    }

    public synchronized int confirmed() {
        return confirmed;
    }

    public synchronized int refused() {
        return refused;
    }
}
