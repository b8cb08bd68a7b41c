package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.domains.Domain;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.ParametersDefinitionProperty;
import hudson.security.Permission;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.parameter.DoubleTickLoginNumberParameterDefinition;
import java.io.File;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.multibranch.JobPropertyStep;
import org.jenkinsci.plugins.workflow.support.steps.build.BuildTriggerStep;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/** Who may call which web method of this plugin, and what the response reveals. */
class PermissionTest extends OneJenkins {

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

    /** Stands for the types whose forms have a credential. */
    private static final String FORMS =
            "step.DoubleTickLogoutBuilder step.DoubleTickLogoutStep step.DoubleTickMemberStep"
                    + " parameter.DoubleTickLoginNumberParameterDefinition";

    /**
     * For each web method the parameter that it reads, and for each {@link Who} the answer to a POST, outside and inside a job
     * in a folder: {@code x} 403 or 404, {@code -} nothing about credentials, {@code g} Jenkins's credentials,
     * {@code f} of the folder's as well. {@code checkNow} is below another URL.
     */
    private static final String TABLE = """
            DoubleTickApiKey        checkApiKey            value         x------ xx-----
            DoubleTickConfiguration fillCredentialsIdItems credentialsId x-----g xx----g
            DoubleTickConfiguration checkCredentialsId     value         x-----g xx----g
            DoubleTickConfiguration verifyKey              credentialsId xxxxxxg xxxxxxg
            FORMS                   fillCredentialsIdItems credentialsId x-----g xx-ffff
            FORMS                   checkCredentialsId     value         x-----g xx-ffff
            step.DoubleTickLogoutBuilder                       checkLoginNumber  value x------ xx-----
            step.DoubleTickLogoutStep                          checkLoginNumber  value x------ xx-----
            step.DoubleTickMemberStep                          checkLoginNumber  value x------ xx-----
            parameter.DoubleTickLoginNumberParameterDefinition checkDefaultValue value x------ xx-----
            parameter.DoubleTickLoginNumberParameterDefinition checkValue        value x------ xx-----
            parameter.DoubleTickLoginNumberParameterDefinition autoCompleteValue value x------ xx-----
            """;

    private static final String PACKAGE = "io.jenkins.plugins.doubletick.";
    private static final String GLOBAL = "id-global";
    private static final String OF_FOLDER = "id-of-the-folder";
    private static final String REFUSED = "id-refused";
    private static final List<String> IDS = List.of(
            GLOBAL, OF_FOLDER, "id-of-another-folder", "id-of-the-system", "id-of-another-domain", "id-unknown");
    private static final WebUser ADMINISTRATOR = new WebUser(Who.ADMINISTER.name());

