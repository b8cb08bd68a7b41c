package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DoubleTickClientTest {

    private DoubleTickStandIn standIn;
    private ClientFixture fixture;

    @BeforeEach
    void start() throws Exception {
        standIn = new DoubleTickStandIn(0);
        fixture = new ClientFixture(standIn.url());
    }

    @AfterEach
    void stop() {
        fixture.close();
        standIn.close();
    }

    @Test
    void memberIsLoggedOut() throws Exception {
        assertEquals(new LogoutResult(201, 1), fixture.logout("+91 98765-43210"));

        assertEquals(
                List.of(new DoubleTickStandIn.Request(
                        "POST",
                        "/team-member/logout",
                        DoubleTickStandIn.KEY,
                        "application/json",
                        "test/1",
                        "{\"userPhoneNumber\":\"919876543210\"}")),
                standIn.requests());
        assertEquals(List.of(), fixture.told);
    }

    @Test
    void apiBehindAPathOfAGateway() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.success());
                ClientFixture gateway = new ClientFixture(server.url() + "/doubletick/")) {
            gateway.logout(DoubleTickStandIn.MEMBER);
            assertTrue(server.awaitRequest().startsWith("POST /doubletick/team-member/logout HTTP/1.1\r\n"));
        }
    }

    @Test
    void notAMember() throws Exception {
        DoubleTickException failure = fixture.failure(DoubleTickStandIn.NOT_A_MEMBER, Reason.LOGIN_NUMBER_REJECTED);
        assertEquals("DoubleTick answered 422: User is not a member of the team", failure.getMessage());
        assertEquals(422, failure.status());
        assertEquals(1, failure.tries());
    }

    @Test
    void wrongKey() throws Exception {
        DoubleTickException failure = ClientFixture.failureOf(
                fixture.client.logout(ApiKey.parse("key_wrong"), LoginNumber.parse(DoubleTickStandIn.MEMBER), fixture));
        assertEquals(Reason.API_KEY_REJECTED, failure.reason());
        assertEquals("DoubleTick answered 401: Invalid public api key", failure.getMessage());
    }

    @Test
    void successFalseIsAFailure() throws Exception {
        assertEquals(
                "DoubleTick answered 201, but without \"success\": true",
                fixture.failure(DoubleTickStandIn.REFUSED, Reason.NOT_CONFIRMED).getMessage());
    }

    @Test
    void pageOfACaptivePortalIsAFailure() throws Exception {
        fixture.failure(DoubleTickStandIn.PORTAL, Reason.NOT_CONFIRMED);
    }

    @Test
    void busyServiceIsTriedAgain() throws Exception {
        assertEquals(new LogoutResult(201, 2), fixture.logout(DoubleTickStandIn.BUSY));
        assertEquals(List.of("retrying SERVER_ERROR 1"), fixture.told);
    }

    @Test
    void rateLimitIsWaitedFor() throws Exception {
        assertEquals(new LogoutResult(201, 2), fixture.logout(DoubleTickStandIn.RATE_LIMITED));
        assertEquals(List.of("retrying RATE_LIMITED 1"), fixture.told);
    }

    @Test
    void triesHaveAnEnd() throws Exception {
        DoubleTickException failure = fixture.failure(DoubleTickStandIn.DOWN, Reason.SERVER_ERROR);
        assertEquals("DoubleTick answered 503: The service is being updated (4 tries)", failure.getMessage());
        assertEquals(4, standIn.requests().size());
    }

    @Test
    void cancellingEndsTheRequest() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.silence());
                ClientFixture scripted = new ClientFixture(server.url())) {
            CompletableFuture<LogoutResult> result = scripted.send(DoubleTickStandIn.MEMBER);
            server.awaitRequest();
            result.cancel(true);
            server.awaitDisconnect();
            assertThrows(CancellationException.class, result::get);
            assertEquals(1, server.requests().size());
        }
    }

    @Test
    void keyIsChecked() throws Exception {
        assertNull(fixture.client.checkKey(ClientFixture.key()).get(1, TimeUnit.MINUTES));
        assertEquals("GET", standIn.requests().get(0).method());
        assertEquals("/roles", standIn.requests().get(0).path());

        assertEquals(
                Reason.API_KEY_REJECTED,
                ClientFixture.failureOf(fixture.client.checkKey(ApiKey.parse("key_wrong")))
                        .reason());
    }

    @Test
    void longListOfRolesIsNoFailure() throws Exception {
        String roles = "[" + "{\"name\":\"agent\"},".repeat(10_000) + "{}]";
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(200, roles));
                ClientFixture scripted = new ClientFixture(server.url())) {
            assertNull(scripted.client.checkKey(ClientFixture.key()).get(1, TimeUnit.MINUTES));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>", "true", "\"[]\"", "null", "{}", "{\"error\":\"blocked\"}"})
    void keyIsNotAcceptedByAnythingButDoubleTick(String body) throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(200, body));
                ClientFixture scripted = new ClientFixture(server.url())) {
            assertEquals(
                    Reason.NOT_CONFIRMED,
                    ClientFixture.failureOf(scripted.client.checkKey(ClientFixture.key()))
                            .reason());
        }
    }

    @Test
    void longerWaitThanAllowedEndsTheLogoutAtOnce() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(429, "{}", "Retry-After: 3600"));
                ClientFixture scripted = new ClientFixture(server.url())) {
            DoubleTickException failure = scripted.failure(DoubleTickStandIn.MEMBER, Reason.RATE_LIMITED);
            assertEquals(
                    "DoubleTick answered 429: Status; it asks to wait 3600 s, longer than the 60 s that this plugin waits",
                    failure.getMessage());
            assertEquals(1, server.requests().size());
        }
    }

    @Test
    void retryAfterAsADate() throws Exception {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusHours(2));
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(503, "{}", "Retry-After: " + date));
                ClientFixture scripted = new ClientFixture(server.url())) {
            String message = scripted.failure(DoubleTickStandIn.MEMBER, Reason.SERVER_ERROR)
                    .getMessage();
            assertTrue(message.matches(".*asks to wait 7(1\\d\\d|200) s.*"), message);
        }
    }

    @Test
    void neverAnswered() throws Exception {
        try (ClientFixture impatient =
                new ClientFixture(standIn.url(), settings -> settings.answerWithin(Duration.ofSeconds(1)))) {
            DoubleTickException failure = impatient.failure(DoubleTickStandIn.SILENT, Reason.TIMED_OUT);
            assertEquals("No answer within 1 s (4 tries)", failure.getMessage());
            assertEquals(0, failure.status());
            assertEquals(4, standIn.requests().size());
        }
    }

    @Test
    void refusedConnection() throws Exception {
        int port;
        try (ScriptedServer closed = new ScriptedServer(ScriptedServer.success())) {
            port = closed.port();
        }
        try (ClientFixture nobody = new ClientFixture("http://127.0.0.1:" + port)) {
            assertEquals(
                    "No connection to 127.0.0.1 on port " + port + ": it is refused or there is no way there (4 tries)",
                    nobody.failure(DoubleTickStandIn.MEMBER, Reason.CONNECTION_FAILED)
                            .getMessage());
        }
    }

    @Test
    void anotherKeyIsNotHeldBack() throws Exception {
        try (ScriptedServer server = new ScriptedServer(
                        ScriptedServer.answer(429, "{}", "Retry-After: 50"), ScriptedServer.success());
                ClientFixture scripted = new ClientFixture(server.url())) {
            CompletableFuture<LogoutResult> limited = scripted.send(DoubleTickStandIn.MEMBER);
            server.awaitRequest();
            CompletableFuture<LogoutResult> other = scripted.client.logout(
                    ApiKey.parse(DoubleTickStandIn.SECOND_KEY),
                    LoginNumber.parse(DoubleTickStandIn.SECOND_MEMBER),
                    scripted);
            assertEquals(201, other.get(30, TimeUnit.SECONDS).status());
            assertFalse(limited.isDone());
            limited.cancel(true);
        }
    }
}
