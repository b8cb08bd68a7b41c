package io.jenkins.plugins.doubletick.bench;

/** One way of logging members out in a Pipeline. */
enum Side {
    OURS("`doubletickLogout`", "DoubleTick"),
    HTTP_REQUEST("`httpRequest`", "org.jenkinsci.plugins.workflow.steps.SynchronousNonBlockingStepExecution"),
    /** What a careful author writes after reading DoubleTick's documentation. */
    LOOP("`httpRequest` in a loop", HTTP_REQUEST.threads),
    CURL("`sh 'curl --retry 5'`", "org.jenkinsci.plugins.workflow.steps.durable_task");

    private static final String NUMBER = "919876543210";
    private static final String BODY = "{\"userPhoneNumber\":\"" + NUMBER + "\"}";

    /** The title in the table. */
    final String title;

    /** The beginning of the names of the threads that only this side uses. */
    final String threads;

    Side(String title, String threads) {
        this.title = title;
        this.threads = threads;
    }

    /** Returns a Pipeline that logs members out in parallel, with the API key of a credential. */
    String script(int count, String url, String credentialsId) {
        String logout = logout(url + "/team-member/logout", credentialsId);
        String all = count == 1 ? logout : parallel(count, logout);
        String withKey =
                "withCredentials([string(credentialsId: '" + credentialsId + "', variable: 'KEY')]) {\n" + all + "}\n";
        return switch (this) {
            case OURS -> all;
            case HTTP_REQUEST, LOOP -> withKey;
            case CURL -> "node {\n" + withKey + "}\n";
        };
    }

    static String parallel(int count, String script) {
        return "def branches = [:]\nfor (int i = 0; i < " + count + "; i++) {\nbranches[\"member $i\"] = {\n" + script
                + "}\n}\nparallel branches\n";
    }

    private String logout(String url, String credentialsId) {
        String httpRequest =
                "httpRequest(url: '" + url + "', httpMode: 'POST', contentType: 'APPLICATION_JSON', requestBody: '"
                        + BODY + "', customHeaders: [[name: 'Authorization', value: KEY, maskValue: true]]";
        return switch (this) {
            case OURS -> "doubletickLogout loginNumber: '" + NUMBER + "', credentialsId: '" + credentialsId + "'\n";
            case HTTP_REQUEST -> httpRequest + ")\n";
            case LOOP -> """
                    for (int tries = 1; true; tries++) {
                        def answer = %s, validResponseCodes: '200:299,429')
                        if (answer.status != 429) { break }
                        if (tries == 100) { error('DoubleTick answers nothing but 429') }
                        def wait = answer.headers['Retry-after']?.get(0)
                        if (wait == null) {
                            wait = new groovy.json.JsonSlurper().parseText(answer.content).extraData?.retryAfter
                        }
                        sleep(wait == null ? 2 : wait.toString().toInteger())
                    }
                    """.formatted(httpRequest);
            case CURL ->
                "sh 'curl -fsS --retry 5 -X POST -H \"Authorization: $KEY\""
                        + " -H \"Content-Type: application/json\" -d \\'" + BODY + "\\' " + url + "'\n";
        };
    }
}
