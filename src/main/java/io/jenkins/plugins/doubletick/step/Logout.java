package io.jenkins.plugins.doubletick.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import io.jenkins.plugins.doubletick.client.LogoutResult;
import java.util.Date;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** The outcome of one logout, as stored with the build: with the login number masked. */
@ExportedBean(defaultVisibility = 3)
public final class Logout {

    private final long time = System.currentTimeMillis();
    private final boolean success;
    private final boolean aborted;
    private final int status;
    private final int tries;
    private final String loginNumber;

    @CheckForNull
    private final String credentialsId;

    /** The build parameter that names the member; null if none does. */
    @CheckForNull
    String parameter;

    private Logout(
            String loginNumber,
            @CheckForNull String credentialsId,
            boolean success,
            boolean aborted,
            int status,
            int tries) {
        this.loginNumber = loginNumber;
        this.credentialsId = credentialsId;
        this.success = success;
        this.aborted = aborted;
        this.status = status;
        this.tries = tries;
    }

    static Logout success(LoginNumber number, String credentialsId, LogoutResult result) {
        return new Logout(number.masked(), credentialsId, true, false, result.status(), result.tries());
    }

    static Logout failure(LoginNumber number, String credentialsId, Throwable cause) {
        return cause instanceof DoubleTickException e
                ? new Logout(number.masked(), credentialsId, false, false, e.status(), e.tries())
                : invalid(number.masked(), credentialsId);
    }

    static Logout aborted(LoginNumber number, String credentialsId, int tries) {
        return new Logout(number.masked(), credentialsId, false, true, 0, tries);
    }

    static Logout invalid(String masked, @CheckForNull String credentialsId) {
        return new Logout(masked, credentialsId, false, false, 0, 0);
    }

    /** The masked number. */
    @Exported
    public String getLoginNumber() {
        return loginNumber;
    }

    /** The ID of the credential; null if the step ended before it had one. */
    @Exported
    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    /** Whether DoubleTick confirmed that the member is logged out. */
    @Exported
    public boolean isSuccess() {
        return success;
    }

    /** Whether the build was aborted before DoubleTick answered, so that the member may still be logged in. */
    @Exported
    public boolean isAborted() {
        return aborted;
    }

    /** The HTTP status of DoubleTick's last response; null if there was none. */
    @Exported
    @CheckForNull
    public Integer getStatus() {
        return status == 0 ? null : status;
    }

    /** How many requests were sent. */
    @Exported
    public int getTries() {
        return tries;
    }

    /** When the logout ended. */
    @Exported
    public Date getTime() {
        return new Date(time);
    }

    @Restricted(DoNotUse.class) // summary.jelly
    public String getOutcome() {
        if (success) {
            return Messages.Logout_success();
        }
        if (!aborted) {
            return Messages.Logout_failure();
        }
        return tries == 0 ? Messages.Logout_abortedEarly() : Messages.Logout_abortedLate();
    }

    @Restricted(DoNotUse.class) // summary.jelly
    public String getDetails() {
        String answer = status == 0 ? Messages.Logout_noAnswer() : Messages.Logout_status(Integer.toString(status));
        String count = Integer.toString(tries);
        return credentialsId == null
                ? Messages.Logout_details(answer, count)
                : Messages.Logout_detailsWithCredential(answer, count, credentialsId);
    }
}
