package config

import (
	"fmt"
	"strconv"
	"time"
)

type Config struct {
	Listen    string
	DataDir   string
	Workers   int
	LeaseTime time.Duration
}

func (c Config) GetWorkers() int { return c.Workers }

func (c Config) GetLeaseTime() time.Duration { return c.LeaseTime }

// Load reads the environment; what is not set has a default.
func Load(getenv func(string) string) (Config, error) {
	c := Config{Listen: ":8080", DataDir: "./data", Workers: 4, LeaseTime: 30 * time.Second}
	if v := getenv("JOBD_LISTEN"); v != "" {
		c.Listen = v
	}
	if v := getenv("JOBD_WORKERS"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 {
			return c, fmt.Errorf("JOBD_WORKERS: %q is no number of workers", v)
		}
		c.Workers = n
	}
	return c, nil
}
