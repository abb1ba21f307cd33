package org.example.gauge.core;

import java.util.concurrent.Callable;

public final class Timer {
    private final Histogram seconds;

    public Timer(Histogram seconds) {
        this.seconds = seconds;
    }

    public <T> T time(Callable<T> work) throws Exception {
        long began = System.nanoTime();
        try {
            return work.call();
        } finally {
            seconds.observe((System.nanoTime() - began) / 1e9);
        }
    }
}
