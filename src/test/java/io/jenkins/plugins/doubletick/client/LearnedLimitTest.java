package io.jenkins.plugins.doubletick.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class LearnedLimitTest {

    private static final long SECOND = LearnedLimit.SECOND;
    private static final long START = 100 * SECOND;

    private final LearnedLimit limit = new LearnedLimit(START);

    private void send(long... times) {
        for (long time : times) {
            limit.sent(time);
        }
    }

    /** Each at a time of its own. */
    private void send(int count) {
        for (int i = 0; i < count; i++) {
            limit.sent(START + i);
        }
    }

    private void refuse(long at) {
        limit.sent(at);
        limit.refused(at);
    }

    @Test
    void thereIsNoLimitUntilOneIsLearned() {
        send(1000);
        assertEquals(START + 7, limit.earliest(START + 7));
    }

    @Test
    void soManyInASecondAsPassedBefore() {
        send(START, START + 1, START + 2);
        refuse(START + 3);
        limit.learn(START + 3, START + 3 + 3 * SECOND - 1);
        assertEquals(START + SECOND, limit.earliest(START + 3));
        send(START + 4);
        assertEquals(START + 1 + SECOND, limit.earliest(START + 3));
    }

    @Test
    void requestsOfAnEarlierSecondDoNotCount() {
        send(START, START + 2 * SECOND - 1, START + 2 * SECOND);
        refuse(START + 3 * SECOND);
        limit.learn(START + 3 * SECOND, START + 4 * SECOND);
        assertEquals(START + 3 * SECOND, limit.earliest(START + 4 * SECOND));
    }

    @Test
    void requestsSentWithTheRefusedOneDoNotCount() {
        send(START, START + 5);
        refuse(START + 5);
        limit.learn(START + 5, START + SECOND);
        assertEquals(START + 5 + SECOND, limit.earliest(START + SECOND));
    }

    @Test
    void periodOfAFewIsASecondForEach() {
        send(3);
        refuse(START + 3);
        limit.learn(START + 3, START + 3 + 3 * SECOND);
        assertEquals(START + 3 * SECOND, limit.earliest(START + 3 + 3 * SECOND));
    }

    @Test
    void periodOfManyIsTheTimeUntilOnePassedAgain() {
        send(40);
        refuse(START + 40);
        limit.learn(START + 40, START + 10 * SECOND);
        assertEquals(START + 10 * SECOND, limit.earliest(START + 10 * SECOND - 1));
    }

    @Test
    void whatPassedBeforeTheLastRefusalDoesNotCountAgain() {
        send(5);
        refuse(START + 5);
        long passed = START + 2 * SECOND;
        limit.learn(START + 5, passed);
        send(passed, passed + 1);
        refuse(passed + 2);
        limit.learn(passed + 2, passed + SECOND);
        assertEquals(passed + SECOND, limit.earliest(passed + SECOND - 1));
    }

    @Test
    void nothingIsLearnedIfNothingPassed() {
        refuse(START);
        limit.learn(START, START + SECOND);
        assertEquals(START + SECOND, limit.earliest(START + SECOND));
    }

    @Test
    void requestsAreForgottenAfterThreeMinutes() {
        send(START);
        refuse(START + 1);
        limit.learn(START + 1, START + SECOND);
        long threeMinutes = START + 3 * LearnedLimit.MINUTE;
        assertEquals(START + SECOND, limit.earliest(threeMinutes));
        assertEquals(threeMinutes + 1, limit.earliest(threeMinutes + 1));
    }
}
