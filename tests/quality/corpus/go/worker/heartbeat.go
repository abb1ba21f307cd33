package worker

import (
	"context"
	"time"

	"example.org/jobd/queue"
)

func (p *Pool) beat(ctx context.Context, lease *queue.Lease, every time.Duration) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		t := time.NewTicker(every)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case now := <-t.C:
				if p.q.Extend(lease, now) != nil {
					cancel()
					return
				}
			}
		}
	}()
	return ctx
}
