package org.example.gauge.alert;

import java.time.Clock;
import java.util.List;
import org.example.gauge.core.Metric;
import org.example.gauge.core.MetricRegistry;

public final class AlertManager {
    private final List<AlertRule> rules;
    private final List<Receiver> receivers;
    private final Clock clock;

    public AlertManager(List<AlertRule> rules, List<Receiver> receivers, Clock clock) {
        this.rules = rules;
        this.receivers = receivers;
        this.clock = clock;
    }

    public void evaluate(MetricRegistry registry) {
        for (Metric metric : registry.all()) {
            for (AlertRule rule : rules) {
                if (rule.getMetric().equals(metric.id())) {
                    AlertRule.Change change = rule.observe(metric.read().value(), clock.instant());
                    if (change != AlertRule.Change.NONE) {
                        receivers.forEach(receiver -> receiver.notify(rule, change));
                    }
                }
            }
        }
    }
}
