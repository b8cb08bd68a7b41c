package io.jenkins.plugins.doubletick.client;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Generates answers and login numbers: right ones, nearly right ones, and nonsense. */
final class RandomInput {

    private static final List<String> NAMES = List.of(
            "success",
            "s\\u0075ccess",
            "Success",
            "success ",
            "SUCCESS",
            "message",
            "error",
            "statusCode",
            "a",
            "",
            "é");
    private static final List<String> SCALARS =
            List.of("true", "false", "null", "0", "1", "-0.5e+3", "1E400", "12345678901234567890", "\"true\"", "\"\"");
    private static final List<String> SPACES = List.of("", "", "", " ", "\n", "\t \r\n");
    private static final List<String> SPOILERS = List.of(
            "\u0000",
            "'",
            ",",
            "{",
            "}",
            "[",
            "]",
            ":",
            "\"",
            "\\",
            "/*x*/",
            "//x\n",
            "NaN",
            "True",
            "\uFEFF",
            "\u00A0",
            "0",
            "+",
            "\u001B[8mha:////AAAA",
            "\uD83D\uDE00",
            "{\"success\":true}",
            "\"success\":true,",
            "\"success\":false,");
    private static final List<Charset> CHARSETS =
            List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE, StandardCharsets.ISO_8859_1);
    private static final List<String> WORDS = List.of(
            "No such member",
            DoubleTickStandIn.KEY,
            DoubleTickStandIn.MEMBER,
            "91 98765-43210",
            "\\n",
            "\\u001b[31m",
            "\\u001b[8mha:////4AAA\\u001b[0m",
            "\\u202e",
            "\\ud83d",
            "\\ude00",
            "😀",
            "😀".repeat(200),
            " ",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    private static final List<String> SEPARATORS =
            List.of(" ", "-", ".", "(", ")", "[", "]", "\u00A0", "\u2011", "\u200B", "\t", "\n");
    private static final List<String> STRANGERS =
            List.of("+", "x", "O", "/", "$", "\u0661", "\uFF11", "\uD83D", "😀", "\u0000", ",", "0");

    private final Random random;

    RandomInput(Random random) {
        this.random = random;
    }

    int status() {
        return pick(List.of(200, 201, 201, 201, 202, 204, 299, 300, 302, 400, 401, 422, 429, 500, 503, 599));
    }

    byte[] body() {
        if (random.nextInt(20) == 0) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            return bytes;
        }
        String text = random.nextInt(3) == 0 ? "{\"success\":true}" : space() + object(0) + space();
        for (int i = random.nextInt(3); i > 0; i--) {
            text = mutate(text);
        }
        Charset charset = random.nextInt(40) == 0 ? pick(CHARSETS) : StandardCharsets.UTF_8;
        byte[] bytes = text.getBytes(charset);
        return random.nextInt(20) == 0 ? flip(bytes) : bytes;
    }

    private String object(int depth) {
        StringBuilder text = new StringBuilder("{");
        for (int i = random.nextInt(4); i >= 0; i--) {
            String name = random.nextInt(3) == 0 ? "success" : pick(NAMES);
            text.append(space())
                    .append('"')
                    .append(name)
                    .append('"')
                    .append(space())
                    .append(':');
            text.append(space())
                    .append(name.equals("success") && random.nextBoolean() ? "true" : value(depth))
                    .append(space());
            text.append(i == 0 ? "" : ",");
        }
        return text.append('}').toString();
    }

    private String value(int depth) {
        return switch (random.nextInt(depth > 3 ? 2 : 4)) {
            case 0 -> pick(SCALARS);
            case 1 -> string();
            case 2 -> object(depth + 1);
            default -> "[" + value(depth + 1) + (random.nextBoolean() ? "," + value(depth + 1) : "") + "]";
        };
    }

    private String string() {
        StringBuilder text = new StringBuilder("\"");
        for (int i = random.nextInt(12); i > 0; i--) {
            text.append(pick(WORDS));
        }
        return text.append('"').toString();
    }

    private String mutate(String text) {
        int from = random.nextInt(text.length() + 1);
        int to = Math.min(text.length(), from + random.nextInt(5));
        String before = text.substring(0, from);
        return switch (random.nextInt(7)) {
            case 0 -> before;
            case 1 -> text + pick(SPOILERS);
            case 2 -> pick(SPOILERS) + text;
            case 3 -> before + text.substring(to);
            case 4 -> before + text.substring(from, to) + text.substring(from);
            case 5 -> before + " ".repeat(random.nextInt(50) == 0 ? 70_000 : 1) + text.substring(from);
            default -> before + pick(SPOILERS) + text.substring(from);
        };
    }

    private byte[] flip(byte[] bytes) {
        ByteArrayOutputStream flipped = new ByteArrayOutputStream();
        int at = random.nextInt(bytes.length + 1);
        flipped.write(bytes, 0, at);
        flipped.write(random.nextInt(256));
        flipped.write(bytes, at, bytes.length - at);
        return flipped.toByteArray();
    }

    String loginNumber() {
        StringBuilder text = new StringBuilder(pick(List.of("", "+", "+", " +", "(+")));
        for (int i = random.nextInt(20); i > 0; i--) {
            text.append(1 + random.nextInt(9));
            if (random.nextInt(4) == 0) {
                text.append(random.nextInt(10)).append(pick(SEPARATORS));
            }
        }
        if (random.nextInt(4) == 0) {
            text.insert(random.nextInt(text.length() + 1), pick(STRANGERS));
        }
        if (random.nextInt(50) == 0) {
            text.append(pick(SEPARATORS).repeat(random.nextInt(200)));
        }
        if (random.nextInt(20) == 0) {
            random.ints(random.nextInt(30), 0, Character.MAX_CODE_POINT).forEach(text::appendCodePoint);
        }
        return text.toString();
    }

    private String space() {
        return pick(SPACES);
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
