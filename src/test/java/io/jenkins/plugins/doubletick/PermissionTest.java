package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.domains.Domain;
import com.cloudbees.plugins.credentials.domains.HostnameSpecification;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.ParametersDefinitionProperty;
import hudson.security.Permission;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import io.jenkins.plugins.doubletick.parameter.DoubleTickLoginNumberParameterDefinition;
import java.io.File;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.multibranch.JobPropertyStep;
import org.jenkinsci.plugins.workflow.support.steps.build.BuildTriggerStep;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.function.Executable;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Who may call which web method of this plugin, and what the response reveals. */
@WithJenkins
class PermissionTest {

    /** The columns of the table. All but the anonymous user have Overall/Read, and those from READ on Item/Read. */
    private enum Who {
        ANONYMOUS,
        NO_JOB,
        READ(Item.READ),
        EXTENDED_READ(Item.READ, Item.EXTENDED_READ),
        USE_ITEM(Item.READ, CredentialsProvider.USE_ITEM),
        CONFIGURE(Item.READ, Item.CONFIGURE),
        ADMINISTER(Jenkins.ADMINISTER);

        private final Permission[] permissions;

        Who(Permission... permissions) {
            this.permissions = permissions;
        }
    }

    /**
     * For each web method the parameter that it reads, and for each {@link Who} the answer to a POST, outside and inside a job
     * in a folder: {@code x} 403 or 404, {@code -} nothing about credentials, {@code g} Jenkins's credentials,
     * {@code f} of the folder's as well. {@code checkNow} is below another URL; TeamFormTest calls the suggestions.
     */
    private static final String TABLE = """
            DoubleTickApiKey                                  checkApiKey            value          x------ xx-----
            DoubleTickConfiguration                           fillCredentialsIdItems credentialsId  x-----g xx----g
            DoubleTickConfiguration                           checkCredentialsId     value          x-----g xx----g
            DoubleTickConfiguration                           verifyKey              credentialsId  xxxxxxg xxxxxxg
            step.DoubleTickLogoutBuilder                      fillCredentialsIdItems credentialsId  x-----g xx-ffff
            step.DoubleTickLogoutBuilder                      checkCredentialsId     value          x-----g xx-ffff
            step.DoubleTickLogoutBuilder                      checkLoginNumber       value          x------ xx-----
            step.DoubleTickLogoutStep                         fillCredentialsIdItems credentialsId  x-----g xx-ffff
            step.DoubleTickLogoutStep                         checkCredentialsId     value          x-----g xx-ffff
            step.DoubleTickLogoutStep                         checkLoginNumber       value          x------ xx-----
            step.DoubleTickMemberStep                         fillCredentialsIdItems credentialsId  x-----g xx-ffff
            step.DoubleTickMemberStep                         checkCredentialsId     value          x-----g xx-ffff
            step.DoubleTickMemberStep                         checkLoginNumber       value          x------ xx-----
            parameter.DoubleTickLoginNumberParameterDefinition fillCredentialsIdItems credentialsId x-----g xx-ffff
            parameter.DoubleTickLoginNumberParameterDefinition checkCredentialsId    value          x-----g xx-ffff
            parameter.DoubleTickLoginNumberParameterDefinition checkDefaultValue     value          x------ xx-----
            parameter.DoubleTickLoginNumberParameterDefinition checkValue            value          x------ xx-----
            parameter.DoubleTickLoginNumberParameterDefinition autoCompleteValue     value          x------ xx-----
            """;

    private static final String GLOBAL = "id-global";
    private static final String OF_FOLDER = "id-of-the-folder";
    private static final String REFUSED = "id-refused";
    private static final List<String> IDS = List.of(
            GLOBAL, OF_FOLDER, "id-of-another-folder", "id-of-the-system", "id-of-another-domain", "id-unknown");

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private JenkinsRule r;

