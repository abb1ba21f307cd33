package org.example.gauge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.example.gauge.core.Histogram;
import org.example.gauge.core.MetricId;
import org.junit.jupiter.api.Test;

class HistogramTest {
    @Test
    void quantileOfEvenlySpreadValues() {
        Histogram histogram = new Histogram(new MetricId("t", Map.of()), 1, 2, 3, 4);
        for (double v = 0.5; v < 4; v += 1) {
            histogram.observe(v);
        }
        assertEquals(2.0, histogram.quantile(0.5), 0.01);
    }
}
