package io.jenkins.plugins.doubletick.client;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;

/**
 * The body of {@code POST /team-member/logout}. It is one-shot, because OkHttp sends any other body again by itself after
 * {@code 503} with {@code Retry-After: 0}.
 */
final class LogoutBody extends RequestBody {

    private static final MediaType JSON = MediaType.get("application/json");

    private final byte[] bytes;

    LogoutBody(LoginNumber number) {
        bytes = JsonNodeFactory.instance
                .objectNode()
                .put("userPhoneNumber", number.digits())
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public MediaType contentType() {
        return JSON;
    }

    @Override
    public long contentLength() {
        return bytes.length;
    }

    @Override
    public boolean isOneShot() {
        return true;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
        sink.write(bytes);
    }
}
