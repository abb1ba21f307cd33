package org.example.gauge.alert;

/** Somebody who wants to be told of alerts. */
public interface Receiver {
    void notify(AlertRule rule, AlertRule.Change change);
}
