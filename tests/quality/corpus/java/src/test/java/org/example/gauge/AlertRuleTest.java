package org.example.gauge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.example.gauge.alert.AlertRule;
import org.example.gauge.core.MetricId;
import org.junit.jupiter.api.Test;

class AlertRuleTest {
    private final AlertRule rule = new AlertRule(new MetricId("load", Map.of()), 5, Duration.ofMinutes(1));

    @Test
    void firesOnlyAfterSomeTimeAboveTheThreshold() {
        Instant now = Instant.EPOCH;
        assertEquals(AlertRule.Change.NONE, rule.observe(9, now));
        assertEquals(AlertRule.Change.FIRED, rule.observe(9, now.plusSeconds(60)));
    }

    @Test
    void aDropInBetweenStartsAnew() {
        rule.observe(9, Instant.EPOCH);
        rule.observe(1, Instant.EPOCH.plusSeconds(30));
        assertEquals(AlertRule.Change.NONE, rule.observe(9, Instant.EPOCH.plusSeconds(70)));
    }
}
