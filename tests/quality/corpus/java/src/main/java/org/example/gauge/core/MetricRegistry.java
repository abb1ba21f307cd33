package org.example.gauge.core;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * Holds the metrics of a program.
 *
 * <p>Asking twice for the same id gives the same metric; asking for it as another type is a mistake.
 */
public class MetricRegistry {
    private static final int MOST_SERIES = 10_000;

    private final Map<MetricId, Metric> metrics = new ConcurrentHashMap<>();
    private final List<RegistryListener> listeners = new CopyOnWriteArrayList<>();

    public Counter counter(MetricId id) {
        return register(id, Counter::new, Counter.class);
    }

    public Histogram histogram(MetricId id, double... bounds) {
        return register(id, each -> new Histogram(each, bounds), Histogram.class);
    }

    private <M extends Metric> M register(MetricId id, Function<MetricId, M> make, Class<M> type) {
        Metric found = metrics.computeIfAbsent(id, each -> {
            // A label with a user's name in it would otherwise eat all memory.
            if (metrics.size() >= MOST_SERIES) {
                throw new IllegalStateException("too many series");
            }
            M made = make.apply(each);
            listeners.forEach(listener -> listener.added(made));
            return made;
        });
        return type.cast(found);
    }

    public void addListener(RegistryListener listener) {
        listeners.add(listener);
    }

    public Collection<Metric> all() {
        return List.copyOf(metrics.values());
    }
}
