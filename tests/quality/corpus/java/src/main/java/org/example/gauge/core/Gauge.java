package org.example.gauge.core;

import java.util.function.DoubleSupplier;

/** A number that goes up and down, such as the length of a queue; asked for when it is read. */
public final class Gauge implements Metric {
    private final MetricId id;
    private final DoubleSupplier source;

    public Gauge(MetricId id, DoubleSupplier source) {
        this.id = id;
        this.source = source;
    }

    @Override
    public MetricId id() {
        return id;
    }

    @Override
    public Snapshot read() {
        try {
            return Snapshot.of(source.getAsDouble());
        } catch (RuntimeException broken) {
            return Snapshot.of(Double.NaN);
        }
    }
}
