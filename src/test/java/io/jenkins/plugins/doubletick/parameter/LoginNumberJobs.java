package io.jenkins.plugins.doubletick.parameter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Run;
import hudson.model.StringParameterDefinition;
import hudson.model.TopLevelItemDescriptor;
import hudson.security.AuthorizationStrategy;
import hudson.security.SecurityRealm;
import io.jenkins.plugins.doubletick.FinishedBuilds;
import io.jenkins.plugins.doubletick.OneJenkins;
import io.jenkins.plugins.doubletick.WebUser;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import jenkins.model.ModifiableTopLevelItemGroup;
import org.apache.commons.lang3.StringUtils;
import org.htmlunit.WebResponse;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.jvnet.hudson.test.JenkinsRule;

/** Jobs with a parameter LOGIN_NUMBER, and requests for their builds, for tests to inherit. */
abstract class LoginNumberJobs extends OneJenkins {

    static final String NUMBER = SECOND_MEMBER;
    static final String MASKED = "+12•••••0123";

    private static final AtomicInteger JOBS = new AtomicInteger();

    FinishedBuilds finished;

    @BeforeEach
    void watchBuilds() throws Exception {
        r.jenkins.setQuietPeriod(0);
        finished = FinishedBuilds.watch();
    }

    @AfterEach
    void allowEverything() {
        r.jenkins.setAuthorizationStrategy(AuthorizationStrategy.UNSECURED);
        r.jenkins.setSecurityRealm(SecurityRealm.NO_AUTHENTICATION);
    }

    static DoubleTickLoginNumberParameterDefinition definition(
            @CheckForNull String defaultValue, @CheckForNull String credentialsId) {
        DoubleTickLoginNumberParameterDefinition definition =
                new DoubleTickLoginNumberParameterDefinition("LOGIN_NUMBER");
        definition.setDescription("Who is leaving");
        definition.setDefaultValue(defaultValue);
        definition.setCredentialsId(credentialsId);
        return definition;
    }

    /** Has a second parameter, so that a request can have parameters but no number. */
    static ParametersDefinitionProperty parameters(
            @CheckForNull String defaultValue, @CheckForNull String credentialsId) {
        return new ParametersDefinitionProperty(
                definition(defaultValue, credentialsId), new StringParameterDefinition("OTHER", "value"));
    }

    static DoubleTickLoginNumberParameterDefinition definitionOf(Job<?, ?> job) {
        return assertInstanceOf(
                DoubleTickLoginNumberParameterDefinition.class,
                job.getProperty(ParametersDefinitionProperty.class).getParameterDefinition("LOGIN_NUMBER"));
    }

    static ParametersAction number(String number) {
        return new ParametersAction(new DoubleTickLoginNumberParameterValue("LOGIN_NUMBER", number));
    }

    static DoubleTickLoginNumberParameterValue valueOf(Run<?, ?> build) {
        return (DoubleTickLoginNumberParameterValue)
                build.getAction(ParametersAction.class).getParameter("LOGIN_NUMBER");
    }

    static void assertNamed(@CheckForNull String name, Run<?, ?> build) {
        assertEquals(NUMBER, valueOf(build).getValue());
        assertEquals(name, valueOf(build).memberName());
    }

    /** Makes a job that does nothing, and offers the team of a credential. */
    static FreeStyleProject offering(ModifiableTopLevelItemGroup parent, @CheckForNull String credentialsId)
            throws Exception {
        TopLevelItemDescriptor type = (TopLevelItemDescriptor) r.jenkins.getDescriptorOrDie(FreeStyleProject.class);
        FreeStyleProject job =
                (FreeStyleProject) parent.createProject(type, "offering-" + JOBS.incrementAndGet(), false);
        job.addProperty(parameters(null, credentialsId));
        return job;
    }

    static FreeStyleProject freestyleJob(@CheckForNull String defaultValue) throws Exception {
        FreeStyleProject job = r.createFreeStyleProject();
        job.addProperty(parameters(defaultValue, null));
        job.getBuildersList().add(new DoubleTickLogoutBuilder("$LOGIN_NUMBER"));
        return job;
    }

    static WorkflowJob pipelineJob(@CheckForNull String defaultValue) throws Exception {
        WorkflowJob job = pipeline("doubletickLogout loginNumber: params.LOGIN_NUMBER");
        job.addProperty(parameters(defaultValue, null));
        return job;
    }

    static String text(String url) throws Exception {
        HttpResponse<String> answer = new WebUser(null).get(r, url);
        assertTrue(List.of(200, 405).contains(answer.statusCode()), url + ": " + answer.statusCode());
        return answer.body();
    }

    /** Submits the job's form, with its default for null. Returns the refusal; null if there was none. */
    @CheckForNull
    static String form(Job<?, ?> job, @CheckForNull String text) throws Exception {
        // Closed, because the scripts of a page send requests until then.
        try (JenkinsRule.WebClient web = r.createWebClient().withThrowExceptionOnFailingStatusCode(false)) {
            HtmlForm form = ((HtmlPage) web.getPage(job, "build?delay=0sec")).getFormByName("parameters");
            if (text != null) {
                form.getInputsByName("value").get(0).setValue(text);
            }
            WebResponse answer = r.submit(form).getWebResponse();
            return refusal(answer.getStatusCode(), answer.getContentAsString());
        }
    }

    /** Requests a build with a text, or without the parameter for null. Returns the refusal; null if there was none. */
    @CheckForNull
    static String rest(Job<?, ?> job, @CheckForNull String text) throws Exception {
        String parameter = text == null ? "OTHER=x" : "LOGIN_NUMBER=" + WebUser.encode(text);
        HttpResponse<String> answer =
                new WebUser(null).post(r, job.getUrl() + "buildWithParameters?delay=0sec&" + parameter);
        return refusal(answer.statusCode(), answer.body());
    }

    @CheckForNull
    static String refusal(int status, String body) {
        if (List.of(200, 201).contains(status)) {
            return null;
        }
        assertEquals(400, status, body);
        assertFalse(body.contains("\tat "), body);
        return StringUtils.replaceEach(body, new String[] {"&#039;", "&quot;"}, new String[] {"'", "\""});
    }

    static void assertRefused(String reason, @CheckForNull String refusal) {
        assertTrue(refusal != null && refusal.contains("Parameter LOGIN_NUMBER: " + reason), reason + ": " + refusal);
    }
}
