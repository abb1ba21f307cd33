package org.example.gauge.export;

import java.io.IOException;
import java.util.Collection;
import org.example.gauge.core.Metric;

/** Hands metrics on to another system. */
public interface Exporter extends AutoCloseable {
    void export(Collection<Metric> metrics) throws IOException;

    @Override
    default void close() {}
}
