package io.jenkins.plugins.doubletick.step;

import io.jenkins.plugins.doubletick.DoubleTickClientProvider;
import io.jenkins.plugins.doubletick.DoubleTickConfiguration;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.doubletick.client.DoubleTickException;
import io.jenkins.plugins.doubletick.client.LoginNumber;
import okhttp3.HttpUrl;

/** What a step about a member was given, with nothing missing or wrong. */
record MemberArguments(Run<?, ?> run, TaskListener listener, LoginNumber number, String credentialsId, HttpUrl url) {

    /**
     * Checks what a step was given.
     *
     * @param credentialsId null for the global default
     * @throws AbortException if something is missing or wrong, so that nothing is sent
     */
    @NonNull
    static MemberArguments of(
            Run<?, ?> run, TaskListener listener, String loginNumber, @CheckForNull String credentialsId)
            throws AbortException {
        LoginNumber number = parse(loginNumber);
        String id = credentialsId == null ? DoubleTickConfiguration.get().getCredentialsId() : credentialsId;
        if (id == null) {
            throw new AbortException(Messages.ApiKeyLookup_none());
        }
        return new MemberArguments(run, listener, number, id, DoubleTickClientProvider.url());
    }

    @NonNull
    static LoginNumber parse(@CheckForNull String loginNumber) throws AbortException {
        try {
            return LoginNumber.parse(loginNumber);
        } catch (DoubleTickException e) {
            throw new AbortException(Messages.MemberCall_sentence(e.getMessage()));
        }
    }
}
