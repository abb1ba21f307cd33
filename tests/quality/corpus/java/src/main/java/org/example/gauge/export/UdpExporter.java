package org.example.gauge.export;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import org.example.gauge.core.Metric;

public final class UdpExporter implements Exporter {
    private static final int MTU = 1400;

    private final DatagramSocket socket;
    private final InetSocketAddress target;

    public UdpExporter(InetSocketAddress target) throws IOException {
        this.socket = new DatagramSocket();
        this.target = target;
    }

    @Override
    public void export(Collection<Metric> metrics) throws IOException {
        StringBuilder packet = new StringBuilder();
        for (Metric metric : metrics) {
            String line = metric.id().name() + ":" + metric.read().value() + "|g\n";
            if (packet.length() + line.length() > MTU) {
                send(packet);
            }
            packet.append(line);
        }
        send(packet);
    }

    private void send(StringBuilder packet) throws IOException {
        byte[] bytes = packet.toString().getBytes(StandardCharsets.UTF_8);
        socket.send(new DatagramPacket(bytes, bytes.length, target));
        packet.setLength(0);
    }

    @Override
    public void close() {
        socket.close();
    }
}
