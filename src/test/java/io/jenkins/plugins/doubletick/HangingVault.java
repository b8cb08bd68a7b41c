package io.jenkins.plugins.doubletick;

import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.common.IdCredentials;
import com.cloudbees.plugins.credentials.domains.DomainRequirement;
import hudson.model.Item;
import hudson.model.ItemGroup;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.springframework.security.core.Authentication;

/**
 * A vault that never answers for IDs that begin with {@value #PREFIX}, and ignores interrupts. A test class registers it
 * with a nested subclass that is a {@code @TestExtension}.
 */
public class HangingVault extends CredentialsProvider {

    public static final String PREFIX = "hanging";

    private static final Semaphore ARRIVALS = new Semaphore(0);
    private static volatile CountDownLatch end = new CountDownLatch(1);

    public static void reset() {
        release();
        ARRIVALS.drainPermits();
        end = new CountDownLatch(1);
    }

    /** Lets everybody go who hangs. */
    public static void release() {
        end.countDown();
    }

    public static void awaitCallers(int count) throws InterruptedException {
        Assertions.assertTrue(ARRIVALS.tryAcquire(count, 1, TimeUnit.MINUTES), "Nobody asked the vault");
    }

    /** How many came that were not awaited. */
    public static int otherCallers() {
        return ARRIVALS.drainPermits();
    }

    /** Blocks until it is released, whoever interrupts. */
    public static void arriveAndHang() {
        ARRIVALS.release();
        while (true) {
            try {
                end.await();
                return;
            } catch (InterruptedException e) {
                // Deaf.
            }
        }
    }

    @Override
    public <C extends IdCredentials> C getCredentialByIdInItem(
            String id,
            Class<C> type,
            Item item,
            Authentication authentication,
            List<DomainRequirement> domainRequirements) {
        if (id.startsWith(PREFIX)) {
            arriveAndHang();
        }
        return null;
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
