// Package backoff says how long to wait before trying again.
package backoff

import (
	"math/rand/v2"
	"time"
)

const (
	first   = time.Second
	ceiling = 15 * time.Minute
)

// Delay doubles with each attempt up to a ceiling, with some noise.
func Delay(attempt int) time.Duration {
	d := first << min(attempt, 12)
	if d > ceiling {
		d = ceiling
	}
	return d/2 + rand.N(d/2)
}
