package io.jenkins.plugins.doubletick.parameter;

import hudson.model.FreeStyleProject;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Run;
import hudson.model.StringParameterDefinition;
import hudson.model.TopLevelItemDescriptor;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;
import java.util.concurrent.atomic.AtomicInteger;
import jenkins.model.Jenkins;
import jenkins.model.ModifiableTopLevelItemGroup;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jvnet.hudson.test.JenkinsRule;

/** Jobs with a parameter LOGIN_NUMBER, and values for it. */
final class LoginNumberJobs {

    static final String NUMBER = DoubleTickStandIn.SECOND_MEMBER;
    static final String MASKED = "+12•••••0123";

    private static final AtomicInteger JOBS = new AtomicInteger();

    private LoginNumberJobs() {}

    static DoubleTickLoginNumberParameterDefinition definition(String defaultValue) {
        DoubleTickLoginNumberParameterDefinition definition =
                new DoubleTickLoginNumberParameterDefinition("LOGIN_NUMBER");
        definition.setDescription("Who is leaving");
        definition.setDefaultValue(defaultValue);
        return definition;
    }

    /** Has a second parameter, so that a build can be asked for with parameters and without a number. */
    static ParametersDefinitionProperty parameters(DoubleTickLoginNumberParameterDefinition definition) {
        return new ParametersDefinitionProperty(definition, new StringParameterDefinition("OTHER", "value"));
    }

    static ParametersDefinitionProperty parameters(String defaultValue) {
        return parameters(definition(defaultValue));
    }

    /** Offers the team of a credential. */
    static ParametersDefinitionProperty offering(String credentialsId) {
        DoubleTickLoginNumberParameterDefinition definition = definition(null);
        definition.setCredentialsId(credentialsId);
        return parameters(definition);
    }

    static ParametersAction number(String number) {
        return new ParametersAction(new DoubleTickLoginNumberParameterValue("LOGIN_NUMBER", number));
    }

    /** Returns the value that a build was started with. */
    static DoubleTickLoginNumberParameterValue valueOf(Run<?, ?> build) {
        return (DoubleTickLoginNumberParameterValue)
                build.getAction(ParametersAction.class).getParameter("LOGIN_NUMBER");
    }

    /** Makes a job that does nothing, and offers the team of a credential. */
    static FreeStyleProject offering(ModifiableTopLevelItemGroup parent, String credentialsId) throws Exception {
        TopLevelItemDescriptor type = (TopLevelItemDescriptor) Jenkins.get().getDescriptorOrDie(FreeStyleProject.class);
        FreeStyleProject job =
                (FreeStyleProject) parent.createProject(type, "offering-" + JOBS.incrementAndGet(), false);
        job.addProperty(offering(credentialsId));
        return job;
    }

    /** Makes a job that logs its number out. */
    static FreeStyleProject freestyleJob(JenkinsRule r, String defaultValue) throws Exception {
        FreeStyleProject job = r.createFreeStyleProject();
        job.addProperty(parameters(defaultValue));
        job.getBuildersList().add(new DoubleTickLogoutBuilder("$LOGIN_NUMBER"));
        return job;
    }

    /** Makes a job that logs its number out. */
    static WorkflowJob pipelineJob(JenkinsRule r, String defaultValue) throws Exception {
        WorkflowJob job = script(r, "doubletickLogout loginNumber: params.LOGIN_NUMBER");
        job.addProperty(parameters(defaultValue));
        return job;
    }

    /** Makes a job without the parameter. */
    static WorkflowJob script(JenkinsRule r, String script) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job;
    }
}
