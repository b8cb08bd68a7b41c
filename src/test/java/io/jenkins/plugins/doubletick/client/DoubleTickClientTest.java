package io.jenkins.plugins.doubletick.client;

import static io.jenkins.plugins.doubletick.client.ClientFixture.failureOf;
import static io.jenkins.plugins.doubletick.client.ClientFixture.key;
import static io.jenkins.plugins.doubletick.client.ClientFixture.resultOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.util.List;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The client against the stand-in. */
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
        assertEquals(List.of(), fixture.reports);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            +919876543299 | LOGIN_NUMBER_REJECTED | 422 | DoubleTick answered 422: User is not a member of the team
            +919876543260 | NOT_CONFIRMED | 201 | DoubleTick answered 201, but without "success": true
            +919876543270 | NOT_CONFIRMED | 200 | DoubleTick answered 200, but without "success": true
            +919876543240 | SERVER_ERROR  | 503 | DoubleTick answered 503: The service is being updated (4 tries)
            """)
    void memberIsNotLoggedOut(String number, Reason reason, int status, String message) throws Exception {
        DoubleTickException failure = fixture.failure(number, reason);
        assertEquals(message, failure.getMessage());
        assertEquals(status, failure.status());
        assertEquals(standIn.requests().size(), failure.tries());
    }

    @Test
    void memberIsLoggedOutAtTheSecondTry() throws Exception {
        assertEquals(new LogoutResult(201, 2), fixture.logout(DoubleTickStandIn.BUSY));
        assertEquals(List.of("retrying SERVER_ERROR 1"), fixture.reports);
    }

    @Test
    void keyIsChecked() throws Exception {
        resultOf(fixture.client.checkKey(key()));
        assertEquals("GET", standIn.requests().get(0).method());
        assertEquals("/roles", standIn.requests().get(0).path());

        DoubleTickException failure = failureOf(fixture.client.checkKey(ApiKey.parse("key_wrong")));
        assertEquals(Reason.API_KEY_REJECTED, failure.reason());
        assertEquals("DoubleTick answered 401: Invalid public api key", failure.getMessage());
    }

    @Test
    void apiBehindAPathOfAGateway() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.success());
                ClientFixture gateway = new ClientFixture(server.url() + "/doubletick/")) {
            gateway.logout(DoubleTickStandIn.MEMBER);
            assertTrue(server.awaitRequest().startsWith("POST /doubletick/team-member/logout HTTP/1.1\r\n"));
        }
    }

    /** A connection that fell silent costs one try of one call only if no other call uses it. */
    @Test
    void noConnectionIsShared() throws Exception {
        fixture.logout(DoubleTickStandIn.MEMBER);
        OkHttpClient http = fixture.client.http;
        assertEquals(0, http.connectionPool().connectionCount());
        assertEquals(List.of(Protocol.HTTP_1_1), http.protocols());
    }

    @Test
    void productionAddressIsDoubleTicksOwn() {
        assertEquals("https://public.doubletick.io", DoubleTickClient.DEFAULT_URL);
        assertEquals(10_000, fixture.client.http.connectTimeoutMillis());
        assertEquals(30_000, fixture.client.http.callTimeoutMillis());
    }
}
