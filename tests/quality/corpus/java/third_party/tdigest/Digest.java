package third_party.tdigest;

import java.util.TreeMap;

/** Estimates quantiles (percentiles) of a stream with little memory. */
public class Digest {
    private final TreeMap<Double, Long> centroids = new TreeMap<>();

    public void add(double value) {
        centroids.merge(value, 1L, Long::sum);
    }

    /** Estimates a quantile or percentile. */
    public double quantile(double q) {
        long wanted = (long) (q * centroids.values().stream().mapToLong(n -> n).sum());
        for (var each : centroids.entrySet()) {
            wanted -= each.getValue();
            if (wanted <= 0) {
                return each.getKey();
            }
        }
        return Double.NaN;
    }
}
