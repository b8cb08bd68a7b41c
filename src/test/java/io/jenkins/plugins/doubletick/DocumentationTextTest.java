package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares the documentation's links, classes, packages and messages with the sources. */
class DocumentationTextTest {

    private static final Path SOURCES = Path.of("src/main/java/io/jenkins/plugins/doubletick");

    private static List<Path> files(Path directory, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(ending)).toList();
        }
    }

    private static Stream<MatchResult> find(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results();
    }

    @Test
    void linksWithinTheProjectHaveTargets() throws Exception {
        for (Path page : DocumentationTest.pages()) {
            for (MatchResult link : find("]\\((?!https?:)([^)#]*)#?([^)]*)\\)", Files.readString(page))
                    .toList()) {
                Path target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
                assertTrue(Files.exists(target), page + " -> " + link.group(1));
                String anchor = link.group(2);
                assertTrue(anchor.isEmpty() || anchors(target).contains(anchor), page + " -> " + link.group());
            }
        }
    }

    /** What GitHub makes of the page's headings. */
    private static Set<String> anchors(Path page) throws IOException {
        return find("(?m)^#+ (.*)$", Files.readString(page))
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w -]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    @Test
    void architectureNamesOnlyClassesThatExist() throws Exception {
        String page = Files.readString(Path.of("docs/architecture.md"));
        Set<String> shown = find("\\b(?:[A-Z][a-z]+){2,}\\b", page.substring(0, page.indexOf("## Why")))
                .map(MatchResult::group)
                .filter(name -> !Set.of("DoubleTick", "OkHttp").contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(shown.size() >= 20, "Shown: " + shown);
        files(SOURCES, ".java")
                .forEach(source -> shown.remove(source.getFileName().toString().replace(".java", "")));
        assertEquals(Set.of(), shown);
    }

    /** The root package has no name here. */
    @ParameterizedTest
    @CsvSource({
        "client,    hudson|jenkins|io.jenkins.plugins.doubletick.(?!client)",
        "monitor,   io.jenkins.plugins.doubletick.(step|parameter)",
        "parameter, io.jenkins.plugins.doubletick.(step|monitor)",
        "step,      io.jenkins.plugins.doubletick.(parameter|monitor)",
        "'',        io.jenkins.plugins.doubletick.(step|parameter|monitor)"
    })
    void packagesUseOnlyThePackagesBelowThem(String name, String others) throws Exception {
        String imports = "(?m)^import (static )?(" + others + ")";
        try (Stream<Path> files = Files.list(SOURCES.resolve(name))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertEquals(0, find(imports, Files.readString(file)).count(), file::toString);
            }
        }
    }

    @Test
    void tablesExplainOnlyMessagesOfThePlugin() throws Exception {
        List<String> messages = messages();
        List<String> explained = new ArrayList<>();
        for (Path page : DocumentationTest.pages()) {
            find("(?m)^\\| You see \\|.*\n\\|.*\n((?:\\|.*\n)+)", Files.readString(page))
                    .flatMap(table -> table.group(1).lines())
                    .flatMap(row -> find("`([^`]+)`", row.split("\\|")[1]))
                    .forEach(said -> explained.add(said.group(1)));
        }
        assertTrue(explained.size() >= 30, "Explained: " + explained);
        explained.removeIf(said ->
                messages.stream().anyMatch(Pattern.compile(pattern(said)).asPredicate()));
        assertEquals(List.of(), explained);
    }

    /** The texts of all Messages.properties, with a dots sign for each of their arguments. */
    private static List<String> messages() throws IOException {
        List<String> messages = new ArrayList<>();
        for (Path file : files(Path.of("src/main/resources"), "Messages.properties")) {
            Properties properties = new Properties();
            properties.load(new StringReader(Files.readString(file)));
            for (Object message : properties.values()) {
                messages.add(message.toString().replace("''", "'").replaceAll("\\{[^{}]*(\\{[^{}]*}[^{}]*)*}", "…"));
            }
        }
        return messages;
    }

    /** Matches a message of which the documentation gives a part, with other numbers and names, or dots for them. */
    private static String pattern(String said) {
        return Stream.of(said.split("…|\\$X|[0-9]+"))
                .map(String::strip)
                .map(Pattern::quote)
                .collect(Collectors.joining(".*"));
    }
}
