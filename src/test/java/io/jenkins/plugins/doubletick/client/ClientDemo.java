package io.jenkins.plugins.doubletick.client;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;

/** What {@code script/demo} runs where there is no Jenkins: the client against the stand-in. */
public final class ClientDemo implements CallListener {

    private ClientDemo() {}

    public static void main(String[] args) throws Exception {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        try {
            DoubleTickClient client = new DoubleTickClient(
                    new OkHttpClient(), HttpUrl.get(args[0]), "doubletick-plugin/demo", Retry.DEFAULT, timer);
            ApiKey key = ApiKey.parse(DoubleTickStandIn.KEY);
            for (TeamMember member :
                    client.team(key, Duration.ZERO).get().team().members()) {
                System.out.println(member.name() + ", " + member.role() + ", "
                        + (member.loginNumber() == null ? "no login number" : member.loginNumber()));
            }
            logOut(client, key, DoubleTickStandIn.MEMBER);
            logOut(client, key, DoubleTickStandIn.NOT_A_MEMBER);
            logOut(client, key, DoubleTickStandIn.RATE_LIMITED);
        } finally {
            timer.shutdownNow();
        }
    }

    private static void logOut(DoubleTickClient client, ApiKey key, String text) throws Exception {
        LoginNumber number = LoginNumber.parse(text);
        try {
            LogoutResult result = client.logout(key, number, new ClientDemo()).get();
            System.out.println(
                    number + " is logged out (HTTP status " + result.status() + ", tries: " + result.tries() + ")");
        } catch (ExecutionException e) {
            System.out.println(
                    "The logout of " + number + " failed. " + e.getCause().getMessage() + ".");
        }
    }

    @Override
    public void retrying(DoubleTickException failure, int tries, Duration wait) {
        System.out.println(failure.getMessage() + ". Trying again in " + wait.toSeconds() + " s.");
    }

    @Override
    public void rateLimited(Duration wait) {
        System.out.println("Waiting " + wait.toSeconds() + " s for its turn.");
    }
}
