package io.jenkins.plugins.doubletick;

import io.jenkins.plugins.doubletick.monitor.ApiKeyMonitor;
import io.jenkins.plugins.doubletick.monitor.ApiKeyWatch;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutBuilder;
import io.jenkins.plugins.doubletick.step.DoubleTickLogoutStep;
import io.jenkins.plugins.doubletick.step.DoubleTickMemberStep;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.CredentialsParameterDefinition;
import com.cloudbees.plugins.credentials.CredentialsParameterValue;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.domains.Domain;
import com.cloudbees.plugins.credentials.domains.HostnameSpecification;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.security.Permission;
import hudson.util.Secret;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
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
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import jenkins.model.Jenkins;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.function.Executable;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Who may call what of this plugin over the web, and what it tells or does then. */
@WithJenkins
class PermissionTest {

    /** Everybody here but the anonymous user has Overall/Read, and from Item/Read on Item/Read. */
    private enum Who {
        ANONYMOUS,
        OVERALL_READ,
        ITEM_READ(Item.READ),
        ITEM_EXTENDED_READ(Item.READ, Item.EXTENDED_READ),
        CREDENTIALS_USE_ITEM(Item.READ, CredentialsProvider.USE_ITEM),
        ITEM_CONFIGURE(Item.READ, Item.CONFIGURE),
        OVERALL_ADMINISTER(Jenkins.ADMINISTER);

        private final Permission[] permissions;

        Who(Permission... permissions) {
            this.permissions = permissions;
        }

        boolean administers() {
            return this == OVERALL_ADMINISTER;
        }

        boolean mayChooseInJob() {
            return compareTo(ITEM_EXTENDED_READ) >= 0;
        }
    }

    /** What a web method takes and who gets something out of it. */
    private enum Kind {
        /** The drop-down of credentials of a step. */
        LIST_FOR_STEP("credentialsId"),
        /** The drop-down of credentials of the global configuration. */
        LIST_FOR_ALL("credentialsId"),
        /** The check of a chosen credential of a step. */
        CHECK_FOR_STEP("value"),
        /** The check of the default credential. */
        CHECK_FOR_ALL("value"),
        /** The check of what was typed, which is the same for everybody. */
        CHECK_TYPED("value"),
        /** The suggestions for a parameter of the job, which none of these jobs has; TeamFormTest calls it for one. */
        SUGGEST("value"),
        /** The request to DoubleTick. */
        SEND("credentialsId");

        private final String parameter;

        Kind(String parameter) {
            this.parameter = parameter;
        }

        boolean lists() {
            return this == LIST_FOR_STEP || this == LIST_FOR_ALL;
        }

        boolean checks() {
            return this == CHECK_FOR_STEP || this == CHECK_FOR_ALL || this == SEND;
        }
    }

    /** Every web method of this plugin. */
    private static final Map<String, Kind> WEB_METHODS = new TreeMap<>(Map.ofEntries(
            Map.entry("DoubleTickApiKey$DescriptorImpl.doCheckApiKey", Kind.CHECK_TYPED),
            Map.entry("DoubleTickConfiguration.doFillCredentialsIdItems", Kind.LIST_FOR_ALL),
            Map.entry("DoubleTickConfiguration.doCheckCredentialsId", Kind.CHECK_FOR_ALL),
            Map.entry("DoubleTickConfiguration.doVerifyKey", Kind.SEND),
            Map.entry("DoubleTickLogoutBuilder$DescriptorImpl.doFillCredentialsIdItems", Kind.LIST_FOR_STEP),
            Map.entry("DoubleTickLogoutBuilder$DescriptorImpl.doCheckCredentialsId", Kind.CHECK_FOR_STEP),
            Map.entry("DoubleTickLogoutBuilder$DescriptorImpl.doCheckLoginNumber", Kind.CHECK_TYPED),
            Map.entry("DoubleTickLogoutStep$DescriptorImpl.doFillCredentialsIdItems", Kind.LIST_FOR_STEP),
            Map.entry("DoubleTickLogoutStep$DescriptorImpl.doCheckCredentialsId", Kind.CHECK_FOR_STEP),
            Map.entry("DoubleTickLogoutStep$DescriptorImpl.doCheckLoginNumber", Kind.CHECK_TYPED),
            Map.entry("DoubleTickMemberStep$DescriptorImpl.doFillCredentialsIdItems", Kind.LIST_FOR_STEP),
            Map.entry("DoubleTickMemberStep$DescriptorImpl.doCheckCredentialsId", Kind.CHECK_FOR_STEP),
            Map.entry("DoubleTickMemberStep$DescriptorImpl.doCheckLoginNumber", Kind.CHECK_TYPED),
            Map.entry(
                    "parameter.DoubleTickLoginNumberParameterDefinition$DescriptorImpl.doFillCredentialsIdItems",
                    Kind.LIST_FOR_STEP),
            Map.entry(
                    "parameter.DoubleTickLoginNumberParameterDefinition$DescriptorImpl.doCheckCredentialsId",
                    Kind.CHECK_FOR_STEP),
            Map.entry(
                    "parameter.DoubleTickLoginNumberParameterDefinition$DescriptorImpl.doAutoCompleteValue",
                    Kind.SUGGEST),
            Map.entry(
                    "parameter.DoubleTickLoginNumberParameterDefinition$DescriptorImpl.doCheckDefaultValue",
                    Kind.CHECK_TYPED),
            Map.entry(
                    "parameter.DoubleTickLoginNumberParameterDefinition$DescriptorImpl.doCheckValue",
                    Kind.CHECK_TYPED)));

