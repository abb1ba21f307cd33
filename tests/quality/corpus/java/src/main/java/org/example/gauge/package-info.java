/** Collecting numbers from running programs. Start at {@link org.example.gauge.core.MetricRegistry}. */
package org.example.gauge;
