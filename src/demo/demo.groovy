// Gives the demo's Jenkins a credential, makes it the default, and creates two jobs to press Build on.
import com.cloudbees.plugins.credentials.CredentialsScope
import com.cloudbees.plugins.credentials.SystemCredentialsProvider
import hudson.model.FreeStyleProject
import hudson.model.ParametersDefinitionProperty
import hudson.util.Secret
import io.jenkins.plugins.doubletick.DoubleTickApiKey
import io.jenkins.plugins.doubletick.DoubleTickConfiguration
import io.jenkins.plugins.doubletick.parameter.DoubleTickLoginNumberParameterDefinition
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder
import jenkins.model.GlobalConfiguration
import jenkins.model.Jenkins
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition
import org.jenkinsci.plugins.workflow.job.WorkflowJob

def jenkins = Jenkins.get()

SystemCredentialsProvider.instance.credentials.add(new DoubleTickApiKey(
    CredentialsScope.GLOBAL, 'doubletick', 'API key of the stand-in', Secret.fromString('key_stand-in-7f3a9c')))
SystemCredentialsProvider.instance.save()
GlobalConfiguration.all().get(DoubleTickConfiguration).credentialsId = 'doubletick'

def effects = [
    '+919876543210': 'logged out',
    '+919876543299': 'not a member of the team: the build fails and says so',
    '+919876543220': 'logged out after one “too many requests”',
    '+919876543230': 'logged out after the service was busy',
    '+919876543240': 'DoubleTick is down: the build fails after four tries',
    '+919876543260': 'DoubleTick does not confirm the logout: the build fails',
]
def description = 'How the stand-in for DoubleTick responds to each number:\n' +
    effects.collect { number, effect -> "$number: $effect" }.join('\n')

def pipeline = jenkins.createProject(WorkflowJob, 'offboard-member')
pipeline.description = 'Press “Build with Parameters”, choose a member, such as Asha Rao; then approve in the console output.'
def number = new DoubleTickLoginNumberParameterDefinition('LOGIN_NUMBER')
number.credentialsId = 'doubletick'
number.description = 'The name, e-mail address or number of a team member, such as Asha Rao, Daniel Okafor or Meera Iyer. At first, Ravi ' +
    'Kumar gets “too many requests”, and for Sam O\'Neil the service is busy. Two members are named Priya Nair. Nobody has ' +
    '+919876543299.'
pipeline.addProperty(new ParametersDefinitionProperty([number]))
pipeline.definition = new CpsFlowDefinition('''
def member = doubletickMember loginNumber: params.LOGIN_NUMBER
input message: "Log out ${member.name} (${member.role}, ${member.loginNumber}) from DoubleTick on every device?", ok: 'Log out'
doubletickLogout loginNumber: params.LOGIN_NUMBER
'''.strip(), true)
pipeline.save()

def freestyle = jenkins.createProject(FreeStyleProject, 'log-out-member')
freestyle.description = 'Press “Build with Parameters”, enter a login number, and read the console output.'
def freestyleNumber = new DoubleTickLoginNumberParameterDefinition('LOGIN_NUMBER')
freestyleNumber.description = description
freestyle.addProperty(new ParametersDefinitionProperty([freestyleNumber]))
freestyle.buildersList.add(new DoubleTickLogoutBuilder('$LOGIN_NUMBER'))
freestyle.save()
