// Command jobd serves a job queue over HTTP and runs its workers.
package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"example.org/jobd/httpapi"
	"example.org/jobd/internal/config"
	"example.org/jobd/queue"
	"example.org/jobd/store"
	"example.org/jobd/worker"
)

func main() {
	cfg, err := config.Load(os.Getenv)
	if err != nil {
		slog.Error("configuration", "err", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, cfg); err != nil {
		slog.Error("jobd ends", "err", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, cfg config.Config) error {
	disk, err := store.OpenLog(cfg.DataDir)
	if err != nil {
		return err
	}
	defer disk.Close()
	q := queue.New(disk, cfg.LeaseTime)
	pool := worker.NewPool(q, cfg.Workers)
	server := &http.Server{Addr: cfg.Listen, Handler: httpapi.New(q)}
	go func() {
		<-ctx.Done()
		// Running jobs are finished before the process goes.
		pool.Drain()
		_ = server.Shutdown(context.Background())
	}()
	pool.Start(ctx)
	return server.ListenAndServe()
}
