package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
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

    @BeforeEach
    void setUp() throws Exception {
        key = ApiKey.parse(System.getenv("DOUBLETICK_API_KEY"));
        client = new DoubleTickClient(
                new OkHttpClient(),
                HttpUrl.get(DoubleTickClient.DEFAULT_URL),
                "doubletick-plugin/live-test",
                RetryPolicy.DEFAULT,
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
        DoubleTickException failure = failure(client.checkKey(ApiKey.parse("key_made-up-for-a-test")));
        print("GET /roles with a made-up key", "401 Invalid public api key, or 403 FORBIDDEN", failure.getMessage());
        assertEquals(401, failure.status(), 2);
    }

    @Test
    void madeUpNumberIsNoMember() throws Exception {
        DoubleTickException failure = failure(client.logout(key, LoginNumber.parse(NOBODY), CallListener.NONE));
        print(
                "POST /team-member/logout with a made-up number",
                "422 User is not a member of the team",
                failure.getMessage());
        assertEquals(Reason.LOGIN_NUMBER_REJECTED, failure.reason());
    }

    @Test
    void teamIsRead() throws Exception {
        Team team = client.team(key).get(5, TimeUnit.MINUTES);
        long withNumber = team.members().stream()
                .filter(member -> member.loginNumber() != null)
                .count();
        print(
                "GET /team",
                "2xx, a list of members",
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

    private static DoubleTickException failure(CompletableFuture<?> call) {
        return (DoubleTickException) assertThrows(ExecutionException.class, () -> call.get(5, TimeUnit.MINUTES))
                .getCause();
    }

    private static void print(String call, String documented, String answered) {
        System.out.println(call + "\n    documented: " + documented + "\n    answered:   " + answered);
    }
}
