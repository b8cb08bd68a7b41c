package io.jenkins.plugins.doubletick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the documentation's links and the messages that it explains against what is there. */
class DocumentationTextTest {

    @Test
    void linksWithinTheProjectLeadSomewhere() throws Exception {
        for (Path page : DocumentationTest.pages()) {
            Matcher link =
                    Pattern.compile("]\\((?!https?:)([^)#]*)#?([^)]*)\\)").matcher(Files.readString(page));
            while (link.find()) {
                Path target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
                assertTrue(Files.exists(target), page + " -> " + link.group(1));
                String anchor = link.group(2);
                assertTrue(anchor.isEmpty() || anchors(target).contains(anchor), page + " -> " + link.group());
            }
        }
    }

    /** What GitHub makes of the page's headings. */
    private static Set<String> anchors(Path page) throws IOException {
        return Pattern.compile("(?m)^#+ (.*)$")
                .matcher(Files.readString(page))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w -]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    @Test
    void architectureShowsClassesThatAreThere() throws Exception {
        String page = Files.readString(Path.of("docs/architecture.md"));
        Set<String> shown = Pattern.compile("\\b(?:[A-Z][a-z]+){2,}\\b")
                .matcher(page.substring(0, page.indexOf("## Why")))
                .results()
                .map(MatchResult::group)
                .filter(name -> !Set.of("DoubleTick", "OkHttp").contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(shown.size() >= 20, "Shown: " + shown);
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            sources.forEach(
                    source -> shown.remove(source.getFileName().toString().replace(".java", "")));
        }
        assertEquals(Set.of(), shown);
    }

    /** That the client imports nothing of Jenkins is what pom-client-only.xml compiles. */
    @Test
    void nothingPointsBackToThePackageOfTheParameter() throws Exception {
        Path sources = Path.of("src/main/java/io/jenkins/plugins/doubletick");
        List<Path> back = new ArrayList<>();
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.startsWith(sources.resolve("parameter"))
                        && Files.readString(file).contains("doubletick.parameter.")) {
                    back.add(file);
                }
            }
        }
        assertEquals(List.of(), back);
    }

    @Test
    void explainedMessagesAreOnesThatThePluginSays() throws Exception {
        List<String> messages = messages();
        List<String> unknown = new ArrayList<>();
        int explained = 0;
        for (Path page : DocumentationTest.pages()) {
            Matcher table = Pattern.compile("(?m)^\\| You see \\|.*\n\\|.*\n((?:\\|.*\n)+)")
                    .matcher(Files.readString(page));
            while (table.find()) {
                for (String row : table.group(1).split("\n")) {
                    Matcher said = Pattern.compile("`([^`]+)`").matcher(row.split("\\|")[1]);
                    while (said.find()) {
                        explained++;
                        Predicate<String> same =
                                Pattern.compile(pattern(said.group(1))).asPredicate();
                        if (messages.stream().noneMatch(same)) {
                            unknown.add(page + ": " + said.group(1));
                        }
                    }
                }
            }
        }
        assertEquals(List.of(), unknown);
        assertTrue(explained >= 30, "Explained: " + explained);
    }

    /** The texts of all Messages.properties, with a dots sign for each of their arguments. */
    private static List<String> messages() throws IOException {
        List<String> messages = new ArrayList<>();
        try (Stream<Path> resources = Files.walk(Path.of("src/main/resources"))) {
            for (Path file : resources
                    .filter(path -> path.endsWith("Messages.properties"))
                    .toList()) {
                Properties properties = new Properties();
                try (Reader reader = Files.newBufferedReader(file)) {
                    properties.load(reader);
                }
                for (Object message : properties.values()) {
                    messages.add(
                            message.toString().replace("''", "'").replaceAll("\\{[^{}]*(\\{[^{}]*}[^{}]*)*}", "…"));
                }
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
