// Package queue keeps jobs in order of priority and leases them to workers.
package queue

import (
	"container/heap"
	"errors"
	"sync"
	"time"

	"example.org/jobd/internal/backoff"
	"example.org/jobd/store"
)

var (
	ErrEmpty     = errors.New("queue: nothing to do")
	ErrLeaseLost = errors.New("queue: the lease belongs to somebody else now")
)

const maxAttempts = 8

// Queue is safe for use by many goroutines.
type Queue struct {
	mu        sync.Mutex
	waiting   jobHeap
	leases    map[string]*Lease
	dead      []*Job
	log       *store.Log
	leaseTime time.Duration
	wake      chan struct{}
}

func New(log *store.Log, leaseTime time.Duration) *Queue {
	return &Queue{leases: map[string]*Lease{}, log: log, leaseTime: leaseTime, wake: make(chan struct{}, 1)}
}

// Enqueue writes a job to disk and makes it visible to workers.
func (q *Queue) Enqueue(j *Job) error {
	if err := q.log.Append("enqueue", j.ID, j.Payload); err != nil {
		return err
	}
	q.mu.Lock()
	heap.Push(&q.waiting, j)
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
	return nil
}

// Take leases the most urgent job that is ripe.
func (q *Queue) Take(owner string, now time.Time) (*Lease, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, j := range q.waiting {
		if j.Ripe(now) {
			heap.Remove(&q.waiting, i)
			j.State = Leased
			l := &Lease{Job: j, Owner: owner, Until: now.Add(q.leaseTime)}
			q.leases[j.ID] = l
			return l, nil
		}
	}
	return nil, ErrEmpty
}

// Complete ends a job for good.
func (q *Queue) Complete(l *Lease) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.leases[l.Job.ID] != l {
		return ErrLeaseLost
	}
	delete(q.leases, l.Job.ID)
	l.Job.State = Done
	return q.log.Append("done", l.Job.ID, nil)
}

// Fail puts a job back, to be tried later, or buries it after too many attempts.
func (q *Queue) Fail(l *Lease, cause error, now time.Time) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.leases[l.Job.ID] != l {
		return ErrLeaseLost
	}
	delete(q.leases, l.Job.ID)
	j := l.Job
	j.Attempts++
	j.LastErr = cause.Error()
	if j.Attempts >= maxAttempts {
		j.State = Dead
		q.dead = append(q.dead, j)
		return q.log.Append("dead", j.ID, nil)
	}
	j.State = Waiting
	j.NotBefore = now.Add(backoff.Delay(j.Attempts))
	heap.Push(&q.waiting, j)
	return nil
}

// Wake is readable when there may be something to take.
func (q *Queue) Wake() <-chan struct{} { return q.wake }

// Len returns how many jobs wait.
func (q *Queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}
