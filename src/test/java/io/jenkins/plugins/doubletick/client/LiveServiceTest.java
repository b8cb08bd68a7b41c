package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * Calls DoubleTick itself, with the API key of the environment, and prints what it answers beside what {@code docs/api.md}
 * claims. CONTRIBUTING says how to run it.
 */
@EnabledIfEnvironmentVariable(named = "DOUBLETICK_API_KEY", matches = ".+")
class LiveServiceTest {

    /** No country has the code 999. */
    private static final String NOBODY = "+999999999999";

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private DoubleTickClient client;
    private ApiKey key;
    private volatile String answer = "none";

    @BeforeEach
    void setUp() throws Exception {
        key = ApiKey.parse(System.getenv("DOUBLETICK_API_KEY"));
        client = new DoubleTickClient(
                new OkHttpClient.Builder().addInterceptor(this::look).build(),
                HttpUrl.get(DoubleTickClient.DEFAULT_URL),
                "doubletick-plugin/live-test",
                Retry.DEFAULT,
                timer);
    }

    @AfterEach
    void tearDown() {
        timer.shutdownNow();
    }

    @Test
    void keyIsAccepted() throws Exception {
        client.checkKey(key).get(5, TimeUnit.MINUTES);
        print("GET /roles with the key", "2xx, a JSON array", "2xx, JSON");
    }

    @Test
    void madeUpKeyIsRefused() throws Exception {
        DoubleTickException failure = ClientFixture.failureOf(client.checkKey(ApiKey.parse("key_made-up-for-a-test")));
        print("GET /roles with a made-up key", "401 Invalid public api key, or 403 FORBIDDEN", failure.getMessage());
        assertEquals(401, failure.status(), 2);
    }

    @Test
    void madeUpNumberIsNoMember() throws Exception {
        DoubleTickException failure =
                ClientFixture.failureOf(client.logout(key, LoginNumber.parse(NOBODY), CallListener.NONE));
        print(
                "POST /team-member/logout with a made-up number",
                "422 User is not a member of the team",
                failure.getMessage());
        assertEquals(Reason.LOGIN_NUMBER_REJECTED, failure.reason());
    }

    @Test
    void teamIsRead() throws Exception {
        Team team = client.team(key, Duration.ZERO).get(5, TimeUnit.MINUTES).team();
        long withNumber = team.members().stream()
                .filter(member -> member.loginNumber() != null)
                .count();
        print(
                "GET /team",
                "200 {\"data\": [{\"id\", \"name\", \"phone\", \"email\", …}]}",
                team.members().size() + " members, " + withNumber + " of them with a number");
    }

    @Test
    @EnabledIfEnvironmentVariable(named = "DOUBLETICK_LOGIN_NUMBER", matches = ".+")
    void memberIsLoggedOut() throws Exception {
        LoginNumber number = LoginNumber.parse(System.getenv("DOUBLETICK_LOGIN_NUMBER"));
        LogoutResult result = client.logout(key, number, CallListener.NONE).get(5, TimeUnit.MINUTES);
        print(
                "POST /team-member/logout with " + number,
                "201 {\"success\": true}",
                result.status() + " with \"success\": true, tries: " + result.tries());
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
