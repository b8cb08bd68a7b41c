package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.Okio;
import okio.Source;
import okio.Timeout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which bodies with a 2xx status confirm a logout. */
class ApiResponseTest {

    private static final int MAX_BODY = 64 * 1024;
    private static final String SUCCESS = "{\"success\":true}";

    private static void confirm(ResponseBody body) throws IOException, DoubleTickException {
        ApiResponse.read(new Response.Builder()
                        .request(new Request.Builder()
                                .url("https://doubletick.invalid")
                                .build())
                        .protocol(Protocol.HTTP_1_1)
                        .code(201)
                        .message("Created")
                        .body(body)
                        .build())
                .confirmLogout(ClientFixture.key(), LoginNumber.parse(DoubleTickStandIn.MEMBER));
    }

    private static void confirm(String body) throws IOException, DoubleTickException {
        confirm(ResponseBody.create(body.getBytes(StandardCharsets.UTF_8), null));
    }

    private static void assertNotConfirmed(ResponseBody body) {
        assertEquals(
                Reason.NOT_CONFIRMED,
                assertThrows(DoubleTickException.class, () -> confirm(body)).reason());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                SUCCESS,
                " \t\r\n{ \"a\" : [ {\"success\":false} ] , \"success\" : true } \n",
                "{\"s\\u0075ccess\":true}",
                "\uFEFF{\"success\":true}",
                "{\"success\":true,\"message\":\"\u0661\\uD83D\"}",
            })
    void confirmation(String body) throws Exception {
        confirm(body);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "true",
                "[{\"success\":true}]",
                "{\"success\":\"true\"}",
                "{\"success\":1}",
                "{\"success\":null}",
                "{\"success\":[true]}",
                "{\"success\":false}",
                "{\"Success\":true}",
                "{\"success \":true}",
                "{\"data\":{\"success\":true}}",
                "{\"success\":true,\"success\":true}",
                "{\"success\":false,\"success\":true}",
                "{\"success\":true",
                "{\"success\":true,}",
                "{\"success\":true}}",
                "{\"success\":true} {}",
                "{\"success\":true}//",
                "{'success':true}",
                "{success:true}",
                "{\"success\":True}",
                "{\"success\":true,\"a\":NaN}",
                "\uFEFF\uFEFF{\"success\":true}",
                "\u00A0{\"success\":true}",
                "{\"success\":true}\u0000",
                "<p>{\"success\":true}</p>",
            })
    void noConfirmation(String body) {
        assertNotConfirmed(ResponseBody.create(body, null));
    }

    @Test
    void onlyUtf8Confirms() {
        assertNotConfirmed(ResponseBody.create(SUCCESS.getBytes(StandardCharsets.UTF_16), null));
        assertNotConfirmed(
                ResponseBody.create("{\"success\":true,\"a\":\"\u00FC\"}".getBytes(StandardCharsets.ISO_8859_1), null));
    }

    @Test
    void bodyOf64KiBIsTheLongest() throws Exception {
        String padded = SUCCESS + " ".repeat(MAX_BODY - SUCCESS.length());
        confirm(padded);
        assertNotConfirmed(ResponseBody.create(padded + " ", null));
    }

    @Test
    void endlessBodyIsNotReadToItsEnd() {
        for (String unit : new String[] {SUCCESS, " ", "[", "{\"a\":", "\"", "9", "\u0000"}) {
            Endless source = new Endless(unit.repeat(512));
            assertNotConfirmed(ResponseBody.create(Okio.buffer(source), null, -1));
            assertTrue(source.read <= MAX_BODY + 16 * 1024, unit + ": " + source.read);
            assertTrue(source.closed, unit);
        }
    }

    private static final class Endless implements Source {
        private final Buffer unit;
        private long read;
        private boolean closed;

        Endless(String unit) {
            this.unit = new Buffer().writeUtf8(unit);
        }

        @Override
        public long read(Buffer sink, long byteCount) {
            unit.copyTo(sink, 0, unit.size());
            read += unit.size();
            return unit.size();
        }

        @Override
        public Timeout timeout() {
            return Timeout.NONE;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
