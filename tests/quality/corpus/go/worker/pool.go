// Package worker runs jobs: a pool of goroutines that take from a queue and call handlers.
package worker

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"example.org/jobd/metrics"
	"example.org/jobd/queue"
)

// Handler does the work of one kind of job.
type Handler func(ctx context.Context, payload []byte) error

// Pool runs up to size jobs beside each other.
type Pool struct {
	q        *queue.Queue
	size     int
	handlers map[string]Handler
	wg       sync.WaitGroup
	quit     chan struct{}
}

func NewPool(q *queue.Queue, size int) *Pool {
	return &Pool{q: q, size: size, handlers: map[string]Handler{}, quit: make(chan struct{})}
}

// Handle registers what runs jobs of a kind.
func (p *Pool) Handle(kind string, h Handler) { p.handlers[kind] = h }

func (p *Pool) Start(ctx context.Context) {
	for i := 0; i < p.size; i++ {
		p.wg.Add(1)
		go p.loop(ctx, fmt.Sprintf("worker-%d", i))
	}
}

// Drain lets running jobs end and takes no more.
func (p *Pool) Drain() {
	close(p.quit)
	p.wg.Wait()
}

func (p *Pool) loop(ctx context.Context, name string) {
	defer p.wg.Done()
	for {
		select {
		case <-p.quit:
			return
		case <-p.q.Wake():
		case <-time.After(time.Second):
		}
		for {
			lease, err := p.q.Take(name, time.Now())
			if err != nil {
				break
			}
			p.runOne(ctx, lease)
		}
	}
}

func (p *Pool) runOne(ctx context.Context, lease *queue.Lease) {
	began := time.Now()
	err := p.call(ctx, lease.Job)
	metrics.JobSeconds.Observe(time.Since(began).Seconds(), lease.Job.Kind)
	if err != nil {
		slog.Warn("job failed", "id", lease.Job.ID, "err", err)
		_ = p.q.Fail(lease, err, time.Now())
		return
	}
	_ = p.q.Complete(lease)
}

// call turns a panic of a handler into an error.
func (p *Pool) call(ctx context.Context, job *queue.Job) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	h, ok := p.handlers[job.Kind]
	if !ok {
		return fmt.Errorf("nobody handles %q", job.Kind)
	}
	return h(ctx, job.Payload)
}