    @BeforeEach
    void setUp(JenkinsRule r) throws Exception {
        this.r = r;
        setOptionalPermissionsEnabled(true);
        Folder folder = r.createProject(Folder.class, "folder");
        folder.createProject(FreeStyleProject.class, "job");
        StandInExtension.addGlobally(apiKey(GLOBAL));
        StandInExtension.addGlobally(new DoubleTickApiKey(
                CredentialsScope.SYSTEM, "id-of-the-system", null, Secret.fromString(DoubleTickStandIn.KEY)));
        StandInExtension.add(
                Jenkins.get(),
                new Domain("elsewhere", null, List.of(new HostnameSpecification("example.com", null))),
                apiKey("id-of-another-domain"));
        StandInExtension.add(folder, Domain.global(), apiKey(OF_FOLDER));
        StandInExtension.add(r.createProject(Folder.class, "other"), Domain.global(), apiKey("id-of-another-folder"));
        DoubleTickConfiguration.get().setCredentialsId(GLOBAL);

        r.jenkins.setSecurityRealm(r.createDummySecurityRealm());
        MockAuthorizationStrategy strategy = new MockAuthorizationStrategy();
        for (Who who : Who.values()) {
            if (who != Who.ANONYMOUS) {
                strategy.grant(Jenkins.READ).onRoot().to(who.name());
                strategy.grant(who.permissions).onFolders(folder).to(who.name());
            }
        }
        strategy.grant(Jenkins.ADMINISTER).everywhere().to(Who.ADMINISTER.name());
        strategy.grant(Jenkins.READ, Jenkins.MANAGE).onRoot().to("manager");
        strategy.grant(Jenkins.READ, Jenkins.SYSTEM_READ).onRoot().to("auditor");
        r.jenkins.setAuthorizationStrategy(strategy);
    }

    @AfterEach
    void tearDown() {
        setOptionalPermissionsEnabled(false);
    }

    private static DoubleTickApiKey apiKey(String id) {
        return StandInExtension.apiKey(id, DoubleTickStandIn.KEY);
    }

    /** Off by default. */
    private static void setOptionalPermissionsEnabled(boolean enabled) {
        List.of(Item.EXTENDED_READ, CredentialsProvider.USE_ITEM, Jenkins.MANAGE, Jenkins.SYSTEM_READ)
                .forEach(permission -> permission.setEnabled(enabled));
    }

    /** One line of the table for one user, outside or inside the job. */
    private record Call(String type, String method, String parameter, Who who, boolean inJob, char expected) {

        static Stream<Call> all() {
            return TABLE.lines()
                    .map(line -> line.split(" +"))
                    .flatMap(row -> Arrays.stream(Who.values())
                            .flatMap(who -> Stream.of(false, true)
                                    .map(inJob -> new Call(
                                            row[0],
                                            row[1],
                                            row[2],
                                            who,
                                            inJob,
                                            row[inJob ? 4 : 3].charAt(who.ordinal())))));
        }

        String path(String value) {
            return (inJob ? "job/folder/job/job/" : "") + "descriptorByName/io.jenkins.plugins.doubletick." + type + "/"
                    + method + "?" + parameter + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
        }

        WebUser user() {
            return new WebUser(who == Who.ANONYMOUS ? null : who.name());
        }

        /** The IDs that the response may contain, besides the one in the request. */
        Set<String> known() {
            return expected == 'f' ? Set.of(GLOBAL, OF_FOLDER) : expected == 'g' ? Set.of(GLOBAL) : Set.of();
        }

        String post(JenkinsRule r, String value) throws Exception {
            HttpResponse<String> response = user().post(r, path(value));
            return response.statusCode() == 200 ? response.body() : "" + response.statusCode();
        }
    }

