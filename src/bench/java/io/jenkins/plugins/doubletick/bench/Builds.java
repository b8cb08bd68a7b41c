package io.jenkins.plugins.doubletick.bench;

import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.Queue;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.TopLevelItem;
import hudson.model.queue.QueueTaskFuture;
import hudson.tasks.Builder;
import java.io.IOException;
import java.util.UUID;
import jenkins.model.Jenkins;
import jenkins.model.ParameterizedJobMixIn;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.flow.FlowDurabilityHint;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.properties.DurabilityHintJobProperty;

/** Jobs that log members out in one way or another, and their builds. */
final class Builds {

    static final String CREDENTIALS_ID = "doubletick";
    static final String NUMBER = "+919876543210";
    static final String BODY = "{\"userPhoneNumber\":\"" + NUMBER + "\"}";

    /** What this plugin offers. */
    static final String OURS = "doubletickLogout loginNumber: '" + NUMBER + "'\n";

    private Builds() {}

    /** The same request by the HTTP Request plugin; the key must be in the variable {@code KEY}. */
    static String httpRequest(ServerControl server, String more) {
        return "httpRequest(url: '" + server.logoutUrl() + "', httpMode: 'POST', contentType: 'APPLICATION_JSON',"
                + " requestBody: '" + BODY + "',"
                + " customHeaders: [[name: 'Authorization', value: KEY, maskValue: true]]" + more + ")\n";
    }

    /** The same request by curl, with the key as {@link #httpRequest} needs it. */
    static String curl(ServerControl server) {
        return "sh 'curl -fsS -X POST -H \"Authorization: $KEY\" -H \"Content-Type: application/json\" -d \\'" + BODY
                + "\\' " + server.logoutUrl() + "'\n";
    }

    static String withKey(String script) {
        return "withCredentials([string(credentialsId: '" + CREDENTIALS_ID + "', variable: 'KEY')]) {\n" + script
                + "}\n";
    }

    /** So many branches with the same script. */
    static String parallel(int branches, String script) {
        return "def branches = [:]\nfor (int i = 0; i < " + branches + "; i++) {\nbranches[\"member $i\"] = {\n"
                + script + "}\n}\nparallel branches\n";
    }

    /** @param durability null for Jenkins's default */
    static WorkflowJob pipeline(String script, FlowDurabilityHint durability) throws Exception {
        WorkflowJob job = create(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        if (durability != null) {
            job.addProperty(new DurabilityHintJobProperty(durability));
        }
        return job;
    }

    static FreeStyleProject freestyle(Builder... builders) throws IOException {
        FreeStyleProject job = create(FreeStyleProject.class);
        for (Builder builder : builders) {
            job.getBuildersList().add(builder);
        }
        return job;
    }

    private static <T extends TopLevelItem> T create(Class<T> type) throws IOException {
        return Jenkins.get().createProject(type, UUID.randomUUID().toString());
    }

    static QueueTaskFuture<Queue.Executable> schedule(Job<?, ?> job) {
        return ParameterizedJobMixIn.scheduleBuild2(job, 0).getFuture();
    }

    /** Builds it, and waits for the end. */
    static void build(Job<?, ?> job, Result expected) throws Exception {
        check((Run<?, ?>) schedule(job).get(), expected);
    }

    static void check(Run<?, ?> build, Result expected) throws IOException {
        if (build.getResult() != expected) {
            throw new IllegalStateException(
                    build + " ended as " + build.getResult() + ":\n" + String.join("\n", build.getLog(100)));
        }
    }
}
