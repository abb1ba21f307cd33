package org.example.gauge.core;

import java.util.concurrent.atomic.LongAdder;

/** A number that only grows, such as requests served. */
public final class Counter implements Metric {
    private final MetricId id;
    private final LongAdder total = new LongAdder();

    public Counter(MetricId id) {
        this.id = id;
    }

    public void increment() {
        total.increment();
    }

    public void add(long n) {
        if (n < 0) {
            throw new IllegalArgumentException("a counter never falls");
        }
        total.add(n);
    }

    @Override
    public MetricId id() {
        return id;
    }

    @Override
    public Snapshot read() {
        return Snapshot.of(total.sum());
    }
}
