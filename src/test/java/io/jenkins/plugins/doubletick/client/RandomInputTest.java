package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import okio.Okio;
import okio.Source;
import okio.Timeout;
import org.junit.jupiter.api.Test;

/**
 * What anybody may send, against what decides. The inputs are the same each time; {@code -Ddoubletick.seed=N} makes
 * others.
 */
class RandomInputTest {

    private static final long SEED = Long.getLong("doubletick.seed", 20260101L);
    private static final int COUNT = 110_000;
    private static final int MAX_BODY = 64 * 1024;
    /** The text before it, 300 characters of somebody else's, and a mark that there was more. */
    private static final int MAX_MESSAGE = 400;

    private static final Pattern NOT_ON_A_LINE = Pattern.compile("[\\p{Cc}\\p{Cs}\\p{Cf}\u2028\u2029]");
    private static final Pattern SEPARATORS = Pattern.compile("[\\p{Zs}\\p{Cf}\\p{Pd}\\t\\r\\n.()\\[\\]]");
    private static final Pattern TRUNK_ZERO = Pattern.compile("[(\\[]\\s?0\\s?[)\\]]");
    private static final Pattern NUMBER = Pattern.compile("\\+?[1-9][0-9]{6,14}");

    /** Bytes that are read one segment at a time, and counted; it never ends. */
    private static final class Endless implements Source {
        private final Buffer unit;
        private long pulled;
        private boolean closed;

        Endless(String unit) {
            this.unit = new Buffer().writeUtf8(unit);
        }

