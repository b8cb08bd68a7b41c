package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything that can go wrong between the client and DoubleTick: see the lists of {@link Fault}s. */
class FaultMatrixTest {

    /** Where redirects point to. */
    private static ScriptedServer elsewhere;

    @RegisterExtension
    private final SystemLog log = new SystemLog();

    private final LeakSearch search = new LeakSearch(List.of(DoubleTickStandIn.KEY), List.of(DoubleTickStandIn.MEMBER));

    @BeforeAll
    static void open() throws IOException {
        elsewhere = new ScriptedServer(ScriptedServer.success());
    }

    @AfterAll
    static void close() throws IOException {
        elsewhere.close();
    }

    static Stream<Fault> faults() {
        return Stream.of(
                        AnswerFaults.all(),
                        MessageFaults.all(),
                        ConnectionFaults.all(elsewhere),
                        RetryAfterFaults.all(),
                        ProxyFaults.all())
                .flatMap(rows -> rows);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void logoutEndsAsItMust(Fault fault) throws Exception {
        try (Attempt attempt = new Attempt(fault)) {
            attempt.finish();
        }
    }

    /** All of them at once, since each takes four time-outs, or seconds that DoubleTick asks for. */
    @Test
    void slowLogoutsEndAsTheyMust() throws Exception {
        List<Attempt> attempts = new ArrayList<>();
        List<Executable> checks = new ArrayList<>();
        for (Fault fault : Stream.of(ConnectionFaults.slow(), ProxyFaults.slow(), RetryAfterFaults.slow())
                .flatMap(rows -> rows)
                .toList()) {
            Attempt attempt = new Attempt(fault);
            attempts.add(attempt);
            checks.add(attempt::finish);
        }
        assertAll(checks);
        for (Attempt attempt : attempts) {
            attempt.close();
        }
    }

    /** One logout under way. */
    private final class Attempt implements CallListener, AutoCloseable {

        private final Fault fault;
        private final FaultyService service;
        private final ClientFixture fixture;
        private final List<IOException> toldToProxySelector = new CopyOnWriteArrayList<>();
        private final List<DoubleTickException> failures = new CopyOnWriteArrayList<>();
        private final List<Integer> tries = new CopyOnWriteArrayList<>();
        private final CompletableFuture<LogoutResult> result;

        Attempt(Fault fault) throws Exception {
            this.fault = fault;
            service = fault.open();
            OkHttpClient.Builder http = TestCertificates.trustedBy(new OkHttpClient.Builder());
            if (service.proxySettings() != null) {
                service.proxySettings().applyTo(http, toldToProxySelector);
            }
            fixture = new ClientFixture(service.url(), settings -> {
                settings.http = http.build();
                settings.answerWithin(fault.callTimeout);
            });
            result = fixture.client.logout(ClientFixture.key(), LoginNumber.parse(DoubleTickStandIn.MEMBER), this);
        }

        void finish() {
            assertAll(fault.name, this::check);
        }

        private void check() throws Exception {
            try {
                LogoutResult success = result.get(1, TimeUnit.MINUTES);
                assertTrue(fault.isSuccess(), () -> "False success: " + success);
                assertEquals(fault.tries, success.tries());
            } catch (ExecutionException e) {
                assertFailure(e);
            }
            assertEquals(IntStream.range(1, fault.tries).boxed().toList(), tries);
            service.assertRequests("");
            assertEquals(0, elsewhere.connections(), "Connections to another host");
            assertNoLeak();
        }

        private void assertFailure(ExecutionException e) {
            search.forKeysAndNumbers("the exception", LeakSearch.print(e));
            if (!(e.getCause() instanceof DoubleTickException failure)) {
                throw new AssertionError(e);
            }
            assertTrue(failure.getMessage().matches(service.message()), failure::getMessage);
            assertEquals(fault.reason, failure.reason());
            assertEquals(fault.tries, failure.tries());
        }

        private void assertNoLeak() {
            failures.forEach(
                    failure -> search.forKeysAndNumbers("a failure before another try", LeakSearch.print(failure)));
            toldToProxySelector.forEach(
                    e -> search.forKeysAndNumbers("what the proxy selector is told", LeakSearch.print(e)));
            search.forKeysAndNumbers("the log", log.ours() + log.others());
            assertEquals(List.of(), search.hits());
        }

        @Override
        public void retrying(DoubleTickException failure, int count, Duration wait) {
            failures.add(failure);
            tries.add(count);
        }

        @Override
        public void rateLimited(Duration wait) {
            throw new AssertionError("There is no other logout");
        }

        @Override
        public void close() throws IOException {
            fixture.close();
            service.close();
        }
    }
}
