// An example: one handler, one job, one worker.
package main

import (
	"context"
	"fmt"
	"time"

	"example.org/jobd/queue"
	"example.org/jobd/worker"
)

func main() {
	q := queue.New(nil, time.Minute)
	pool := worker.NewPool(q, 1)
	pool.Handle("hello", func(_ context.Context, payload []byte) error {
		fmt.Printf("hello %s\n", payload)
		return nil
	})
	pool.Start(context.Background())
	_ = q.Enqueue(&queue.Job{ID: "1", Kind: "hello", Payload: []byte("world")})
	time.Sleep(2 * time.Second)
	pool.Drain()
}
