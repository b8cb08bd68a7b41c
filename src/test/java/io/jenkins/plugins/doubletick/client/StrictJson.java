package io.jenkins.plugins.doubletick.client;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * A second opinion on what a confirmed logout is, which shares nothing with {@link ApiResponse}: JSON by the letter of RFC
 * 8259, character by character. Tests compare the two.
 */
final class StrictJson {

    private static final String SUCCESS = "success";

    private final String text;
    private int at;
    private boolean confirmed;

    private StrictJson(String text) {
        this.text = text;
    }

    /** Whether these bytes are one JSON object, without two members of a name, whose {@code success} is true. */
    static boolean confirms(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (!Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
            return false; // Not UTF-8, or something that UTF-8 has no bytes for.
        }
        StrictJson json = new StrictJson(text.startsWith("\uFEFF") ? text.substring(1) : text);
        try {
            json.document();
            return json.confirmed;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    private void document() {
        space();
        if (peek() != '{') {
            throw wrong();
        }
        object(true);
        space();
        if (at < text.length()) {
            throw wrong();
        }
    }

    private void value() {
        switch (peek()) {
            case '{' -> object(false);
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        }
    }

    private void object(boolean outermost) {
        Set<String> names = new HashSet<>();
        at++;
        space();
        if (peek() == '}') {
            at++;
            return;
        }
        while (true) {
            space();
            String name = string();
            if (!names.add(name)) {
                throw wrong();
            }
            space();
            expect(':');
            space();
            int start = at;
            value();
            if (outermost && name.equals(SUCCESS)) {
                confirmed = text.substring(start, at).equals("true");
            }
            space();
            if (peek() == '}') {
                at++;
                return;
            }
            expect(',');
        }
    }

    private void array() {
        at++;
        space();
        if (peek() == ']') {
            at++;
            return;
        }
        while (true) {
            space();
            value();
            space();
            if (peek() == ']') {
                at++;
                return;
            }
            expect(',');
        }
    }

    private String string() {
        StringBuilder read = new StringBuilder();
        expect('"');
        while (peek() != '"') {
            int c = peek();
            if (c < ' ') { // Or the end.
                throw wrong();
            }
            at++;
            read.append(c == '\\' ? escaped() : (char) c);
        }
        at++;
        return read.toString();
    }

    private char escaped() {
        char c = (char) peek();
        at++;
        int index = "\"\\/bfnrt".indexOf(c);
        if (index >= 0) {
            return "\"\\/\b\f\n\r\t".charAt(index);
        }
        if (c != 'u' || at + 4 > text.length()) {
            throw wrong();
        }
        String digits = text.substring(at, at + 4);
        if (!digits.matches("[0-9a-fA-F]{4}")) {
            throw wrong();
        }
        at += 4;
        return (char) Integer.parseInt(digits, 16);
    }

    private void number() {
        if (peek() == '-') {
            at++;
        }
        if (peek() == '0') {
            at++;
        } else {
            digits();
        }
        if (peek() == '.') {
            at++;
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits();
        }
    }

    private void digits() {
        int start = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        if (at == start) {
            throw wrong();
        }
    }

    private void word(String word) {
        if (!text.startsWith(word, at)) {
            throw wrong();
        }
        at += word.length();
    }

    private void space() {
        while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') {
            at++;
        }
    }

    private void expect(char c) {
        if (peek() != c) {
            throw wrong();
        }
        at++;
    }

    /** The next character; -1 at the end. */
    private int peek() {
        return at < text.length() ? text.charAt(at) : -1;
    }

    private IllegalStateException wrong() {
        return new IllegalStateException("at " + at);
    }
}
