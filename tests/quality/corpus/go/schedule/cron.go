// Package schedule enqueues jobs at fixed times.
package schedule

import (
	"context"
	"time"

	"example.org/jobd/queue"
)

// Entry is a job that comes again and again.
type Entry struct {
	Name  string
	Every time.Duration
	Make  func() *queue.Job
	next  time.Time
}

type Scheduler struct {
	entries []*Entry
	q       *queue.Queue
}

func (s *Scheduler) Add(e *Entry, now time.Time) {
	e.next = now.Truncate(e.Every).Add(e.Every)
	s.entries = append(s.entries, e)
}

// Run looks once a second which entries are due.
func (s *Scheduler) Run(ctx context.Context) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			s.fire(now)
		}
	}
}

func (s *Scheduler) fire(now time.Time) {
	for _, e := range s.entries {
		if !now.Before(e.next) {
			_ = s.q.Enqueue(e.Make())
			e.next = e.next.Add(e.Every)
		}
	}
}