    @BeforeAll
    static void addFoldersAndUsers() throws Exception {
        setOptionalPermissionsEnabled(true);
        Folder folder = r.createProject(Folder.class, "folder");
        folder.createProject(FreeStyleProject.class, "job");
        StandInExtension.add(folder, Domain.global(), StandInExtension.apiKey(OF_FOLDER, KEY));
        Folder other = r.createProject(Folder.class, "other");
        StandInExtension.add(other, Domain.global(), StandInExtension.apiKey("id-of-another-folder", KEY));

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

    @AfterAll
    static void disableOptionalPermissions() {
        setOptionalPermissionsEnabled(false);
    }

    @BeforeEach
    void addKeys() throws Exception {
        add(StandInExtension.apiKey(GLOBAL, KEY));
        addUnusableKeys("id-of-the-system", "id-of-another-domain");
        DoubleTickConfiguration.get().setCredentialsId(GLOBAL);
    }

    /** One line of the table for one user, outside or inside the job. */
    private record Call(String type, String method, String parameter, Who who, boolean inJob, char expected) {

        static Stream<Call> all() {
            return TABLE.lines()
                    .map(line -> line.split(" +"))
                    .flatMap(row -> Stream.of(row[0].replace("FORMS", FORMS).split(" "))
                            .flatMap(type -> Stream.of(Who.values())
                                    .flatMap(who -> Stream.of(of(type, row, who, false), of(type, row, who, true)))));
        }

        private static Call of(String type, String[] row, Who who, boolean inJob) {
            return new Call(type, row[1], row[2], who, inJob, row[inJob ? 4 : 3].charAt(who.ordinal()));
        }

        String path(String value) {
            return (inJob ? "job/folder/job/job/" : "") + "descriptorByName/" + PACKAGE + type + "/" + method + "?"
                    + parameter + "=" + WebUser.encode(value);
        }

        WebUser user() {
            return new WebUser(who == Who.ANONYMOUS ? null : who.name());
        }

        /** The values to send: all IDs where the answer depends on the credential. */
        List<String> ids() {
            return expected != 'x' && (method + parameter).contains("redentialsId") ? IDS : List.of(GLOBAL);
        }

        /** The IDs that the response may contain, besides the one in the request. */
        Set<String> known() {
            return expected == 'f' ? Set.of(GLOBAL, OF_FOLDER) : expected == 'g' ? Set.of(GLOBAL) : Set.of();
        }

        String post(String value) throws Exception {
            HttpResponse<String> response = user().post(r, path(value));
            return response.statusCode() == 200 ? response.body() : "" + response.statusCode();
        }
    }

    /** What Stapler would serve of the classes of this plugin, under whatever name. */
    private static Set<String> webMethods() throws Exception {
        Path classes = Path.of("target/classes");
        Set<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                String name = classes.relativize(file).toString().replace(File.separatorChar, '.');
                Class<?> type = Class.forName(name.replaceFirst("\\.class$", ""));
                for (Method method : type.getMethods()) {
                    if (!Modifier.isAbstract(type.getModifiers()) && isWebMethod(method)) {
                        found.add(name.substring(PACKAGE.length()).replaceAll("\\$.*|\\.class$", "") + "."
                                + method.getName());
                    }
                }
            }
        }
        return found;
    }

    private static boolean isWebMethod(Method method) {
        String annotations = Arrays.toString(method.getAnnotations());
        String stapler = ".*@org\\.kohsuke\\.stapler\\.(WebMethod|verb\\.|interceptor\\.|bind\\.).*";
        return method.getDeclaringClass().getName().startsWith(PACKAGE)
                && (method.getName().matches("(do|js)([A-Z].*|)") || annotations.matches(stapler));
    }

    @Test
    void everyWebMethodForEverybody() throws Exception {
        Set<String> methods = Call.all()
                .map(call ->
                        call.type + ".do" + Character.toUpperCase(call.method.charAt(0)) + call.method.substring(1))
                .collect(Collectors.toCollection(TreeSet::new));
        methods.add("monitor.ApiKeyMonitor.doCheckNow"); // See refusedKeysAreForAdministrators.
        assertEquals(webMethods(), methods, "The web methods of this plugin, and those of the table");
        assertAll(Call.all().map(call -> () -> {
            int status = call.user().get(r, call.path(GLOBAL)).statusCode();
            assertTrue(status == 403 || status == 404, "GET " + call + ": " + status);
        }));
        doubleTick.assertNothingSent();
        assertAll(Call.all().flatMap(call -> call.ids().stream().map(id -> (Executable) () -> post(call, id))));
    }

    private void post(Call call, String id) throws Exception {
        int before = doubleTick.requests().size();
        String answer = call.post(id);
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
    void onlyAdministratorsSeeTheButton() throws Exception {
        String form = new WebUser("auditor").get(r, "manage/configure").body();
        assertTrue(form.contains("Default credential"), form);
        assertFalse(form.contains("Verify key"), form);
        assertTrue(ADMINISTRATOR.get(r, "manage/configure").body().contains("Verify key"));
    }

    /** A user may have seen another user's secret encrypted, as it stands in a config.xml, and must not have it judged. */
    @Test
    void everyCiphertextIsAnsweredAlike() throws Exception {
        for (Call call : Call.all().toList()) {
            if (call.who == (call.inJob ? Who.CONFIGURE : Who.NO_JOB)) {
                Set<String> answers = new TreeSet<>();
                for (String secret : List.of("+919876543210", "Alice", " ", "$secret1b7e")) {
                    answers.add(call.post(Secret.fromString(secret).getEncryptedValue()));
                }
                assertEquals(1, answers.size(), call + ": " + answers);
            }
        }
    }

    /** Also not for users who may see or manage a part of the system. */
    @Test
    void refusedKeysAreForAdministrators() throws Exception {
        add(StandInExtension.apiKey(REFUSED, "key_wrong-permission-77"));
        ApiKeyCheck.start(null, REFUSED).handle((accepted, failure) -> null).get();
        String monitor = "administrativeMonitor/doubletickApiKey/";
        String checkNow = monitor + "checkNow";
        for (String name : Arrays.asList(null, "CONFIGURE", "manager", "auditor")) {
            WebUser user = new WebUser(name);
            for (HttpResponse<String> response :
                    List.of(user.get(r, monitor), user.get(r, checkNow), user.post(r, checkNow))) {
                assertEquals(403, response.statusCode(), user + ": " + response);
                assertFalse(response.body().contains(REFUSED), user + ": " + response);
            }
            assertFalse(user.get(r, "manage/").body().contains(REFUSED), "" + user);
        }
        assertEquals(404, ADMINISTRATOR.get(r, checkNow).statusCode());
        assertEquals(1, doubleTick.requests().size());
        assertTrue(ADMINISTRATOR.get(r, "manage/").body().contains(REFUSED));
        assertEquals(302, ADMINISTRATOR.post(r, checkNow).statusCode());
        assertEquals(2, doubleTick.requests().size());
    }

    /** The generator answers what a submitted form means, so anybody could read what the form hides. */
    @Test
    void snippetGeneratorDoesNotRevealTheNumber() throws Exception {
        DoubleTickLoginNumberParameterDefinition parameter = new DoubleTickLoginNumberParameterDefinition("WHO");
        parameter.setDefaultValue(SECOND_MEMBER);
        parameter.setCredentialsId(GLOBAL);
        WorkflowJob job = r.jenkins.getItemByFullName("folder", Folder.class).createProject(WorkflowJob.class, "asked");
        job.addProperty(new ParametersDefinitionProperty(parameter));
        String mask = parameter.getDefaultParameterValue().getMasked();
        String build = "{'stapler-class': '" + BuildTriggerStep.class.getName()
                + "', 'job': '/folder/asked', 'parameter': [{'name': 'WHO', 'value': 'VALUE'}]}";
        String properties = "{'stapler-class': '" + JobPropertyStep.class.getName() + "', 'propertiesMap': {'"
                + ParametersDefinitionProperty.class.getName().replace('.', '-')
                + "': {'specified': true, 'parameterDefinitions': {'stapler-class': '"
                + DoubleTickLoginNumberParameterDefinition.class.getName()
                + "', 'name': 'WHO', 'defaultValue': 'VALUE'}}}}";
        for (String form : List.of(
                build.replace("VALUE", mask),
                build.replace("VALUE", "Daniel Okafor"),
                properties.replace("VALUE", mask))) {
            String json = WebUser.encode(form.replace('\'', '"'));
            String path = job.getUrl() + "pipeline-syntax/generateSnippet?json=" + json;
            String answer = new WebUser(Who.EXTENDED_READ.name()).post(r, path).body();
            assertFalse(answer.contains("2025550123"), form + ": " + answer);
            assertTrue(answer.contains("WHO"), form + ": " + answer);
        }
        doubleTick.assertNothingSent();
    }
}
