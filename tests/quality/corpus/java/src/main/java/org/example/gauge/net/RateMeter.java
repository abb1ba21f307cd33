package org.example.gauge.net;

/** Events per second, the last minute counting most: an average whose memory fades. */
public class RateMeter {
    private static final double TICK_S = 5.0;
    private static final double ALPHA = 1 - Math.exp(-TICK_S / 60);

    private long uncounted;
    private double rate = Double.NaN;

    public synchronized void mark() {
        uncounted++;
    }

    public synchronized void tick() {
        double now = uncounted / TICK_S;
        uncounted = 0;
        rate = Double.isNaN(rate) ? now : rate + ALPHA * (now - rate);
    }

    public synchronized double getRate() {
        return Double.isNaN(rate) ? 0 : rate;
    }
}
