package org.example.gauge.export;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.example.gauge.core.MetricRegistry;

/** Exports a registry again and again until it is closed. */
public final class PeriodicReporter implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(PeriodicReporter.class.getName());

    private final MetricRegistry registry;
    private final Exporter exporter;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

    public PeriodicReporter(MetricRegistry registry, Exporter exporter) {
        this.registry = registry;
        this.exporter = exporter;
    }

    public void start(Duration every) {
        clock.scheduleAtFixedRate(this::tick, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void tick() {
        try {
            exporter.export(registry.all());
        } catch (Exception problem) {
            // An exception out of here would silence the clock for good.
            LOG.log(Level.WARNING, "export failed", problem);
        }
    }

    @Override
    public void close() {
        clock.shutdown();
        tick();
        exporter.close();
    }
}
