package org.example.gauge.net;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.net.InetSocketAddress;
import org.example.gauge.core.MetricRegistry;
import org.example.gauge.export.TextExporter;

public final class ScrapeServer {
    private final MetricRegistry registry;
    private final HttpServer server;

    public ScrapeServer(MetricRegistry registry, int port) throws IOException {
        this.registry = registry;
        this.server = HttpServer.create(new InetSocketAddress(port), 16);
        server.createContext("/metrics", this::answer);
    }

    public void start() {
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStreamWriter out = new OutputStreamWriter(exchange.getResponseBody())) {
            new TextExporter(out).export(registry.all());
        }
    }
}
