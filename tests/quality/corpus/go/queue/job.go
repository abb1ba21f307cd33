package queue

import "time"

// State is where a job stands.
type State uint8

const (
	Waiting State = iota
	Leased
	Done
	Dead
)

// Job is one piece of work. Its payload means something to its handler only.
type Job struct {
	ID       string
	Kind     string
	Payload  []byte
	Priority int
	Attempts int
	NotBefore time.Time
	State    State
	LastErr  string
}

// Ripe tells whether the job may run now.
func (j *Job) Ripe(now time.Time) bool {
	return j.State == Waiting && !now.Before(j.NotBefore)
}
