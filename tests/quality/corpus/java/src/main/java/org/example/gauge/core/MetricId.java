package org.example.gauge.core;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A name and its labels. Two ids with the same labels in another order are equal. */
public record MetricId(String name, Map<String, String> labels) {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");

    public MetricId {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not a metric name: " + name);
        }
        labels = new TreeMap<>(labels);
    }

    public MetricId with(String key, String value) {
        Map<String, String> more = new TreeMap<>(labels);
        more.put(key, value);
        return new MetricId(name, more);
    }
}
