package org.example.gauge.config;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Properties;

public final class GaugeConfig {
    private final Properties values = new Properties();

    /** Defaults from the jar, then system properties that begin with "gauge.". */
    public static GaugeConfig load() throws IOException {
        GaugeConfig config = new GaugeConfig();
        try (InputStream in = GaugeConfig.class.getResourceAsStream("/gauge.properties")) {
            config.values.load(in);
        }
        System.getProperties().forEach((key, value) -> {
            if (key.toString().startsWith("gauge.")) {
                config.values.put(key, value);
            }
        });
        return config;
    }

    public Duration getExportInterval() {
        return Duration.parse(values.getProperty("gauge.export.interval"));
    }

    public double getAlertThreshold() {
        return Double.parseDouble(values.getProperty("gauge.alert.threshold"));
    }

    public int getPort() {
        return Integer.parseInt(values.getProperty("gauge.port"));
    }
}
