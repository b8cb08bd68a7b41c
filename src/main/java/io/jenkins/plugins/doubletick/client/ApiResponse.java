package io.jenkins.plugins.doubletick.client;

import static io.jenkins.plugins.doubletick.client.DoubleTickException.digits;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import okhttp3.Response;
import okio.BufferedSource;

/** A response of the API. Decides whether a call succeeded. The forms of errors are in {@code docs/api.md}. */
final class ApiResponse {

    /** The most bytes of a body that are read. DoubleTick's bodies have some hundred bytes. */
    private static final int MAX_BODY = 64 * 1024;

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    /** Strict, because an object with two {@code success}, or with text behind it, is ambiguous. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final int status;
    private final String reasonPhrase;
    private final String location;
    private final boolean longerThanRead;
    private final String body;
    private final JsonNode json;
    private final boolean isObject;
    private final Duration retryAfter;

    private ApiResponse(Response response) throws IOException {
        status = response.code();
        reasonPhrase = response.message();
        location = response.header("Location", "?");
        BufferedSource source = response.body().source();
        longerThanRead = source.request(MAX_BODY + 1L);
        body = text(source.getBuffer().readByteArray(Math.min(source.getBuffer().size(), MAX_BODY)));
        JsonNode parsed = parse(body);
        isObject = parsed != null && parsed.isObject();
        json = isObject ? parsed : JSON.createObjectNode();
        retryAfter = RetryAfter.of(response.headers(), json.path("extraData"));
    }

    /**
     * Reads the response, with at most 64 KiB of its body, and closes it.
     *
     * @throws IOException if the connection breaks before the body's end
     */
    static ApiResponse read(Response response) throws IOException {
        try (response) {
            return new ApiResponse(response);
        }
    }

    /** Decodes UTF-8, the only encoding of JSON between systems (RFC 8259); returns an empty text for other encodings. */
    private static String text(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            return "";
        }
    }

    /** Returns null if the text is no JSON. */
    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    int status() {
        return status;
    }

    /** @throws DoubleTickException unless the response confirms a logout; half a body confirms nothing */
    void confirmLogout(ApiKey key, LoginNumber number) throws DoubleTickException {
        if (!isSuccessful() || longerThanRead || json.path("success") != BooleanNode.TRUE) {
            throw failure(key, number, Messages.ApiResponse_withoutSuccess(digits(status)));
        }
    }

    /** @throws DoubleTickException unless the response is a list of roles, which may be cut */
    void confirmKey(ApiKey key) throws DoubleTickException {
        if (!isSuccessful() || !startsAsArray()) {
            throw failure(key, null, Messages.ApiResponse_withoutRoles(digits(status)));
        }
    }

    private boolean isSuccessful() {
        return status >= 200 && status <= 299;
    }

    private boolean startsAsArray() {
        try (JsonParser parser = JSON.createParser(body)) {
            return parser.nextToken() == JsonToken.START_ARRAY;
        } catch (IOException e) {
            return false;
        }
    }

    /** @param notConfirmed the message for a 2xx status */
    DoubleTickException failure(ApiKey key, LoginNumber number, String notConfirmed) {
        String text;
        if (isSuccessful()) {
            text = notConfirmed;
        } else if (reason() == Reason.REDIRECTED) {
            text = Messages.ApiResponse_redirect(digits(status), LogSanitizer.clean(location, key, number));
        } else {
            text = Messages.ApiResponse_status(digits(status));
        }
        String said = Stream.of(texts(json.path("message")), texts(json.path("reason")), reasonPhrase)
                .limit(isSuccessful() ? 2 : 3)
                .map(words -> LogSanitizer.clean(words, key, number))
                .filter(words -> !words.isEmpty())
                .findFirst()
                .map(words -> ": " + words)
                .orElse("");
        return new DoubleTickException(reason(), text + said, status, retryAfter);
    }

    /** Reads a text, or a list of texts if DoubleTick found several faults. */
    private static String texts(JsonNode node) {
        return (node.isArray() ? StreamSupport.stream(node.spliterator(), false) : Stream.of(node))
                .filter(JsonNode::isTextual)
                .map(JsonNode::asText)
                .collect(Collectors.joining("; "));
    }

    private Reason reason() {
        if (isSuccessful()) {
            return Reason.NOT_CONFIRMED;
        }
        if (status >= 300 && status <= 399) {
            return Reason.REDIRECTED;
        }
        return switch (status) {
            case 400, 422 -> ofDoubleTick(Reason.LOGIN_NUMBER_REJECTED);
            case 401 -> ofDoubleTick(lacksPermission() ? Reason.PERMISSION_MISSING : Reason.API_KEY_REJECTED);
            case 403 -> ofDoubleTick(Reason.API_KEY_FORBIDDEN);
            case 407 -> Reason.PROXY;
            case 429 -> Reason.RATE_LIMITED;
            case 500, 502, 503, 504 -> Reason.SERVER_ERROR;
            default -> Reason.UNEXPECTED_STATUS;
        };
    }

    /** DoubleTick answers 401 for two reasons, and only the message distinguishes them. */
    private boolean lacksPermission() {
        return texts(json.path("message")).contains("Insufficient permissions");
    }

    /** A status about the key or the number counts only with JSON, because a proxy that blocks a request answers with a page. */
    private Reason ofDoubleTick(Reason reason) {
        return isObject ? reason : Reason.UNEXPECTED_STATUS;
    }
}
