package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.io.IOException;
import java.util.stream.Collectors;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * Calls DoubleTick itself, with the API key of the environment, and prints each response beside what {@code docs/api.md}
 * claims. CONTRIBUTING says how to run it.
 */
@EnabledIfEnvironmentVariable(named = "DOUBLETICK_API_KEY", matches = ".+")
class LiveServiceTest {

    /** No country has the code 999. */
    private static final String NOBODY = "+999999999999";

    @AutoClose
    private ClientFixture fixture;

    private ApiKey key;
    private volatile String answer = "none";

    @BeforeEach
    void setUp() throws Exception {
        key = ApiKey.parse(System.getenv("DOUBLETICK_API_KEY"));
        fixture = new ClientFixture(DoubleTickClient.DEFAULT_URL, settings -> {
            settings.http =
                    new OkHttpClient.Builder().addInterceptor(this::look).build();
            settings.retry = Retry.DEFAULT;
            settings.limit = RateLimit.DEFAULT;
        });
    }

    @Test
    void keyAndTeamAreRead() throws Exception {
        ClientFixture.resultOf(fixture.client.checkKey(key));
        print("GET /roles with the key", "2xx, a JSON array", "2xx, JSON");
        Team team =
                ClientFixture.resultOf(fixture.client.team(key, TeamCache.KEPT)).team();
        long withNumber = team.members().stream()
                .filter(member -> member.loginNumber() != null)
                .count();
        print(
                "GET /team",
                "200 {\"data\": [{\"id\", \"name\", \"phone\", \"email\", …}]}",
                team.members().size() + " members, " + withNumber + " of them with a number");
    }

    @Test
    void inventedKeyAndNumberAreRefused() throws Exception {
        ApiKey invented = ApiKey.parse("key_invented-for-a-test");
        DoubleTickException failure = ClientFixture.failureOf(fixture.client.checkKey(invented));
        print("GET /roles with an invented key", "401 Invalid public api key, or 403 FORBIDDEN", failure.getMessage());
        assertEquals(401, failure.status(), 2);
        failure = ClientFixture.failureOf(fixture.send(key, NOBODY));
        print("Logout with an invented number", "422 User is not a member of the team", failure.getMessage());
        assertEquals(Reason.LOGIN_NUMBER_REJECTED, failure.reason());
    }

    @Test
    @EnabledIfEnvironmentVariable(named = "DOUBLETICK_LOGIN_NUMBER", matches = ".+")
    void memberIsLoggedOut() throws Exception {
        LogoutResult result = ClientFixture.resultOf(fixture.send(key, System.getenv("DOUBLETICK_LOGIN_NUMBER")));
        print("Logout with a member's number", "201 {\"success\": true}", "logged out, tries: " + result.tries());
    }

    private Response look(Interceptor.Chain chain) throws IOException {
        Response response = chain.proceed(chain.request());
        byte[] body = response.peekBody(32 * 1024 * 1024).bytes();
        answer = response.code() + " " + form(new JsonMapper().readTree(body));
        return response;
    }

    /** Describes JSON without its texts and numbers: letters are x, digits are 9, and of a list only the first counts. */
    private static String form(JsonNode json) {
        if (json.isObject()) {
            return json.properties().stream()
                    .map(field -> '"' + field.getKey() + "\": " + form(field.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (json.isArray()) {
            return json.isEmpty() ? "[]" : "[" + form(json.get(0)) + ", " + json.size() + " in all]";
        }
        return json.isBoolean() || json.isNull() || json.isMissingNode()
                ? json.toString()
                : json.toString().replaceAll("\\p{L}", "x").replaceAll("\\p{N}", "9");
    }

    private void print(String call, String documented, String understood) {
        System.out.println(call + "\n    documented: " + documented + "\n    answered:   " + answer
                + "\n    understood: " + understood);
    }
}
