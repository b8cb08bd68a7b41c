package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.domains.Domain;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.FreeStyleProject;
import hudson.model.Result;
import hudson.model.Run;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;
import io.jenkins.plugins.doubletick.step.Logout;
import io.jenkins.plugins.doubletick.step.LogoutAction;
import java.util.List;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.CpsFlowExecution;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jvnet.hudson.test.JenkinsRule;

/** Jobs with a step, and their builds, for tests to inherit. */
public abstract class StepJobs {

    protected static final String MEMBER = DoubleTickStandIn.MEMBER;
    protected static final String SECOND_MEMBER = DoubleTickStandIn.SECOND_MEMBER;
    protected static final String NOT_A_MEMBER = DoubleTickStandIn.NOT_A_MEMBER;

    /** How the log of a failed logout of the first member begins. */
    protected static final String FAILED = "ERROR: The logout of +91••••••3210 failed. ";

    protected static JenkinsRule r;

    protected static String logout(String number) {
        return "doubletickLogout loginNumber: '" + number + "'";
    }

    protected static String logout(String number, @CheckForNull String credentialsId) {
        return credentialsId == null ? logout(number) : logout(number) + ", credentialsId: '" + credentialsId + "'";
    }

    protected static String lookup(@CheckForNull String credentialsId) {
        return logout(MEMBER, credentialsId).replace("doubletickLogout", "doubletickMember");
    }

    /** Runs a step in so many branches, in which n is the number of the branch. The log says when all of them have begun. */
    protected static String parallel(int branches, String step) {
        return """
                def branches = [:]
                for (int i = 0; i < %d; i++) {
                    int n = i
                    branches["b$n"] = { %s }
                }
                branches.last = { echo 'All have begun' }
                parallel branches
                """.formatted(branches, step);
    }

    protected static WorkflowJob pipeline(String script) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job;
    }

    protected static WorkflowRun start(String script) throws Exception {
        return pipeline(script).scheduleBuild2(0).waitForStart();
    }

    protected static WorkflowRun build(Result result, String script) throws Exception {
        return end(result, start(script));
    }

    protected static <R extends Run<?, ?>> R end(Result result, R build) throws Exception {
        return r.assertBuildStatus(result, r.waitForCompletion(build));
    }

    protected static FreeStyleProject freestyle(String number, @CheckForNull String credentialsId) throws Exception {
        FreeStyleProject job = r.createFreeStyleProject();
        job.getBuildersList().add(builder(number, credentialsId));
        return job;
    }

    protected static DoubleTickLogoutBuilder builder(String number, @CheckForNull String credentialsId) {
        DoubleTickLogoutBuilder builder = new DoubleTickLogoutBuilder(number);
        builder.setCredentialsId(credentialsId);
        return builder;
    }

    protected static List<Logout> logouts(Run<?, ?> build) {
        LogoutAction action = build.getAction(LogoutAction.class);
        return action == null ? List.of() : action.getLogouts();
    }

    /** The log has the line, and neither a stack trace nor the key nor a clear number. */
    protected static void assertLog(String line, Run<?, ?> build) throws Exception {
        String log = JenkinsRule.getLog(build);
        assertTrue(log.lines().anyMatch(l -> l.contains(line)), "No line '" + line + "' in:\n" + log);
        assertFalse(log.contains("\tat "), "Stack trace in:\n" + log);
        assertFalse(log.contains(DoubleTickStandIn.KEY), "Key in:\n" + log);
        String withoutExamples = log.replaceAll(
                "(such as |Use |loginNumber: ')\\+919876543210( instead of 00919876543210 or 09876543210)?", "");
        assertFalse(withoutExamples.contains("9876543210"), "Number in:\n" + log);
    }

    protected static void add(Credentials credentials) throws Exception {
        StandInExtension.add(r.jenkins, Domain.global(), credentials);
    }

    /** Waits until Jenkins has stored that a Pipeline waits for a step. */
    protected static void awaitSaving(WorkflowRun build) throws Exception {
        ((CpsFlowExecution) build.getExecution()).waitForSuspension();
    }

    protected static WorkflowJob pipeline(String name, String script) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class, name);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job;
    }

    protected static WorkflowRun build(String job, int number) {
        return r.jenkins.getItemByFullName(job, WorkflowJob.class).getBuildByNumber(number);
    }

    protected static long count(String text, Run<?, ?> build) throws Exception {
        return JenkinsRule.getLog(build)
                .lines()
                .filter(line -> line.contains(text))
                .count();
    }
}