        @Override
        public long read(Buffer sink, long byteCount) {
            unit.copyTo(sink, 0, unit.size());
            pulled += unit.size();
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

    @Test
    void nothingButAConfirmationIsASuccess() throws Exception {
        RandomInput input = new RandomInput(new Random(SEED));
        ApiKey key = ClientFixture.key();
        LoginNumber number = LoginNumber.parse(DoubleTickStandIn.MEMBER);
        int successes = 0;
        for (int i = 0; i < COUNT; i++) {
            int status = input.status();
            byte[] body = input.body();
            int index = i;
            Supplier<String> label = () -> "seed " + SEED + ", input " + index + ", " + status + " "
                    + new String(body, StandardCharsets.UTF_8);
            boolean confirmed = status / 100 == 2 && body.length <= MAX_BODY && StrictJson.confirms(body);
            try {
                answer(status, ResponseBody.create(body, null)).confirmLogout(key, number);
                assertTrue(confirmed, () -> "False success: " + label.get());
                successes++;
            } catch (DoubleTickException e) {
                assertFalse(confirmed, () -> "False failure: " + label.get());
                assertEquals(status, e.status(), label);
                assertFit(e.getMessage(), label);
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError(label.get(), e);
            }
        }
        assertTrue(successes > COUNT / 20, "So few successes prove little: " + successes);
        assertTrue(successes < COUNT / 2, "So few failures prove little: " + successes);
    }

    /** One line, short, without the key and the number. */
    private static void assertFit(String message, Supplier<String> label) {
        assertTrue(message.length() <= MAX_MESSAGE, () -> "Too long: " + message + "\n" + label.get());
        assertFalse(NOT_ON_A_LINE.matcher(message).find(), () -> "Unfit: " + message + "\n" + label.get());
        assertFalse(
                message.toLowerCase(Locale.ROOT).contains(DoubleTickStandIn.KEY),
                () -> "Key: " + message + "\n" + label.get());
        assertFalse(
                message.replaceAll("[ .()-]", "").contains("919876543210"),
                () -> "Number: " + message + "\n" + label.get());
    }

    @Test
    void noLoginNumberButARightOneExists() {
        RandomInput input = new RandomInput(new Random(SEED));
        int valid = 0;
        for (int i = 0; i < COUNT; i++) {
            String text = input.loginNumber();
            int index = i;
            Supplier<String> label = () -> "seed " + SEED + ", input " + index + ", " + text;
            String number = SEPARATORS.matcher(text).replaceAll("");
            boolean right = text.length() <= 100
                    && NUMBER.matcher(number).matches()
                    && !TRUNK_ZERO.matcher(text).find();
            try {
                LoginNumber parsed = LoginNumber.parse(text);
                assertTrue(right, () -> "Taken for a number: " + label.get());
                assertEquals(number.replaceFirst("^\\+?", "+"), parsed.value(), label);
                assertMasked(parsed, label);
                valid++;
            } catch (DoubleTickException e) {
                assertFalse(right, () -> "Not taken for a number: " + label.get());
                assertEquals(Reason.LOGIN_NUMBER_INVALID, e.reason(), label);
                assertFalse(NOT_ON_A_LINE.matcher(e.getMessage()).find(), label);
            } catch (RuntimeException e) {
                throw new AssertionError(label.get(), e);
            }
        }
        assertTrue(valid > COUNT / 20, "So few right ones prove little: " + valid);
        assertTrue(valid < COUNT * 9 / 10, "So few wrong ones prove little: " + valid);
    }

    private static void assertMasked(LoginNumber number, Supplier<String> label) {
        String masked = number.masked();
        assertEquals(number.value().length(), masked.length(), label);
        assertTrue(masked.matches("\\+?[0-9]{2}•{3,}[0-9]{2,4}"), label);
        for (String shown :
                new String[] {number.value(), String.join(" ", number.value().split("(?<=\\d)"))}) {
            assertEquals("No " + masked + " here", number.maskIn("No " + shown + " here"), label);
        }
    }

    @Test
    void endlessBodyIsCut() throws Exception {
        for (String unit :
                new String[] {"{\"success\":true}", " ", "[", "{\"a\":", "\"", "9", "\uFEFF", "é", "\u0000"}) {
            Endless source = new Endless(unit.repeat(512));
            ApiResponse answer = answer(201, body(Okio.buffer(source)));
            assertTrue(source.pulled <= MAX_BODY + 16 * 1024, unit + ": " + source.pulled);
            assertTrue(source.closed, unit);
            assertRefused(answer);
        }
    }

    @Test
    void bodyOf64KiBIsTheLongest() throws Exception {
        String success = "{\"success\":true}";
        String padded = success + " ".repeat(MAX_BODY - success.length());
        answer(201, ResponseBody.create(padded, null))
                .confirmLogout(ClientFixture.key(), LoginNumber.parse(DoubleTickStandIn.MEMBER));
        assertRefused(answer(201, ResponseBody.create(padded + " ", null)));
        assertRefused(answer(201, ResponseBody.create(padded + "x", null)));
    }

    @Test
    void absurdlyLongNumberIsRefusedUnread() {
        for (String unit : new String[] {"9", "+", " 9", "\u200B", "x", "\uD83D"}) {
            String text = "+9" + unit.repeat(5_000_000);
            DoubleTickException failure = assertThrows(DoubleTickException.class, () -> LoginNumber.parse(text));
            assertEquals(
                    Messages.LoginNumber_length(LoginNumber.MIN_DIGITS, LoginNumber.MAX_DIGITS), failure.getMessage());
        }
    }

    private static void assertRefused(ApiResponse answer) throws DoubleTickException {
        LoginNumber number = LoginNumber.parse(DoubleTickStandIn.MEMBER);
        ApiKey key = ClientFixture.key();
        DoubleTickException failure = assertThrows(DoubleTickException.class, () -> answer.confirmLogout(key, number));
        assertEquals(Reason.NOT_CONFIRMED, failure.reason());
    }

    private static ResponseBody body(BufferedSource source) {
        return ResponseBody.create(source, null, -1);
    }

    private static ApiResponse answer(int status, ResponseBody body) throws IOException {
        return ApiResponse.read(new Response.Builder()
                .request(
                        new Request.Builder().url("https://doubletick.example/").build())
                .protocol(Protocol.HTTP_1_1)
                .code(status)
                .message("Status")
                .body(body)
                .build());
    }
}
