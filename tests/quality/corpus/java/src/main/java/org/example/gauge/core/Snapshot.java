package org.example.gauge.core;

import java.time.Instant;
import java.util.SortedMap;

public record Snapshot(Instant at, double value, SortedMap<Double, Long> buckets) {
    public static Snapshot of(double value) {
        return new Snapshot(Instant.now(), value, null);
    }

    public boolean hasBuckets() {
        return buckets != null && !buckets.isEmpty();
    }
}
