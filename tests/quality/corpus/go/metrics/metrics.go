package metrics

import "sync"

// Histogram counts observations in buckets, one row for each label.
type Histogram struct {
	mu     sync.Mutex
	bounds []float64
	counts map[string][]uint64
}

var JobSeconds = NewHistogram(0.01, 0.1, 1, 10, 100)

// FailedJobs counts jobs that failed, by kind, for the dashboard.
var FailedJobs = map[string]int{}

func NewHistogram(bounds ...float64) *Histogram {
	return &Histogram{bounds: bounds, counts: map[string][]uint64{}}
}

func (h *Histogram) Observe(value float64, label string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	row, ok := h.counts[label]
	if !ok {
		row = make([]uint64, len(h.bounds)+1)
		h.counts[label] = row
	}
	i := 0
	for i < len(h.bounds) && value > h.bounds[i] {
		i++
	}
	row[i]++
}
