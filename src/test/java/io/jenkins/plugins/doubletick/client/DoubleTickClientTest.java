package io.jenkins.plugins.doubletick.client;

import static io.jenkins.plugins.doubletick.client.ClientFixture.assertFailure;
import static io.jenkins.plugins.doubletick.client.ClientFixture.assertSuccess;
import static io.jenkins.plugins.doubletick.client.ClientFixture.failureOf;
import static io.jenkins.plugins.doubletick.client.ClientFixture.key;
import static io.jenkins.plugins.doubletick.client.ClientFixture.resultOf;
import static io.jenkins.plugins.doubletick.client.ScriptedServer.answer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.ScriptedServer.Reply;
import java.util.List;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client against the stand-in, and its team; {@link TeamResponseTest} has the odd responses. */
class DoubleTickClientTest {

    private static final Reply TEAM = answer(200, "{\"data\":[{\"name\":\"Asha Rao\"}]}");

    @AutoClose
    private DoubleTickStandIn standIn;

    @AutoClose
    private ClientFixture fixture;

    @BeforeEach
    void start() throws Exception {
        standIn = new DoubleTickStandIn(0);
        fixture = new ClientFixture(standIn.url(), defaults -> {});
    }

    private void assertRequest(String method, String path, String contentType, String body) {
        assertEquals(
                List.of(new DoubleTickStandIn.Request(
                        method, path, DoubleTickStandIn.KEY, contentType, "test/1", body)),
                standIn.requests());
    }

    @Test
    void memberIsLoggedOut() throws Exception {
        assertEquals(new LogoutResult(201, 1), resultOf(fixture.send(key(), "+91 98765-43210")));
        assertRequest("POST", "/team-member/logout", "application/json", "{\"userPhoneNumber\":\"919876543210\"}");
        assertEquals(List.of(), fixture.reports);
    }

    @Test
    void keyIsChecked() throws Exception {
        resultOf(fixture.client.checkKey(key()));
        assertRequest("GET", "/roles", null, "");
        DoubleTickException failure = failureOf(fixture.client.checkKey(ApiKey.parse("key_wrong")));
        assertFailure("API_KEY_REJECTED: DoubleTick answered 401: Invalid public api key", failure);
        assertEquals(401, failure.status());
    }

    @Test
    void teamIsRead() throws Exception {
        Team team = resultOf(fixture.team()).team();
        assertRequest("GET", "/team", null, "");
        assertEquals(9, team.members().size());
        assertEquals(
                "Asha Rao|asha.rao@example.com|Agent|false|+91••••••3210",
                TeamResponseTest.describe(team.members().get(0)));
    }

    @Test
    void teamIsKeptForItsKeyAndAFailureIfTheCallerAcceptsIt() throws Exception {
        String body = "{\"message\":\"No " + DoubleTickStandIn.KEY + " here\"}";
        try (ClientFixture scripted = new ClientFixture(answer(403, body), answer(503, ""), TEAM)) {
            DoubleTickException failure = failureOf(scripted.team());
            assertFailure("API_KEY_FORBIDDEN: DoubleTick answered 403: No **** here", failure);
            assertSame(failure, failureOf(scripted.client.team(key(), TeamCache.KEPT)));
            assertFalse(resultOf(scripted.team()).kept());
            assertTrue(resultOf(scripted.team()).kept());
            ApiKey other = ApiKey.parse(DoubleTickStandIn.SECOND_KEY);
            assertFalse(resultOf(scripted.client.team(other, TeamCache.KEPT)).kept());
        }
    }

    /** A connection that fell silent costs one try of one call only if no other call uses it. */
    @Test
    void noConnectionIsShared() throws Exception {
        assertSuccess(fixture.send());
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
