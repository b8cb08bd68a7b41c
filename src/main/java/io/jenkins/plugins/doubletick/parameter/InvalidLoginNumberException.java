package io.jenkins.plugins.doubletick.parameter;

import hudson.model.Failure;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.io.Serial;
import org.kohsuke.stapler.HttpResponse;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.StaplerResponse2;

/**
 * A build is refused because its login number is. Everybody who asks for a build shows its message: forms and the
 * REST API as an error with status 400, the CLI as an illegal argument, Pipeline in one line without a stack trace.
 */
final class InvalidLoginNumberException extends IllegalArgumentException implements HttpResponse {

    @Serial
    private static final long serialVersionUID = 1L;

    private InvalidLoginNumberException(String message) {
        super(message);
    }

    /** @throws InvalidLoginNumberException with the rule that the text breaks; it does not repeat the text */
    static LoginNumber parse(String parameter, String text) {
        try {
            return LoginNumber.parse(text);
        } catch (DoubleTickException e) {
            throw new InvalidLoginNumberException(
                    Messages.InvalidLoginNumberException_message(parameter, e.getMessage()));
        }
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }

    @Override
    public void generateResponse(StaplerRequest2 req, StaplerResponse2 rsp, Object node)
            throws IOException, ServletException {
        new Failure(getMessage()).generateResponse(req, rsp, node);
    }
}
