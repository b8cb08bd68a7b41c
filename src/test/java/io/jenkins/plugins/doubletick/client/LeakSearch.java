package io.jenkins.plugins.doubletick.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/** Looks for what must not be seen, and remembers where it was. */
public final class LeakSearch {

    private final Set<String> keys = new TreeSet<>();
    private final List<String> numbers;
    private final List<String> hits = new CopyOnWriteArrayList<>();
    private int searched;

    /**
     * @param keys the clear keys
     * @param numbers the clear login numbers
     */
    public LeakSearch(List<String> keys, List<String> numbers) {
        for (String key : keys) {
            this.keys.add(key);
            this.keys.add(URLEncoder.encode(key, StandardCharsets.UTF_8));
            this.keys.add(Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8)));
        }
        // Country codes have up to three digits: without one, it is still somebody's number.
        this.numbers = numbers.stream()
                .map(number -> number.substring(Math.min(4, number.length() - 7)))
                .toList();
    }

    /** A key has no business here. */
    public void forKeys(String where, String text) {
        searched++;
        // Also one that is broken up, by zeros as UTF-16 or by anything that no key has in it.
        String compact = text.replaceAll("\u001B\\[[0-9;]*[a-z]|[^!-~]", "").toLowerCase(Locale.ROOT);
        keys.stream()
                .filter(key -> compact.contains(key.toLowerCase(Locale.ROOT)))
                .forEach(key -> hits.add("The key " + key + " in " + where));
    }

    /** Neither a key nor a clear login number has. */
    public void forKeysAndNumbers(String where, String text) {
        forKeys(where, text);
        String digits = text.replaceAll("(?<=[0-9])[^0-9A-Za-z<>]{1,3}(?=[0-9])", "");
        numbers.stream()
                .filter(digits::contains)
                .forEach(number -> hits.add("The login number " + number + " in " + where));
    }

    /** All that a log would have of it, causes included. */
    static String print(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }

    /** All files below a directory, as bytes, and unpacked where they are packed. */
    public void filesForKeys(Path directory) throws IOException {
        for (Path file : files(directory)) {
            forKeys(file.toString(), read(file));
        }
    }

    public void filesForKeysAndNumbers(Path directory) throws IOException {
        for (Path file : files(directory)) {
            forKeysAndNumbers(file.toString(), read(file));
        }
    }

    /** Leaves out the plugins, which Jenkins unpacks but does not write to, and temporary files that vanish meanwhile. */
    private static List<Path> files(Path directory) throws IOException {
        Path plugins = directory.resolve("plugins");
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path child, BasicFileAttributes attributes) {
                return child.equals(plugins) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile()) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }
        });
        return found;
    }

    private static String read(Path file) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return "";
        }
        if (bytes.length > 2 && bytes[0] == 0x1F && bytes[1] == (byte) 0x8B) {
            try (GZIPInputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
                bytes = unpacked.readAllBytes();
            }
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Where something was found, and nothing if nothing was. */
    public List<String> hits() {
        return hits;
    }

    /** The names of the files where something was found, and {@code workflow} for all records of a Pipeline's steps. */
    public Set<String> fileNames() {
        return hits.stream()
                .map(hit -> Path.of(hit.substring(hit.indexOf(" in ") + " in ".length())))
                .map(file -> file.getParent().getFileName().toString().startsWith("workflow")
                        ? "workflow"
                        : file.getFileName().toString())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** How many texts were searched. */
    public int searched() {
        return searched;
    }
}
