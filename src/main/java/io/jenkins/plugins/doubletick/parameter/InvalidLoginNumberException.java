package io.jenkins.plugins.doubletick.parameter;

import hudson.model.Failure;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.io.Serial;
import org.kohsuke.stapler.HttpResponse;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.StaplerResponse2;

/**
 * Rejects a login number where the requester gets the message: in a form and the REST API with status 400, on the command line
 * and in a Pipeline without a stack trace. This is no {@link IllegalArgumentException}, because Stapler would wrap it.
 */
final class InvalidLoginNumberException extends IllegalStateException implements HttpResponse {

    @Serial
    private static final long serialVersionUID = 1L;

    /** @param reason what is wrong and what to do, without the number */
    InvalidLoginNumberException(String parameter, String reason) {
        super(Messages.InvalidLoginNumberException_message(parameter, reason.endsWith(".") ? reason : reason + "."));
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
