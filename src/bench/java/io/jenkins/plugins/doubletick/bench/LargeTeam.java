package io.jenkins.plugins.doubletick.bench;

import hudson.model.ParametersDefinitionProperty;
import io.jenkins.plugins.doubletick.client.ApiKey;
import io.jenkins.plugins.doubletick.client.DoubleTickClient;
import io.jenkins.plugins.doubletick.client.Retry;
import io.jenkins.plugins.doubletick.client.Team;
import io.jenkins.plugins.doubletick.parameter.DoubleTickLoginNumberParameterDefinition;
import io.jenkins.plugins.okhttp.api.JenkinsOkHttpClient;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jenkins.model.Jenkins;
import jenkins.util.Timer;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;

/** Measures a team of {@value BenchServer#MEMBERS} members. */
final class LargeTeam {

    private static final int ROUNDS = 20;

    private LargeTeam() {}

    static void measure(URL jenkins, String url, Report report) throws Exception {
        DoubleTickClient client = new DoubleTickClient(
                JenkinsOkHttpClient.newClientBuilder(new OkHttpClient()).build(),
                HttpUrl.get(url),
                "bench",
                Retry.DEFAULT,
                Timer.get());
        List<Team> teams = new ArrayList<>();
        read(client, teams); // To warm up.
        long before = ManyLogouts.heap();
        double millis = read(client, teams);
        double mebibytes = (ManyLogouts.heap() - before) / 1024.0 / 1024 / ROUNDS;
        report.row(
                "**A team of " + teams.get(0).members().size() + "**: ms to read it; MiB while it is kept; ms for a keystroke in the form",
                Map.of(
                        Side.OURS,
                        Report.format(millis) + "; " + Report.format(mebibytes) + "; " + Report.format(keystroke(jenkins)))::get,
                "");
    }

    /** Measures how long the parameter's form takes to suggest one member of a team that is kept. */
    private static double keystroke(URL jenkins) throws Exception {
        DoubleTickLoginNumberParameterDefinition parameter = new DoubleTickLoginNumberParameterDefinition("MEMBER");
        parameter.setCredentialsId(Builds.credential(Account.unlimited(0)));
        WorkflowJob job = Builds.job("");
        job.addProperty(new ParametersDefinitionProperty(parameter));
        Jenkins.get().setCrumbIssuer(null);
        HttpRequest request = HttpRequest.newBuilder(URI.create(jenkins + job.getUrl()
                        + parameter.getDescriptor().getDescriptorUrl() + "/autoCompleteValue"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("value=member+4999&name=MEMBER"))
                .build();
        HttpClient browser = HttpClient.newHttpClient();
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < 2 * ROUNDS; i++) {
            long start = System.nanoTime();
            String answer = browser.send(request, HttpResponse.BodyHandlers.ofString()).body();
            millis.add((System.nanoTime() - start) / 1e6);
            if (!answer.contains("Member 4999 Name")) {
                throw new IllegalStateException(answer);
            }
        }
        return Report.median(millis.subList(ROUNDS, 2 * ROUNDS));
    }

    /** Reads the team with a new key each time, because the client keeps a team for a minute. */
    private static double read(DoubleTickClient client, List<Team> teams) throws Exception {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            ApiKey key = ApiKey.parse(Account.unlimited(0).key());
            long start = System.nanoTime();
            teams.add(client.team(key, Duration.ZERO).get().team());
            millis.add((System.nanoTime() - start) / 1e6);
        }
        return Report.median(millis);
    }
}
