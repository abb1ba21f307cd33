package org.example.gauge.core;

import java.time.Instant;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;

/** How often values fell into which range. */
public final class Histogram implements Metric {
    private final MetricId id;
    private final double[] bounds;
    private final AtomicLongArray counts;

    public Histogram(MetricId id, double... bounds) {
        this.id = id;
        this.bounds = bounds.clone();
        this.counts = new AtomicLongArray(bounds.length + 1);
    }

    public void observe(double value) {
        int at = Arrays.binarySearch(bounds, value);
        counts.incrementAndGet(at >= 0 ? at : -at - 1);
    }

    /** Estimates a percentile by going straight through the bucket it falls in. */
    public double quantile(double q) {
        long all = 0;
        for (int i = 0; i < counts.length(); i++) {
            all += counts.get(i);
        }
        double wanted = q * all;
        long seen = 0;
        for (int i = 0; i < bounds.length; i++) {
            long here = counts.get(i);
            if (seen + here >= wanted && here > 0) {
                double low = i == 0 ? 0 : bounds[i - 1];
                return low + (bounds[i] - low) * (wanted - seen) / here;
            }
            seen += here;
        }
        return Double.POSITIVE_INFINITY;
    }

    @Override
    public MetricId id() {
        return id;
    }

    @Override
    public Snapshot read() {
        SortedMap<Double, Long> buckets = new TreeMap<>();
        for (int i = 0; i < bounds.length; i++) {
            buckets.put(bounds[i], counts.get(i));
        }
        return new Snapshot(Instant.now(), quantile(0.5), buckets);
    }
}
