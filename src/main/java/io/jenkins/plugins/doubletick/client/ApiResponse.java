package io.jenkins.plugins.doubletick.client;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import okhttp3.Interceptor;
import okhttp3.Response;
import okio.BufferedSource;

/** What DoubleTick answered: the one place that decides whether it was a success. */
final class ApiResponse {

    /** As much of a body as is looked at. DoubleTick's answers have some hundred bytes. */
    private static final int MAX_BODY = 64 * 1024;

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    /** Strict: of two {@code success} in one object, or of text behind it, nobody knows which one counts. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final int status;
    private final String reasonPhrase;
    private final String location;
    private final Duration retryAfter;
    /** Whether the body is longer than what was read of it. */
    private final boolean cut;

    private final String body;

    private ApiResponse(Response response) throws IOException {
        status = response.code();
        reasonPhrase = response.message();
        location = response.header("Location");
        retryAfter = retryAfter(response, Instant.now());
        BufferedSource source = response.body().source();
        cut = source.request(MAX_BODY + 1L);
        body = text(source.getBuffer().readByteArray(Math.min(source.getBuffer().size(), MAX_BODY)));
    }

    /**
     * Reads the answer, at most its first 64 KiB, and closes it.
     *
     * @throws IOException if the connection breaks before the body's end
     */
    static ApiResponse read(Response response) throws IOException {
        try (response) {
            return new ApiResponse(response);
        }
    }

    /** The body as text; empty if it is not UTF-8, the only encoding of JSON between systems (RFC 8259). */
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

    /** OkHttp reads {@code Retry-After} of a 503, too, and breaks at more than an int. Nine digits are 31 years. */
    static Response boundRetryAfter(Interceptor.Chain chain) throws IOException {
        Response response = chain.proceed(chain.request());
        String header = response.header("Retry-After");
        return header != null && header.strip().matches("[0-9]{10,}")
                ? response.newBuilder().header("Retry-After", "999999999").build()
                : response;
    }

    /** {@code Retry-After} as seconds or as a date (RFC 9110); null if it is absent or neither. */
    private static Duration retryAfter(Response response, Instant now) {
        String header = response.header("Retry-After");
        if (header == null) {
            return null;
        }
        String seconds = header.strip();
        if (!seconds.isEmpty() && seconds.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Duration.ofSeconds(Long.parseLong(seconds));
        }
        Instant date = response.headers().getInstant("Retry-After");
        if (date == null) {
            return null;
        }
        return date.isAfter(now) ? Duration.between(now, date) : Duration.ZERO;
    }

    int status() {
        return status;
    }

    /** Nothing if DoubleTick says that the member is logged out, else why not. Of half a body nobody knows. */
    void confirmLogout(ApiKey key, LoginNumber number) throws DoubleTickException {
        boolean success = isSuccessful()
                && !cut
                && json().path("success").equals(JSON.getNodeFactory().booleanNode(true));
        if (!success) {
            throw failure(key, number, Messages.ApiResponse_withoutSuccess(status));
        }
    }

    /** Nothing if DoubleTick accepts the key, else why not. The list of roles may be longer than what was read. */
    void confirmKey(ApiKey key) throws DoubleTickException {
        if (!isSuccessful() || !startsAsJson()) {
            throw failure(key, null, Messages.ApiResponse_withoutRoles(status));
        }
    }

    private boolean isSuccessful() {
        return status >= 200 && status <= 299;
    }

    private boolean startsAsJson() {
        try (JsonParser parser = JSON.createParser(body)) {
            return parser.nextToken() != null && parser.currentToken().isStructStart();
        } catch (IOException e) {
            return false;
        }
    }

    /** The body as a JSON object; an empty one if it is anything else. */
    private JsonNode json() {
        try {
            JsonNode json = JSON.readTree(body);
            return json != null && json.isObject() ? json : JSON.createObjectNode();
        } catch (JsonProcessingException e) {
            return JSON.createObjectNode();
        }
    }

    private DoubleTickException failure(ApiKey key, LoginNumber number, String notConfirmed) {
        String text;
        if (isSuccessful()) {
            text = notConfirmed;
        } else if (reason() == Reason.REDIRECTED) {
            text = Messages.ApiResponse_redirect(status, location == null ? "?" : LogSanitizer.of(location, key, number));
        } else {
            text = Messages.ApiResponse_status(status);
        }
        String said = said(message(), key, number);
        if (said.isEmpty() && !isSuccessful()) {
            said = said(reasonPhrase, key, number);
        }
        return new DoubleTickException(reason(), said.isEmpty() ? text : text + ": " + said, status, retryAfter);
    }

    private static String said(String text, ApiKey key, LoginNumber number) {
        return LogSanitizer.of(text, key, number).replaceFirst("[.\\s]+$", "");
    }

    /** DoubleTick's own words: {@code message} is a string or, for several faults at once, a list of strings. */
    private String message() {
        JsonNode message = json().path("message");
        if (message.isArray()) {
            return StreamSupport.stream(message.spliterator(), false)
                    .filter(JsonNode::isTextual)
                    .map(JsonNode::asText)
                    .collect(Collectors.joining("; "));
        }
        return message.isTextual() ? message.asText() : "";
    }

    private Reason reason() {
        if (isSuccessful()) {
            return Reason.NOT_CONFIRMED;
        }
        if (status >= 300 && status <= 399) {
            return Reason.REDIRECTED;
        }
        return switch (status) {
            case 400, 422 -> Reason.LOGIN_NUMBER_REJECTED;
            case 401, 403 -> Reason.API_KEY_REJECTED;
            case 407 -> Reason.PROXY;
            case 429 -> Reason.RATE_LIMITED;
            case 500, 502, 503, 504 -> Reason.SERVER_ERROR;
            default -> Reason.UNEXPECTED_STATUS;
        };
    }
}
