package org.example.gauge.core;

@FunctionalInterface
public interface RegistryListener {
    void added(Metric metric);
}
