package io.jenkins.plugins.doubletick;

import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.common.IdCredentials;
import com.cloudbees.plugins.credentials.domains.DomainRequirement;
import hudson.model.Item;
import hudson.model.ItemGroup;
import io.jenkins.plugins.doubletick.client.DoubleTickStandIn;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.springframework.security.core.Authentication;

/**
 * A vault with the stand-in's key for all IDs that begin with {@value #PREFIX}. It keeps everybody waiting until it is
 * released, and ignores interrupts. A test class registers it with a nested subclass that is a {@code @TestExtension}.
 */
public class HangingVault extends CredentialsProvider {

    public static final String PREFIX = "hanging";

    private static final Semaphore ARRIVALS = new Semaphore(0);
    private static final List<String> THREADS = new CopyOnWriteArrayList<>();
    private static volatile CountDownLatch end = new CountDownLatch(1);
    private static volatile RuntimeException failure;

    public static void reset() {
        release();
        ARRIVALS.drainPermits();
        THREADS.clear();
        failure = null;
        end = new CountDownLatch(1);
    }

    public static void release() {
        end.countDown();
    }

    public static void fail(RuntimeException with) {
        failure = with;
        release();
    }

    public static void awaitCallers(int count) throws InterruptedException {
        Assertions.assertTrue(ARRIVALS.tryAcquire(count, 1, TimeUnit.MINUTES), "Nobody asked the vault");
    }

    public static int otherCallers() {
        return ARRIVALS.drainPermits();
    }

    public static List<String> threads() {
        return THREADS;
    }

    /** Hangs until the vault is released. Other hanging code can call this method, too. */
    public static void arriveAndHang() {
        THREADS.add(Thread.currentThread().getName());
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
            String id, Class<C> type, Item item, Authentication authentication, List<DomainRequirement> domains) {
        if (!id.startsWith(PREFIX)) {
            return null;
        }
        arriveAndHang();
        if (failure != null) {
            throw failure;
        }
        return type.cast(StandInExtension.apiKey(id, DoubleTickStandIn.KEY));
    }

    @Override
    public <C extends Credentials> List<C> getCredentialsInItemGroup(
            Class<C> type, ItemGroup group, Authentication authentication, List<DomainRequirement> domains) {
        return List.of();
    }
}
