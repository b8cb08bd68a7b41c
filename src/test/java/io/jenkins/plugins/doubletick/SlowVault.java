package io.jenkins.plugins.doubletick;

import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.common.IdCredentials;
import com.cloudbees.plugins.credentials.domains.DomainRequirement;
import hudson.model.Item;
import hudson.model.ItemGroup;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.springframework.security.core.Authentication;

/**
 * A vault with the stand-in's key that makes everybody wait until it is opened. A test class registers it with a nested
 * subclass that is a {@code @TestExtension}.
 */
public class SlowVault extends CredentialsProvider {

    public static final String CREDENTIALS_ID = "vault";

    private static final Semaphore ARRIVALS = new Semaphore(0);
    private static final Semaphore INTERRUPTIONS = new Semaphore(0);
    private static volatile CountDownLatch open = new CountDownLatch(1);

    public static void lock() {
        open = new CountDownLatch(1);
        ARRIVALS.drainPermits();
        INTERRUPTIONS.drainPermits();
    }

    public static void open() {
        open.countDown();
    }

    /** Waits until so many more asked for the key. */
    public static void awaitCallers(int count) throws InterruptedException {
        Assertions.assertTrue(ARRIVALS.tryAcquire(count, 1, TimeUnit.MINUTES), "Nobody asked the vault");
    }

    /** How many asked for the key that were not awaited. */
    public static int otherCallers() {
        return ARRIVALS.drainPermits();
    }

    /** Waits until so many more gave up waiting. */
    public static void awaitInterruptions(int count) throws InterruptedException {
        Assertions.assertTrue(INTERRUPTIONS.tryAcquire(count, 1, TimeUnit.MINUTES), "Somebody still waits");
    }

    @Override
    public <C extends IdCredentials> C getCredentialByIdInItem(
            String id,
            Class<C> type,
            Item item,
            Authentication authentication,
            List<DomainRequirement> domainRequirements) {
        if (!id.equals(CREDENTIALS_ID)) {
            return null;
        }
        ARRIVALS.release();
        try {
            open.await();
        } catch (InterruptedException e) {
            INTERRUPTIONS.release();
            Thread.currentThread().interrupt();
            return null;
        }
        return type.cast(StandInExtension.apiKey(id, DoubleTickStandIn.KEY));
    }

    @Override
    public <C extends Credentials> List<C> getCredentialsInItemGroup(
            Class<C> type,
            ItemGroup itemGroup,
            Authentication authentication,
            List<DomainRequirement> domainRequirements) {
        return List.of();
    }
}
