package io.jenkins.plugins.doubletick.client;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.io.IOException;
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

    /** Strict, because an object with two {@code success}, or with text behind it, is ambiguous. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Response response;
    private final boolean longerThanRead;
    private final byte[] body;
    private final JsonNode json;
    private final Duration retryAfter;

    private ApiResponse(Response response) throws IOException {
        this.response = response;
        BufferedSource source = response.body().source();
        longerThanRead = source.request(MAX_BODY + 1L);
        body = source.getBuffer().readByteArray(Math.min(source.getBuffer().size(), MAX_BODY));
        json = parse(body);
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

    private static JsonNode parse(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    int status() {
        return response.code();
    }

    /** @throws DoubleTickException unless the response confirms a logout; half a body confirms nothing */
    void confirmLogout(ApiKey key, LoginNumber number) throws DoubleTickException {
        if (!response.isSuccessful() || longerThanRead || json.path("success") != BooleanNode.TRUE) {
            throw failure(key, number, Messages.ApiResponse_withoutSuccess(Integer.toString(status())));
        }
    }

    /** @throws DoubleTickException unless the response is a list of roles, which may be cut */
    void confirmKey(ApiKey key) throws DoubleTickException {
        if (!response.isSuccessful() || !startsAsArray()) {
            throw failure(key, null, Messages.ApiResponse_withoutRoles(Integer.toString(status())));
        }
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
        if (reason() == Reason.REDIRECTED) {
            text = Messages.ApiResponse_redirect(
                    Integer.toString(status()), LogSanitizer.clean(response.header("Location", "?"), key, number));
        } else if (longerThanRead) {
            text = Messages.ApiResponse_tooLong(Integer.toString(status()));
        } else if (response.isSuccessful()) {
            text = notConfirmed;
        } else {
            text = Messages.ApiResponse_status(Integer.toString(status()));
        }
        String said = Stream.of(texts(json.path("message")), texts(json.path("reason")), response.message())
                .limit(response.isSuccessful() ? 2 : 3)
                .map(words -> LogSanitizer.clean(words, key, number))
                .filter(words -> !words.isEmpty())
                .findFirst()
                .map(words -> ": " + words)
                .orElse("");
        return new DoubleTickException(reason(), text + said, status(), retryAfter);
    }

    /** Reads a text, or a list of texts if DoubleTick found several faults. */
    private static String texts(JsonNode node) {
        return (node.isArray() ? StreamSupport.stream(node.spliterator(), false) : Stream.of(node))
                .filter(JsonNode::isTextual)
                .map(JsonNode::asText)
                .collect(Collectors.joining("; "));
    }

    private Reason reason() {
        if (response.isSuccessful()) {
            return Reason.NOT_CONFIRMED;
        }
        if (status() >= 300 && status() <= 399) {
            return Reason.REDIRECTED;
        }
        return switch (status()) {
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
        return json.isObject() ? reason : Reason.UNEXPECTED_STATUS;
    }
}
