package io.jenkins.plugins.doubletick.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.io.CharConversionException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import okhttp3.Response;

/** Reads the response of {@code GET /team}, member by member, because it may be long. */
final class TeamResponse {

    /** The longest response that is read, in bytes: several times what 10,000 members need. */
    private static final long MAX_LENGTH = 32L * 1024 * 1024;

    /** The longest text that is read, in characters. */
    private static final int MAX_TEXT = 64 * 1024;

    /** Strict, because two fields with the same name are ambiguous. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxDocumentLength(MAX_LENGTH)
                    .maxStringLength(MAX_TEXT)
                    .build())
            .build();

    private static final ObjectReader MEMBER = JsonMapper.builder(JSON)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.WRAP_EXCEPTIONS)
            .addModule(new SimpleModule().addDeserializer(String.class, new Text()))
            .build()
            .readerFor(Member.class);

    /** A member as DoubleTick sends it. A field is null if it is missing or no text. */
    private record Member(
            String id, String name, String email, String orgRoleName, String isOrganizationOwner, String phone) {

        TeamMember read(ApiKey key) {
            LoginNumber number = LoginNumber.listed(phone);
            return new TeamMember(
                    line(id, key, number),
                    line(name, key, number),
                    lineOrNull(email, key, number),
                    lineOrNull(orgRoleName, key, number),
                    Boolean.parseBoolean(isOrganizationOwner),
                    number);
        }

        private static String line(String text, ApiKey key, LoginNumber number) {
            return text == null ? "" : LogSanitizer.name(text, key, number);
        }

        private static String lineOrNull(String text, ApiKey key, LoginNumber number) {
            String line = line(text, key, number);
            return line.isEmpty() ? null : line;
        }
    }

    /** Reads texts, whole numbers and booleans. A fraction or a negative number is no text, and so no phone number. */
    private static final class Text extends StdScalarDeserializer<String> {
        private static final long serialVersionUID = 1L;

        Text() {
            super(String.class);
        }

        @Override
        public String deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return switch (parser.currentToken()) {
                case VALUE_STRING, VALUE_TRUE, VALUE_FALSE -> parser.getText();
                case VALUE_NUMBER_INT -> parser.getText().startsWith("-") ? null : parser.getText();
                default -> {
                    parser.skipChildren();
                    yield null;
                }
            };
        }
    }

    private TeamResponse() {}

    /**
     * Reads the members, and closes the response.
     *
     * @throws IOException if the connection breaks before the body's end
     * @throws DoubleTickException if it is an error, no list of members, or a list that is too long
     */
    static Team read(Response response, ApiKey key) throws IOException, DoubleTickException {
        if (!response.isSuccessful()) {
            throw ApiResponse.read(response).failure(key, null, "");
        }
        try (response;
                JsonParser parser = JSON.createParser(response.body().byteStream())) {
            return new Team(members(parser, response.code(), key));
        } catch (StreamConstraintsException e) {
            throw tooLarge(response.code());
        } catch (JsonProcessingException | CharConversionException e) {
            throw noTeam(response.code());
        }
    }

    private static List<TeamMember> members(JsonParser parser, int status, ApiKey key)
            throws IOException, DoubleTickException {
        List<TeamMember> members = null;
        if (parser.nextToken() == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean isData = parser.currentName().equals("data");
                if (parser.nextToken() == JsonToken.START_ARRAY && isData) {
                    members = new ArrayList<>();
                    while (parser.nextToken() == JsonToken.START_OBJECT) {
                        if (members.size() == Team.MAX_MEMBERS) {
                            throw tooLarge(status);
                        }
                        members.add(MEMBER.<Member>readValue(parser).read(key));
                    }
                }
                parser.skipChildren();
            }
        }
        if (members == null || parser.nextToken() != null) {
            throw noTeam(status);
        }
        return members;
    }

    private static DoubleTickException noTeam(int status) {
        return new DoubleTickException(
                Reason.NOT_CONFIRMED, Messages.TeamResponse_noTeam(Integer.toString(status)), status, null);
    }

    private static DoubleTickException tooLarge(int status) {
        return new DoubleTickException(
                Reason.TEAM_TOO_LARGE,
                Messages.TeamResponse_tooLarge(Integer.toString(Team.MAX_MEMBERS)),
                status,
                null);
    }
}
