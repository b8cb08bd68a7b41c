package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.cloudbees.plugins.credentials.CredentialsProvider;
import hudson.model.Item;
import hudson.security.Permission;
import io.jenkins.plugins.doubletick.client.LeakSearch;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jenkins.model.Jenkins;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/** Calls Jenkins's pages as users with each of the permissions that let them see something of this plugin. */
final class LeakPages {

    private static final Map<String, Permission> PERMISSIONS = new LinkedHashMap<>();

    static {
        PERMISSIONS.put("overall-read", Jenkins.READ);
        PERMISSIONS.put("item-read", Item.READ);
        PERMISSIONS.put("item-extended-read", Item.EXTENDED_READ);
        PERMISSIONS.put("use-item", CredentialsProvider.USE_ITEM);
        PERMISSIONS.put("item-configure", Item.CONFIGURE);
        PERMISSIONS.put("credentials-view", CredentialsProvider.VIEW);
        PERMISSIONS.put("credentials-update", CredentialsProvider.UPDATE);
        PERMISSIONS.put("system-read", Jenkins.SYSTEM_READ);
        PERMISSIONS.put("manage", Jenkins.MANAGE);
        PERMISSIONS.put("admin", Jenkins.ADMINISTER);
    }

    private static final List<Permission> OPTIONAL =
            List.of(Item.EXTENDED_READ, CredentialsProvider.USE_ITEM, Jenkins.SYSTEM_READ, Jenkins.MANAGE);

    /** May show a login number, since Jenkins shows there what its users entered. */
    private static final List<String> CONFIGURATION = List.of(
            "manage/configure",
            "job/freestyle/configure",
            "job/freestyle/config.xml",
            "job/pipeline/configure",
            "job/pipeline/config.xml",
            "job/pipeline/pipeline-syntax/",
            "job/pipeline/1/replay/",
            "job/folder/configure",
            "job/folder/config.xml",
            "pipeline-syntax/",
            "manage/credentials/",
            "manage/credentials/store/system/domain/_/",
            "manage/credentials/store/system/domain/_/credential/doubletick/",
            "manage/credentials/store/system/domain/_/credential/doubletick/updateDialog",
            "manage/credentials/store/system/domain/_/credential/doubletick/config.xml",
            "manage/credentials/store/system/domain/_/api/json?depth=3",
            "manage/credentials/store/system/domain/_/api/xml?depth=3",
            "job/folder/credentials/store/folder/domain/_/credential/of-the-folder/updateDialog",
            "job/folder/credentials/store/folder/domain/_/api/json?depth=3");

    private static final List<String> PAGES = List.of(
            "",
            "api/json?depth=3",
            "api/xml?depth=3",
            "manage/log/doubletick/",
            "manage/log/all",
            "threadDump",
            "job/freestyle/",
            "job/freestyle/1/",
            "job/freestyle/1/api/json?depth=3",
            "job/freestyle/1/api/xml?depth=3",
            "job/freestyle/1/console",
            "job/pipeline/api/json?depth=3",
            "job/pipeline/api/xml?depth=3",
            "job/pipeline/1/",
            "job/pipeline/1/api/json?depth=3",
            "job/pipeline/1/api/xml?depth=3",
            "job/pipeline/1/console",
            "job/pipeline/1/flowGraphTable/");

    private LeakPages() {}

    static void setOptionalPermissionsEnabled(boolean enabled) {
        OPTIONAL.forEach(permission -> permission.setEnabled(enabled));
    }

    /** Makes a user of each permission, who has its name. */
    static void grantPermissions(JenkinsRule r) {
        r.jenkins.setSecurityRealm(r.createDummySecurityRealm());
        MockAuthorizationStrategy strategy = new MockAuthorizationStrategy();
        PERMISSIONS.forEach((user, permission) ->
                strategy.grant(Jenkins.READ, permission).everywhere().to(user));
        strategy.grant(Item.READ)
                .everywhere()
                .to(PERMISSIONS.keySet().stream().skip(1).toArray(String[]::new));
        r.jenkins.setAuthorizationStrategy(strategy);
    }

    /** Searches what may show a login number for keys, as each of the users and without a login. */
    static void searchConfiguration(JenkinsRule r, LeakSearch search) throws Exception {
        for (String path : CONFIGURATION) {
            search.forKeys(path, page(r, new WebUser(null), path));
            for (String user : PERMISSIONS.keySet()) {
                search.forKeys(path + " for " + user, page(r, new WebUser(user), path));
            }
        }
    }

    /** Searches all pages as administrator. */
    static void searchPages(JenkinsRule r, LeakSearch search) throws Exception {
        WebUser admin = new WebUser("admin");
        for (String path : CONFIGURATION) {
            search.forKeys(path, page(r, admin, path));
        }
        for (String path : PAGES) {
            search.forKeysAndNumbers(path, page(r, admin, path));
        }
    }

    private static String page(JenkinsRule r, WebUser user, String path) throws Exception {
        HttpResponse<String> answer = user.get(r, path);
        if ("admin".equals(user.name())) {
            assertEquals(200, answer.statusCode(), path);
        }
        return answer.body();
    }
}
