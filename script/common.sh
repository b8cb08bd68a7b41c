# Functions for script/test, script/demo and script/bench, which source this file.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
maven_version=3.9.11
line='========================================================================================'

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

banner() {
    printf '%s\n' "$line" "$@" "$line"
}

need_jdk() {
    local javac=${JAVA_HOME:+$JAVA_HOME/bin/}javac version
    command -v "$javac" >/dev/null ||
        fail "No JDK found. Install JDK 17 or newer, or set JAVA_HOME."
    version=$("$javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
    [ "${version:-0}" -ge 17 ] ||
        fail "JDK ${version:-of an unknown version} found, but 17 or newer is required. Set JAVA_HOME to such a JDK."
    java=${JAVA_HOME:+$JAVA_HOME/bin/}java
}

# Sets $mvn to a Maven that the Jenkins parent POM accepts: the installed one, or a downloaded one if the installed one is older
# than 3.9.6, as in Debian 12.
need_maven() {
    local installed
    command -v mvn >/dev/null || fail "No Maven found. Install Maven."
    installed=$(mvn --version 2>/dev/null | sed -n 's/^.*Apache Maven \([0-9.]*\).*/\1/p')
    mvn=mvn
    if [ "$(printf '%s\n' 3.9.6 "$installed" | sort -V | head -n 1)" != 3.9.6 ]; then
        mvn=$root/target/apache-maven-$maven_version/bin/mvn
        [ -x "$mvn" ] || download_maven
    fi
}

download_maven() {
    local outside log
    echo "Maven $installed is installed, but 3.9.6 or newer is required. Downloading Maven $maven_version."
    mkdir -p "$root/target"
    # Runs outside the project, whose .mvn the older Maven would read.
    outside=$(mktemp -d)
    log=$outside/log
    (cd "$outside" && mvn -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack \
        -Dartifact=org.apache.maven:apache-maven:$maven_version:zip:bin -DoutputDirectory="$root/target") >"$log" 2>&1 ||
        { tail -n 20 "$log" >&2; rm -rf "$outside"; fail "Could not download Maven $maven_version. Check the network and the proxy in Maven's settings."; }
    rm -rf "$outside"
    chmod +x "$mvn"
}

# Succeeds if Maven resolves Jenkins's parent POM, BOM and build extension; otherwise sets $why to the first missing one. Exits on
# any other error, so that a broken pom.xml does not silently turn a full build into the client-only build.
jenkins_resolves() {
    local log
    log=$(mktemp)
    if (cd "$root" && "$mvn" -B -q help:evaluate -Dexpression=project.artifactId) >"$log" 2>&1; then
        rm -f "$log"
        return 0
    fi
    why=$(grep -E 'Could not transfer artifact|Could not find artifact|was not found in|Unknown host|has not been downloaded' "$log" |
        grep -oE '(org\.jenkins-ci|io\.jenkins\.tools)[A-Za-z0-9._:-]*[A-Za-z0-9_]' | head -n 1 || true)
    if [ -z "$why" ]; then
        cat "$log" >&2
        rm -f "$log"
        fail "Maven cannot read pom.xml or cannot resolve a dependency other than Jenkins. See the output above."
    fi
    rm -f "$log"
    return 1
}
