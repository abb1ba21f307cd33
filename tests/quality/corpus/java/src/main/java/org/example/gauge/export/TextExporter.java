package org.example.gauge.export;

import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import org.example.gauge.core.Metric;
import org.example.gauge.core.Snapshot;

/** Writes the line format that scrapers read: {@code name{label="value"} 1.0}. */
public final class TextExporter implements Exporter {
    private final Appendable out;

    public TextExporter(Appendable out) {
        this.out = out;
    }

    @Override
    public void export(Collection<Metric> metrics) throws IOException {
        for (Metric metric : metrics) {
            writeOne(metric);
        }
    }

    private void writeOne(Metric metric) throws IOException {
        Snapshot snapshot = metric.read();
        out.append(metric.id().name());
        char before = '{';
        for (Map.Entry<String, String> label : metric.id().labels().entrySet()) {
            out.append(before).append(label.getKey()).append("=\"").append(escape(label.getValue())).append('"');
            before = ',';
        }
        if (before == ',') {
            out.append('}');
        }
        out.append(' ').append(Double.toString(snapshot.value())).append('\n');
    }

    private static String escape(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
