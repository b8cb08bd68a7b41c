package io.jenkins.plugins.doubletick.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.cloudbees.plugins.credentials.CredentialsScope;
import hudson.model.FreeStyleBuild;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.ApiKeyFinder.Found;
import io.jenkins.plugins.doubletick.ApiKeyListener.Use;
import io.jenkins.plugins.doubletick.DoubleTickClientProvider;
import io.jenkins.plugins.doubletick.OneJenkins;
import io.jenkins.plugins.doubletick.StandInExtension;
import io.jenkins.plugins.doubletick.client.ApiKey;
import io.jenkins.plugins.doubletick.client.CallListener;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import io.jenkins.plugins.doubletick.client.ScriptedServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which answers of DoubleTick say that a key is refused or accepted. */
class RefusedKeysTest extends OneJenkins {

    private static final String FORBIDDEN = "{\"reason\":\"FORBIDDEN\"}";
    private static final String MISSING = "{\"status\":401,\"message\":\"Insufficient permissions. Missing: agent\"}";

    private static FreeStyleBuild build;

    private final RefusedKeys keys = new RefusedKeys();

    @BeforeAll
    static void buildJob() throws Exception {
        build = r.buildAndAssertSuccess(r.createFreeStyleProject());
    }

    private int refused() {
        return keys.list().size();
    }

    private static Use use(String call, String key, String id, CredentialsScope scope) throws Exception {
        Found found = new Found(ApiKey.parse(key), new StringCredentialsImpl(scope, id, null, Secret.fromString(key)));
        boolean isCheck = call.equals("check");
        return new Use(found, isCheck ? null : build.getParent(), isCheck ? null : build, call.equals("logout"));
    }

    private static Use use(String call) throws Exception {
        return use(call, KEY, "doubletick", CredentialsScope.GLOBAL);
    }

    /** Returns how the client reports an answer; null for a success. */
    private static DoubleTickException send(String call, int status, String body) throws Exception {
        try (ScriptedServer server =
                new ScriptedServer(status == 0 ? ScriptedServer.reset() : ScriptedServer.answer(status, body))) {
            StandInExtension.use(server.url());
            DoubleTickClient client = DoubleTickClientProvider.get().client();
            ApiKey key = ApiKey.parse(KEY);
            CompletableFuture<?> future =
                    switch (call) {
                        case "logout" -> client.logout(key, LoginNumber.parse(MEMBER), CallListener.NONE);
                        case "lookup" -> client.team(key, Duration.ZERO);
                        default -> client.checkKey(key);
                    };
            return future.handle((answer, failure) -> (DoubleTickException) failure)
                    .get(1, TimeUnit.MINUTES);
        }
    }

    /** A missing permission to read the team or the roles says nothing about the permission to log out. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            logout | 201 | {"success":true}                                                    | accepted
            logout | 422 | {"statusCode":422,"message":"User is not a member of the team"}     | accepted
            logout | 401 | {"statusCode":401,"message":"Invalid public api key"}               | refused
            logout | 403 | {"reason":"FORBIDDEN"}                                              | refused
            logout | 401 | {"status":401,"message":"Insufficient permissions. Missing: agent"} | refused
            logout | 200 | {}                                                                  | unknown
            logout | 302 | {}                                                                  | unknown
            logout | 400 | {"status":400,"reason":"BAD_REQUEST","message":"Member not found"}  | unknown
            logout | 401 | <html>Blocked</html>                                                | unknown
            logout | 403 | <html>Blocked</html>                                                | unknown
            logout | 404 | {}                                                                  | unknown
            logout | 407 | {}                                                                  | unknown
            logout | 422 | <html>Blocked</html>                                                | unknown
            logout | 429 | {"extraData":{"retryAfter":99999}}                                  | unknown
            logout | 500 | {}                                                                  | unknown
            logout | 503 | {}                                                                  | unknown
            logout |   0 | reset                                                               | unknown
            lookup | 200 | {"data":[]}                                                         | accepted
            lookup | 401 | {"statusCode":401,"message":"Invalid public api key"}               | refused
            lookup | 401 | {"status":401,"message":"Insufficient permissions. Missing: team"}  | unknown
            check  | 200 | []                                                                  | accepted
            check  | 403 | {"reason":"FORBIDDEN"}                                              | refused
            check  | 401 | {"status":401,"message":"Insufficient permissions. Missing: roles"} | unknown
            check  | 503 | {}                                                                  | unknown
            """)
    void answer(String call, int status, String body, String expected) throws Exception {
        DoubleTickException answer = send(call, status, body);
        keys.onAnswer(use(call), answer);
        assertEquals(expected.equals("refused") ? 1 : 0, refused());

        keys.onAnswer(use("logout"), send("logout", 403, FORBIDDEN));
        keys.onAnswer(use(call), answer);
        assertEquals(expected.equals("accepted") ? 0 : 1, refused());
    }

    @Test
    void onlyALogoutEndsTheWarningOfAMissingPermission() throws Exception {
        keys.onAnswer(use("logout"), send("logout", 401, MISSING));
        for (String call : List.of("lookup", "check")) {
            keys.onAnswer(use(call), null);
            assertEquals(1, refused(), call);
        }
        keys.onAnswer(use("logout"), null);
        assertEquals(0, refused());
    }

    @Test
    void replacedKeyEndsTheWarning() throws Exception {
        DoubleTickException refusal = send("logout", 403, FORBIDDEN);
        String other = "key_replacement";
        keys.onAnswer(use("logout"), refusal);
        keys.onAnswer(use("logout", other, "other", CredentialsScope.GLOBAL), null);
        keys.onAnswer(use("check", other, "doubletick", CredentialsScope.GLOBAL), null);
        assertEquals(1, refused(), "Another ID, and another job");
        keys.onAnswer(use("logout", other, "doubletick", CredentialsScope.GLOBAL), null);
        assertEquals(0, refused());

        keys.onAnswer(use("check"), refusal);
        keys.onAnswer(use("check", other, "doubletick", CredentialsScope.GLOBAL), refusal);
        assertEquals(1, refused(), "The warning is about the key that the credential has now");
    }

    @Test
    void usersOwnCredentialIsNotKept() throws Exception {
        keys.onAnswer(use("logout", KEY, "mine", CredentialsScope.USER), send("logout", 403, FORBIDDEN));
        assertEquals(0, refused());
    }

    @Test
    void jobsWithWrongKeysCannotFillTheMemory() throws Exception {
        DoubleTickException refusal = send("logout", 403, FORBIDDEN);
        for (int i = 0; i < 110; i++) {
            keys.onAnswer(use("logout", "key_" + i, "id-" + i, CredentialsScope.GLOBAL), refusal);
        }
        assertEquals(100, refused());
        keys.onAnswer(use("check"), refusal);
        assertEquals(101, refused(), "The default credential is always kept");
    }
}