    /** What Stapler would serve of the classes of this plugin, under whatever name. */
    private static Set<String> webMethods() throws Exception {
        Path classes = Path.of(DoubleTickConfiguration.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Set<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                String name = classes.relativize(file).toString().replace(File.separatorChar, '.');
                Class<?> type = Class.forName(name.replaceFirst("\\.class$", ""));
                for (Class<?> c = type; c != null && c.getName().startsWith("io.jenkins."); c = c.getSuperclass()) {
                    for (Method method : c.getDeclaredMethods()) {
                        if (!Modifier.isAbstract(type.getModifiers()) && !method.isBridge() && isWebMethod(method)) {
                            found.add(type.getName().replaceAll("^io\\.jenkins\\.plugins\\.doubletick\\.|\\$.*", "")
                                    + "." + method.getName());
                        }
                    }
                }
            }
        }
        return found;
    }

    private static boolean isWebMethod(Method method) {
        return method.getName().matches("(do|js)([A-Z].*|)")
                || Arrays.stream(method.getAnnotations())
                        .anyMatch(annotation -> annotation
                                .annotationType()
                                .getName()
                                .matches("org\\.kohsuke\\.stapler\\.(WebMethod|verb\\..*|interceptor\\..*|bind\\..*)"));
    }

    @Test
    void everyWebMethodForEverybody() throws Exception {
        Set<String> methods = Call.all()
                .map(call ->
                        call.type + ".do" + Character.toUpperCase(call.method.charAt(0)) + call.method.substring(1))
                .collect(Collectors.toCollection(TreeSet::new));
        methods.add("monitor.ApiKeyMonitor.doCheckNow"); // See refusedKeysAreForAdministrators.
        assertEquals(webMethods(), methods, "The web methods of this plugin, and those of the table");
        assertAll(Call.all().flatMap(call -> IDS.stream().map(id -> (Executable) () -> call(call, id))));
    }

    private void call(Call call, String id) throws Exception {
        int before = doubleTick.requests().size();
        int status = call.user().get(r, call.path(id)).statusCode();
        assertTrue(status == 403 || status == 404, "GET " + call + ": " + status);
        assertEquals(before, doubleTick.requests().size(), "GET " + call);

        String answer = call.post(r, id);
        assertEquals(call.expected == 'x', answer.matches("403|404"), call + ": " + answer);
        boolean sends = call.method.equals("verifyKey") && call.known().contains(id);
        assertEquals(before + (sends ? 1 : 0), doubleTick.requests().size(), call + " " + id);
        boolean lists = call.method.startsWith("fill");
        assertEquals(lists ? with(call.known(), id) : Set.of(id), with(idsIn(answer), id), call + ": " + answer);
        assertEquals(
                !lists && !call.known().isEmpty() && !call.known().contains(id),
                answer.contains("There is no credential") || answer.contains("a credentials domain"),
                call + " " + id + ": " + answer);
    }

    private static Set<String> idsIn(String text) {
        return IDS.stream()
                .filter(id -> Pattern.compile(id + "\\b").matcher(text).find())
                .collect(Collectors.toSet());
    }

    private static Set<String> with(Set<String> ids, String id) {
        return Stream.concat(ids.stream(), Stream.of(id)).collect(Collectors.toSet());
    }

    @Test
    void withoutACrumbNothingIsSent() throws Exception {
        WebUser administrator = new WebUser(Who.ADMINISTER.name());
        Call verify = Call.all()
                .filter(call -> call.method.equals("verifyKey"))
                .findFirst()
                .orElseThrow();
        assertEquals(403, administrator.postWithoutCrumb(r, verify.path(GLOBAL)).statusCode());
        doubleTick.assertNothingSent();
    }

    /** A user may have seen another user's secret encrypted, as it stands in a config.xml, and must not have it judged. */
    @Test
    void everyCiphertextIsAnsweredAlike() {
        assertAll(Call.all()
                .filter(call -> call.inJob && call.who == Who.CONFIGURE || !call.inJob && call.who == Who.NO_JOB)
                .map(call -> () -> {
                    Set<String> answers = new TreeSet<>();
                    for (String secret :
                            List.of("+919876543210", "12345", "Alice", "two words", " ", "$X", "$secret1b7e")) {
                        answers.add(call.post(r, Secret.fromString(secret).getEncryptedValue()));
                        String old = oldCiphertext(secret);
                        // Differs in one character, so that it cannot be decrypted.
                        int at = old.length() - 6;
                        String broken =
                                old.substring(0, at) + (old.charAt(at) == 'x' ? 'y' : 'x') + old.substring(at + 1);
                        String answer = call.post(r, old);
                        assertEquals(call.post(r, broken).replace(broken, "…"), answer.replace(old, "…"), "" + call);
                        assertFalse(answer.contains("secret1b7e"), "" + call);
                    }
                    assertEquals(1, answers.size(), call + ": " + answers);
                }));
    }

    /** Encrypts as Jenkins before 2.44 did; it still decrypts such a text. */
    private String oldCiphertext(String secret) throws Exception {
        Cipher cipher = Cipher.getInstance("AES");
        cipher.init(Cipher.ENCRYPT_MODE, r.jenkins.getSecretKeyAsAES128());
        String text = Base64.getEncoder()
                .encodeToString(cipher.doFinal((secret + "::::MAGIC::::").getBytes(StandardCharsets.UTF_8)));
        assertEquals(secret, Secret.decrypt(text).getPlainText());
        return text;
    }

    /** Also not for users who may see or manage a part of the system. */
    @Test
    void refusedKeysAreForAdministrators() throws Exception {
        StandInExtension.addGlobally(StandInExtension.apiKey(REFUSED, "key_wrong-permission-77"));
        ApiKeyCheck.start(null, REFUSED).handle((accepted, failure) -> null).get();
        String path = "administrativeMonitor/doubletickApiKey/";
        List<Executable> calls = new ArrayList<>();
        for (String name : Arrays.asList(null, "CONFIGURE", "manager", "auditor")) {
            WebUser user = new WebUser(name);
            calls.add(() -> assertRefused(user, user.get(r, path)));
            calls.add(() -> assertRefused(user, user.get(r, path + "checkNow")));
            calls.add(() -> assertRefused(user, user.post(r, path + "checkNow")));
            calls.add(() -> assertFalse(user.get(r, "manage/").body().contains(REFUSED), "" + user));
        }
        WebUser administrator = new WebUser(Who.ADMINISTER.name());
        calls.add(
                () -> assertEquals(404, administrator.get(r, path + "checkNow").statusCode()));
        calls.add(() -> assertEquals(
                403, administrator.postWithoutCrumb(r, path + "checkNow").statusCode()));
        assertAll(calls);
        assertEquals(1, doubleTick.requests().size());
        assertTrue(administrator.get(r, "manage/").body().contains(REFUSED));
        assertEquals(302, administrator.post(r, path + "checkNow").statusCode());
        assertEquals(2, doubleTick.requests().size());
    }

    private static void assertRefused(WebUser user, HttpResponse<String> response) {
        assertEquals(403, response.statusCode(), user + ": " + response);
        assertFalse(response.body().contains(REFUSED), "" + user);
    }

    /** The generator answers what a submitted form means, so anybody could read what the form hides. */
    @Test
    void snippetGeneratorTellsNoNumber() throws Exception {
        DoubleTickLoginNumberParameterDefinition parameter = new DoubleTickLoginNumberParameterDefinition("WHO");
        parameter.setDefaultValue(DoubleTickStandIn.SECOND_MEMBER);
        parameter.setCredentialsId(GLOBAL);
        WorkflowJob job = r.jenkins.getItemByFullName("folder", Folder.class).createProject(WorkflowJob.class, "asked");
        job.addProperty(new ParametersDefinitionProperty(parameter));
        String mask = parameter.getDefaultParameterValue().getMasked();
        String properties = "{'stapler-class': '" + JobPropertyStep.class.getName() + "', 'propertiesMap': {'"
                + ParametersDefinitionProperty.class.getName().replace('.', '-')
                + "': {'specified': true, 'parameterDefinitions': {'stapler-class': '"
                + DoubleTickLoginNumberParameterDefinition.class.getName() + "', 'name': 'WHO', 'defaultValue': '"
                + mask
                + "'}}}}";
        for (String text : List.of(mask, "Daniel Okafor")) {
            String build = "{'stapler-class': '" + BuildTriggerStep.class.getName()
                    + "', 'job': '/folder/asked', 'parameter': [{'name': 'WHO', 'value': '" + text + "'}]}";
            for (String json : List.of(build, properties)) {
                for (String page : List.of("", "job/folder/job/asked/")) {
                    HttpResponse<String> answer = new WebUser(Who.EXTENDED_READ.name())
                            .post(
                                    r,
                                    page + "pipeline-syntax/generateSnippet?json="
                                            + URLEncoder.encode(json.replace('\'', '"'), StandardCharsets.UTF_8));
                    assertFalse(answer.body().contains("2025550123"), page + json + ": " + answer.body());
                    assertTrue(answer.body().contains("WHO"), page + json + ": " + answer.body());
                }
            }
        }
        doubleTick.assertNothingSent();
    }
}
