package org.example.gauge.alert;

import java.time.Duration;
import java.time.Instant;
import org.example.gauge.core.MetricId;

/** Fires when a metric stays above a threshold for some time. */
public final class AlertRule {
    private final MetricId metric;
    private final double threshold;
    private final Duration patience;
    private Instant above;
    private boolean firing;

    public AlertRule(MetricId metric, double threshold, Duration patience) {
        this.metric = metric;
        this.threshold = threshold;
        this.patience = patience;
    }

    /** Looks at a new value, and tells whether the alert starts or ends with it. */
    public Change observe(double value, Instant now) {
        if (value <= threshold) {
            above = null;
            boolean was = firing;
            firing = false;
            return was ? Change.RESOLVED : Change.NONE;
        }
        if (above == null) {
            above = now;
        }
        if (!firing && !now.isBefore(above.plus(patience))) {
            firing = true;
            return Change.FIRED;
        }
        return Change.NONE;
    }

    public MetricId getMetric() {
        return metric;
    }

    public double getThreshold() {
        return threshold;
    }

    public enum Change {
        NONE,
        FIRED,
        RESOLVED
    }
}