    private static final String GLOBAL = "id-global";
    private static final String OF_FOLDER = "id-of-the-folder";
    private static final String OF_OTHER_FOLDER = "id-of-another-folder";
    private static final String SYSTEM = "id-of-the-system";
    private static final String OTHER_DOMAIN = "id-of-another-domain";
    private static final String UNKNOWN = "id-unknown";
    private static final List<String> IDS = List.of(GLOBAL, OF_FOLDER, OF_OTHER_FOLDER, SYSTEM, OTHER_DOMAIN, UNKNOWN);

    @RegisterExtension
    private final StandInExtension doubleTick = new StandInExtension();

    private JenkinsRule r;
    private FreeStyleProject job;

    @BeforeEach
    void setUp(JenkinsRule r) throws Exception {
        this.r = r;
        setOptionalPermissionsEnabled(true);
        Folder folder = r.createProject(Folder.class, "folder");
        job = folder.createProject(FreeStyleProject.class, "job");
        StandInExtension.addGlobally(StandInExtension.apiKey(GLOBAL, DoubleTickStandIn.KEY));
        StandInExtension.addGlobally(
                new DoubleTickApiKey(CredentialsScope.SYSTEM, SYSTEM, null, Secret.fromString(DoubleTickStandIn.KEY)));
        StandInExtension.add(
                Jenkins.get(),
                new Domain("elsewhere", null, List.of(new HostnameSpecification("example.com", null))),
                StandInExtension.apiKey(OTHER_DOMAIN, DoubleTickStandIn.KEY));
        StandInExtension.add(folder, Domain.global(), StandInExtension.apiKey(OF_FOLDER, DoubleTickStandIn.KEY));
        StandInExtension.add(
                r.createProject(Folder.class, "other"),
                Domain.global(),
                StandInExtension.apiKey(OF_OTHER_FOLDER, DoubleTickStandIn.KEY));
        DoubleTickConfiguration.get().setCredentialsId(GLOBAL);

        r.jenkins.setSecurityRealm(r.createDummySecurityRealm());
        MockAuthorizationStrategy strategy = new MockAuthorizationStrategy();
        for (Who who : Who.values()) {
            if (who != Who.ANONYMOUS) {
                strategy.grant(Jenkins.READ).onRoot().to(who.name());
                strategy.grant(who.permissions).onFolders(folder).to(who.name());
            }
        }
        strategy.grant(Jenkins.ADMINISTER).everywhere().to(Who.OVERALL_ADMINISTER.name());
        r.jenkins.setAuthorizationStrategy(strategy);
    }

    @AfterEach
    void tearDown() {
        setOptionalPermissionsEnabled(false);
    }

    /** Off by default, and then implied by Item/Configure. */
    private static void setOptionalPermissionsEnabled(boolean enabled) {
        Item.EXTENDED_READ.setEnabled(enabled);
        CredentialsProvider.USE_ITEM.setEnabled(enabled);
    }

