package org.example.gauge.alert;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

final class ChatReceiver implements Receiver {
    private final HttpClient client = HttpClient.newHttpClient();
    private final URI hook;

    ChatReceiver(URI hook) {
        this.hook = hook;
    }

    @Override
    public void notify(AlertRule rule, AlertRule.Change change) {
        String icon = change == AlertRule.Change.FIRED ? ":fire:" : ":ok:";
        String text = icon + " " + rule.getMetric().name() + " over " + rule.getThreshold();
        HttpRequest request = HttpRequest.newBuilder(hook)
            .POST(HttpRequest.BodyPublishers.ofString("{\"text\":\"" + text + "\"}"))
            .build();
        client.sendAsync(request, BodyHandlers.discarding());
    }
}
