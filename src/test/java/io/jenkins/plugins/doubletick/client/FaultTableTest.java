package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each row of the {@link FaultTable}: how a logout ends, what was sent for it, and that nothing shows key or number. */
@ExtendWith(ArabicLocale.class)
class FaultTableTest {

    private static ScriptedServer elsewhere;
    private static List<Fault> slow;

    @RegisterExtension
    private final SystemLog log = new SystemLog();

    private final LeakSearch search = new LeakSearch(List.of(DoubleTickStandIn.KEY), List.of(DoubleTickStandIn.MEMBER));

    @BeforeAll
    static void open() throws IOException {
        elsewhere = new ScriptedServer(ScriptedServer.success());
        slow = FaultTable.slow().toList(); // Certificates cannot be made in each test's locale.
    }

    @AfterAll
    static void close() throws IOException {
        elsewhere.close();
    }

    static Stream<Fault> faults() {
        return FaultTable.all(elsewhere.url());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void logoutEndsAsItMust(Fault fault) throws Exception {
        try (Attempt attempt = new Attempt(fault)) {
            attempt.check();
        }
    }

    @Test
    void slowLogoutsEndAsTheyMust() throws Exception {
        List<Attempt> attempts = new ArrayList<>();
        for (Fault fault : slow) {
            attempts.add(new Attempt(fault));
        }
        assertAll(attempts.stream().map(attempt -> () -> assertAll(attempt.fault.name, attempt::check)));
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
                settings.retry = new Retry(fault.isImpatient() ? 2 : 4, ClientFixture.INSTANT);
                settings.answerWithin(fault.callTimeout);
            });
            result = fixture.client.logout(ClientFixture.key(), LoginNumber.parse(DoubleTickStandIn.MEMBER), this);
        }

        private void check() throws Exception {
            try {
                LogoutResult success = ClientFixture.resultOf(result);
                assertTrue(fault.isSuccess(), () -> "False success: " + success);
                assertEquals(fault.tries, success.tries());
            } catch (ExecutionException e) {
                assertFailure(assertInstanceOf(DoubleTickException.class, e.getCause()));
            }
            assertEquals(IntStream.range(1, fault.tries).boxed().toList(), tries);
            service.assertRequests("");
            assertEquals(0, elsewhere.connections(), "Connections to another host");
            failures.forEach(failure -> search.forKeysAndNumbers("a failure", LeakSearch.print(failure)));
            toldToProxySelector.forEach(e -> search.forKeysAndNumbers("the proxy selector", LeakSearch.print(e)));
            search.forKeysAndNumbers("the log", log.ours() + log.others());
            assertEquals(List.of(), search.hits());
        }

        private void assertFailure(DoubleTickException failure) {
            failures.add(failure);
            assertTrue(!fault.isSuccess() && failure.getMessage().matches(service.message()), failure::getMessage);
            assertEquals(fault.reason, failure.reason());
            assertEquals(fault.tries, failure.tries());
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
