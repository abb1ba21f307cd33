package org.example.gauge.core;

/** Anything that can be read as numbers. */
public interface Metric {
    MetricId id();

    Snapshot read();
}