    /** What Stapler would serve of the classes of this plugin, under whatever name. */
    private static Set<String> webMethods() throws Exception {
        Path classes = Path.of(new File(DoubleTickClientProvider.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .getPath());
        Set<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                String name = classes.relativize(file).toString().replace(File.separatorChar, '.');
                Class<?> type = Class.forName(name.replaceFirst("\\.class$", ""));
                for (Method method : methods(type)) {
                    if (!method.isBridge() && isWebMethod(method)) {
                        found.add(type.getName().replaceFirst("io\\.jenkins\\.plugins\\.doubletick\\.", "") + "."
                                + method.getName());
                    }
                }
            }
        }
        return found;
    }

    /** Those of this plugin that an object of the class has, and none if it has no objects. */
    private static List<Method> methods(Class<?> type) {
        List<Method> methods = new ArrayList<>();
        if (!Modifier.isAbstract(type.getModifiers())) {
            for (Class<?> c = type; c != null && c.getName().startsWith("io.jenkins."); c = c.getSuperclass()) {
                methods.addAll(List.of(c.getDeclaredMethods()));
            }
        }
        return methods;
    }

    private static boolean isWebMethod(Method method) {
        return method.getName().matches("(do|js)([A-Z].*|)")
                || Arrays.stream(method.getAnnotations())
                        .map(annotation -> annotation.annotationType().getName())
                        .anyMatch(name -> name.matches(
                                "org\\.kohsuke\\.stapler\\.(WebMethod|verb\\..*|interceptor\\..*|bind\\..*)"));
    }

    @Test
    void withoutACrumbNothingIsSent() throws Exception {
        Probe probe =
                new Probe("DoubleTickConfiguration.doVerifyKey", Kind.SEND, Who.OVERALL_ADMINISTER, false, GLOBAL);
        assertEquals(403, probe.user().postWithoutCrumb(r, probe.path()).statusCode());
        doubleTick.assertNothingSent();
    }

    /** What is posted may be somebody else's secret, encrypted as it stands in a config.xml. */
    @Test
    void nothingIsDecryptedForAnybody() throws Exception {
        List<Executable> probes = new ArrayList<>();
        for (String secret : List.of("912025550199", "$secret1b7e", "secret1b7e")) {
            String encrypted = encode(Secret.fromString(secret).getEncryptedValue());
            WEB_METHODS.forEach((method, kind) -> {
                Probe probe = new Probe(method, kind, Who.ITEM_CONFIGURE, true, encrypted);
                probes.add(() -> {
                    String body = probe.user().post(r, probe.path()).body();
                    assertFalse(body.contains(secret), "POST " + probe + ": " + body);
                });
            });
        }
        assertAll(probes);
    }

    /** The answer must not depend on what is in it, either: nobody may have somebody else's secret judged, or guess it. */
    @Test
    void everySecretIsAnsweredAlike() throws Exception {
        List<Executable> probes = new ArrayList<>();
        WEB_METHODS.forEach((method, kind) -> {
            for (Who who : List.of(Who.OVERALL_READ, Who.ITEM_CONFIGURE)) {
                probes.add(() -> {
                    Set<String> answers = new TreeSet<>();
                    for (String secret :
                            List.of("+919876543210", "12345", "Alice", "two words", " ", "$X", "x".repeat(301))) {
                        String old = old(secret);
                        String noSecret = new StringBuilder(old).reverse().toString();
                        assertEquals(
                                new Probe(method, kind, who, true, encode(noSecret))
                                        .answer(r)
                                        .replace(noSecret, "…"),
                                new Probe(method, kind, who, true, encode(old))
                                        .answer(r)
                                        .replace(old, "…"),
                                who + " " + method);
                        String encrypted = encode(Secret.fromString(secret).getEncryptedValue());
                        String guess = "&guess=" + encode(secret);
                        answers.add(new Probe(method, kind, who, true, encrypted).answer(r));
                        answers.add(new Probe(method, kind, who, true, encrypted + guess).answer(r));
                        assertEquals(
                                new Probe(method, kind, who, true, encode(secret)).answer(r),
                                new Probe(method, kind, who, true, encode(secret) + "&guess=" + encrypted).answer(r),
                                who + " " + method);
                    }
                    assertEquals(1, answers.size(), who + " " + method + ": " + answers);
                });
            }
        });
        assertAll(probes);
    }

    /** Encrypts as Jenkins before 2.44 did; it still decrypts such a text. */
    private String old(String secret) throws Exception {
        Cipher cipher = Cipher.getInstance("AES");
        cipher.init(Cipher.ENCRYPT_MODE, r.jenkins.getSecretKeyAsAES128());
        String text = Base64.getEncoder()
                .encodeToString(cipher.doFinal((secret + "::::MAGIC::::").getBytes(StandardCharsets.UTF_8)));
        assertEquals(secret, Secret.decrypt(text).getPlainText());
        return text;
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    /** However the job names it: itself, by the default, by a parameter. */
    @Test
    void unreachableFromABuild() throws Exception {
        job.addProperty(new ParametersDefinitionProperty(
                new CredentialsParameterDefinition("KEY", null, null, DoubleTickApiKey.class.getName(), true)));
        DoubleTickLogoutBuilder builder = new DoubleTickLogoutBuilder(DoubleTickStandIn.MEMBER);
        job.getBuildersList().add(builder);
        for (String id : List.of(SYSTEM, OTHER_DOMAIN, OF_OTHER_FOLDER)) {
            DoubleTickConfiguration.get().setCredentialsId(id);
            for (String named : Arrays.asList(id, null, "${KEY}")) {
                builder.setCredentialsId(named);
                r.assertBuildStatus(
                        Result.FAILURE,
                        job.scheduleBuild2(0, new ParametersAction(new CredentialsParameterValue("KEY", id, null))));
            }
        }
        doubleTick.assertNothingSent();
    }

    /** Also not for those who may see or manage a part of the system. */
    @Test
    void refusedKeysAreForAdministrators() throws Exception {
        Jenkins.MANAGE.setEnabled(true);
        Jenkins.SYSTEM_READ.setEnabled(true);
        try {
            MockAuthorizationStrategy strategy = (MockAuthorizationStrategy) r.jenkins.getAuthorizationStrategy();
            strategy.grant(Jenkins.READ, Jenkins.MANAGE).onRoot().to("manager");
            strategy.grant(Jenkins.READ, Jenkins.SYSTEM_READ).onRoot().to("auditor");
            StandInExtension.addGlobally(StandInExtension.apiKey("id-refused", "key_wrong-permission-77"));
            job.getBuildersList().add(new DoubleTickLogoutBuilder(DoubleTickStandIn.MEMBER));
            DoubleTickConfiguration.get().setCredentialsId("id-refused");
            r.buildAndAssertStatus(Result.FAILURE, job);
            ApiKeyWatch.get().learned().get(1, TimeUnit.MINUTES);
            int sent = doubleTick.requests().size();

            String path = "administrativeMonitor/doubletickApiKey/";
            for (WebUser user : List.of(
                    new WebUser(null),
                    new WebUser(Who.ITEM_CONFIGURE.name()),
                    new WebUser("manager"),
                    new WebUser("auditor"))) {
                for (HttpResponse<String> response : List.of(
                        user.get(r, "manage/"),
                        user.get(r, path),
                        user.get(r, path + "checkNow"),
                        user.post(r, path + "checkNow"))) {
                    assertFalse(response.body().contains("id-refused"), user + ": " + response.body());
                    assertFalse(response.body().contains("DoubleTick refuses"), user + ": " + response.body());
                    assertTrue(
                            response.statusCode() == 403
                                    || response.uri().getPath().endsWith("/manage/"),
                            user + ": " + response);
                }
            }
            assertEquals(200, new WebUser("manager").get(r, "manage/").statusCode());
            assertEquals(200, new WebUser("auditor").get(r, "manage/").statusCode());
            WebUser administrator = new WebUser(Who.OVERALL_ADMINISTER.name());
            assertEquals(404, administrator.get(r, path + "checkNow").statusCode());
            assertEquals(
                    403, administrator.postWithoutCrumb(r, path + "checkNow").statusCode());
            assertEquals(sent, doubleTick.requests().size());
            assertTrue(administrator.get(r, "manage/").body().contains("id-refused"));
            assertEquals(302, administrator.post(r, path + "checkNow").statusCode());
            assertEquals(sent + 1, doubleTick.requests().size());
        } finally {
            Jenkins.MANAGE.setEnabled(false);
            Jenkins.SYSTEM_READ.setEnabled(false);
        }
    }

    @Test
    void everyWebMethodForEverybody() throws Exception {
        Set<String> methods = new TreeSet<>(WEB_METHODS.keySet());
        methods.add("ApiKeyMonitor.doCheckNow"); // The test above calls it.
        assertEquals(webMethods(), methods, "The web methods of this plugin, and those with a row here");
        List<Executable> probes = new ArrayList<>();
        WEB_METHODS.forEach((method, kind) -> {
            for (Who who : Who.values()) {
                for (boolean inJob : new boolean[] {false, true}) {
                    probes.add(() -> probeGet(new Probe(method, kind, who, inJob, GLOBAL)));
                    for (String id : kind == Kind.CHECK_TYPED ? List.of(GLOBAL) : IDS) {
                        probes.add(() -> probePost(new Probe(method, kind, who, inJob, id)));
                    }
                }
            }
        });
        assertAll(probes);
    }

    /** One call. */
    private record Probe(String method, Kind kind, Who who, boolean inJob, String id) {

        boolean reaches() {
            return inJob ? who.compareTo(Who.ITEM_READ) >= 0 : who != Who.ANONYMOUS;
        }

        /** Where Jenkins hides the job, or asks to log in first. */
        int statusOfUnreachable() {
            return who == Who.ANONYMOUS ? 403 : 404;
        }

        boolean isAllowed() {
            return switch (kind) {
                case LIST_FOR_STEP, CHECK_FOR_STEP -> inJob ? who.mayChooseInJob() : who.administers();
                case LIST_FOR_ALL, CHECK_FOR_ALL, SEND -> who.administers();
                case CHECK_TYPED, SUGGEST -> true;
            };
        }

        /** What a build could use of what is listed or checked here. */
        Set<String> usable() {
            return inJob && (kind == Kind.LIST_FOR_STEP || kind == Kind.CHECK_FOR_STEP)
                    ? Set.of(GLOBAL, OF_FOLDER)
                    : Set.of(GLOBAL);
        }

        String path() {
            String type = method.replaceFirst("(\\$DescriptorImpl)?\\.do.*", "");
            String name = method.replaceFirst(".*\\.do", "");
            return (inJob ? "job/folder/job/job/" : "") + "descriptorByName/io.jenkins.plugins.doubletick." + type + "/"
                    + Character.toLowerCase(name.charAt(0)) + name.substring(1) + "?" + kind.parameter + "=" + id;
        }

        /** Without what Jenkins's own error page has of the time and the request. */
        String answer(JenkinsRule r) throws Exception {
            HttpResponse<String> response = user().post(r, path());
            return response.statusCode() == 200 ? response.body() : Integer.toString(response.statusCode());
        }

        WebUser user() {
            return new WebUser(who == Who.ANONYMOUS ? null : who.name());
        }
    }

    private void probeGet(Probe probe) throws Exception {
        int before = doubleTick.requests().size();
        HttpResponse<String> response = probe.user().get(r, probe.path());
        assertEquals(probe.reaches() ? 404 : probe.statusOfUnreachable(), response.statusCode(), "GET " + probe);
        assertEquals(before, doubleTick.requests().size(), "GET " + probe);
    }

    private void probePost(Probe probe) throws Exception {
        int before = doubleTick.requests().size();
        HttpResponse<String> response = probe.user().post(r, probe.path());
        int sent = doubleTick.requests().size() - before;

        boolean usable = probe.isAllowed() && probe.usable().contains(probe.id);
        int status = !probe.reaches()
                ? probe.statusOfUnreachable()
                : probe.kind == Kind.SEND && !probe.isAllowed() ? 403 : 200;
        assertEquals(status, response.statusCode(), "POST " + probe);
        assertEquals(usable && probe.kind == Kind.SEND ? 1 : 0, sent, "POST " + probe);
        if (status == 200) {
            assertEquals(
                    probe.isAllowed() && probe.kind.lists() ? with(probe.usable(), probe.id) : Set.of(probe.id),
                    with(idsIn(response.body()), probe.id),
                    "POST " + probe);
            assertEquals(
                    probe.isAllowed() && probe.kind.checks() && !usable,
                    response.body().contains("There is no credential"),
                    "POST " + probe);
        } else {
            assertEquals(Set.of(probe.id), with(idsIn(response.body()), probe.id), "POST " + probe);
        }
    }

    private static Set<String> idsIn(String text) {
        return IDS.stream()
                .filter(id -> Pattern.compile(id + "\\b").matcher(text).find())
                .collect(Collectors.toSet());
    }

    private static Set<String> with(Set<String> ids, String id) {
        return Stream.concat(ids.stream(), Stream.of(id)).collect(Collectors.toSet());
    }
}
