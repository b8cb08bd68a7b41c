package io.jenkins.plugins.doubletick.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.doubletick.client.DoubleTickException.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import okhttp3.Response;

/** Reads the response of {@code GET /team}, member by member, because it may be long. */
final class TeamResponse {

    /** The longest response that is read, in bytes: several times what 10,000 members need. */
    private static final long MAX_LENGTH = 64L * 1024 * 1024;

    private static final int MAX_NAME = 100;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxDocumentLength(MAX_LENGTH)
                            .build())
                    .build())
            .build();

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
        } catch (JsonProcessingException e) {
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
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        if (members.size() == Team.MAX_MEMBERS) {
                            throw tooLarge(status);
                        }
                        members.add(member(parser.readValueAsTree(), key));
                    }
                } else {
                    parser.skipChildren();
                }
            }
        }
        if (members == null) {
            throw noTeam(status);
        }
        return members;
    }

    private static TeamMember member(JsonNode member, ApiKey key) {
        return new TeamMember(
                line(member.path("id"), key),
                line(member.path("name"), key),
                lineOrNull(member.path("email"), key),
                lineOrNull(member.path("orgRoleName"), key),
                member.path("isOrganizationOwner").asBoolean(),
                loginNumber(member.path("phone").asText("")));
    }

    private static String line(JsonNode text, ApiKey key) {
        String line = text.isValueNode() && !text.isNull() ? LogSanitizer.clean(text.asText(), key, null) : "";
        return line.length() <= MAX_NAME ? line : line.substring(0, MAX_NAME) + "…";
    }

    private static String lineOrNull(JsonNode text, ApiKey key) {
        String line = line(text, key);
        return line.isEmpty() ? null : line;
    }

    /** Looks at the digits only, because the documentation does not say how a phone number is written. */
    private static LoginNumber loginNumber(String phone) {
        try {
            return LoginNumber.parse(phone.replaceAll("[^0-9]", ""));
        } catch (DoubleTickException e) {
            return null;
        }
    }

    private static DoubleTickException noTeam(int status) {
        return new DoubleTickException(Reason.NOT_CONFIRMED, Messages.TeamResponse_noTeam(status), status, null);
    }

    private static DoubleTickException tooLarge(int status) {
        return new DoubleTickException(
                Reason.TEAM_TOO_LARGE, Messages.TeamResponse_tooLarge(Team.MAX_MEMBERS), status, null);
    }
}
