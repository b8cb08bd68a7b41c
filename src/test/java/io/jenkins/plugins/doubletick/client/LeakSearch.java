package io.jenkins.plugins.doubletick.client;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/** Looks for what must not be seen, and remembers where it was. */
public final class LeakSearch {

    private final Set<String> keys = new TreeSet<>();
    private final List<String> numbers;
    private final List<String> hits = new CopyOnWriteArrayList<>();

    /** @param numbers the clear login numbers */
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

    public void forKeys(String where, String text) {
        // Also a key that is broken up, by zeros as UTF-16 or by other characters that no key has.
        String compact = text.replaceAll("\u001B\\[[0-9;]*[a-z]|[^!-~]", "").toLowerCase(Locale.ROOT);
        keys.stream()
                .filter(key -> compact.contains(key.toLowerCase(Locale.ROOT)))
                .forEach(key -> hits.add("The key " + key + " in " + where));
    }

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

    public void filesForKeys(Path directory) throws IOException {
        search(directory, this::forKeys);
    }

    public void filesForKeysAndNumbers(Path directory) throws IOException {
        search(directory, this::forKeysAndNumbers);
    }

    /** Leaves out the plugins, which Jenkins unpacks but does not write to, and temporary files that vanish meanwhile. */
    private static void search(Path directory, BiConsumer<String, String> search) throws IOException {
        List<File> left = new ArrayList<>(List.of(directory.toFile()));
        while (!left.isEmpty()) {
            File file = left.remove(left.size() - 1);
            File[] children = file.toPath().equals(directory.resolve("plugins")) ? null : file.listFiles();
            if (children != null && !Files.isSymbolicLink(file.toPath())) {
                left.addAll(List.of(children));
            } else if (Files.isRegularFile(file.toPath())) {
                search.accept(file.toString(), read(file.toPath()));
            }
        }
    }

    /** Returns the bytes of a file as characters, unpacked if it is packed. */
    private static String read(Path file) throws IOException {
        try {
            byte[] bytes = Files.readAllBytes(file);
            if (bytes.length > 2 && bytes[0] == 0x1F && bytes[1] == (byte) 0x8B) {
                bytes = new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes();
            }
            return new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return "";
        }
    }

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
}
