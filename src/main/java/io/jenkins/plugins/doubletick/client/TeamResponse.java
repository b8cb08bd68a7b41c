package io.jenkins.plugins.doubletick.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.io.CharConversionException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    /** Other fields are skipped, because they may be longer than the memory. */
    private static final Set<String> FIELDS =
            Set.of("id", "name", "email", "orgRoleName", "isOrganizationOwner", "phone");

    private TeamResponse() {}

    /** Reads the members, and closes the response. */
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
                        members.add(member(parser, key));
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

    private static TeamMember member(JsonParser parser, ApiKey key) throws IOException {
        Map<String, String> texts = new HashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            if (FIELDS.contains(name)) {
                texts.put(name, text(parser));
            }
            parser.skipChildren();
        }
        LoginNumber number = LoginNumber.listed(texts.get("phone"));
        return new TeamMember(
                line(texts.get("id"), key, number),
                line(texts.get("name"), key, number),
                lineOrNull(texts.get("email"), key, number),
                lineOrNull(texts.get("orgRoleName"), key, number),
                Boolean.parseBoolean(texts.get("isOrganizationOwner")),
                number);
    }

    /** Returns a text, a whole number or a boolean. A fraction or a negative number is no text, and so no phone number. */
    private static String text(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_STRING, VALUE_TRUE, VALUE_FALSE -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getText().startsWith("-") ? null : parser.getText();
            default -> null;
        };
    }

    private static String line(String text, ApiKey key, LoginNumber number) {
        return text == null ? "" : LogSanitizer.name(text, key, number);
    }

    private static String lineOrNull(String text, ApiKey key, LoginNumber number) {
        String line = line(text, key, number);
        return line.isEmpty() ? null : line;
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
