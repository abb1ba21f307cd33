import java.time.Duration;
import java.util.Map;
import org.example.gauge.core.Counter;
import org.example.gauge.core.MetricId;
import org.example.gauge.core.MetricRegistry;
import org.example.gauge.export.PeriodicReporter;
import org.example.gauge.export.TextExporter;

/** Example: counts to ten and prints the counter every second. */
public class HelloGauge {
    public static void main(String[] args) throws Exception {
        MetricRegistry registry = new MetricRegistry();
        Counter greetings = registry.counter(new MetricId("greetings_total", Map.of()));
        try (PeriodicReporter reporter = new PeriodicReporter(registry, new TextExporter(System.out))) {
            reporter.start(Duration.ofSeconds(1));
            for (int i = 0; i < 10; i++) {
                greetings.increment();
                Thread.sleep(300);
            }
        }
    }
}
