package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.util.ArrayList;
import okhttp3.OkHttpClient;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** OkHttp sends no request again by itself: nobody would count it, and it may have another login in it. */
class FollowUpTest {

    private enum Call {
        LOGOUT,
        ROLES,
        TEAM;

        DoubleTickException failure(ClientFixture fixture) throws Exception {
            return ClientFixture.failureOf(
                    switch (this) {
                        case LOGOUT -> fixture.send(DoubleTickStandIn.MEMBER);
                        case ROLES -> fixture.client.checkKey(ClientFixture.key());
                        case TEAM -> fixture.client.team(ClientFixture.key());
                    });
        }
    }

    @ParameterizedTest
    @EnumSource
    void serviceThatIsToBeAskedAgainAtOnce(Call call) throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.answer(503, "{}", "Retry-After: 0"));
                ClientFixture fixture = new ClientFixture(server.url())) {
            DoubleTickException failure = call.failure(fixture);
            assertEquals(Reason.SERVER_ERROR, failure.reason());
            assertEquals(call == Call.ROLES ? 1 : 4, failure.tries());
            assertEquals(call == Call.ROLES ? 1 : 4, server.requests().size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void serviceThatDemandsAnotherLogin(Call call) throws Exception {
        OkHttpClient http = new OkHttpClient.Builder()
                .authenticator((route, response) -> response.request()
                        .newBuilder()
                        .header("Authorization", "another")
                        .build())
                .build();
        try (ScriptedServer server =
                        new ScriptedServer(ScriptedServer.answer(401, "{}", "WWW-Authenticate: Basic realm=x"));
                ClientFixture fixture = new ClientFixture(server.url(), http, ClientFixture.FAST)) {
            assertEquals(Reason.API_KEY_REJECTED, call.failure(fixture).reason());
            assertEquals(1, server.requests().size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void serviceThatDemandsTheLoginOfTheProxy(Call call) throws Exception {
        try (ScriptedServer server = new ScriptedServer(TestCertificates.trusted(), ProxyReplies.loginBy("Basic"));
                ScriptedServer proxy = new ScriptedServer(ProxyReplies.tunnel())) {
            OkHttpClient.Builder http = TestCertificates.trustedBy(new OkHttpClient.Builder());
            new ProxySettings("127.0.0.1", proxy.port(), "user", "password").applyTo(http, new ArrayList<>());
            try (ClientFixture fixture =
                    new ClientFixture("https://localhost:" + server.port(), http.build(), ClientFixture.FAST)) {
                assertEquals(Reason.PROXY, call.failure(fixture).reason());
            }
            assertEquals(1, server.requests().size());
            assertEquals(1, proxy.requests().size());
        }
    }
}
