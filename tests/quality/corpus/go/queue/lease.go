package queue

import "time"

// Lease gives one worker the right to a job for a while.
type Lease struct {
	Job   *Job
	Owner string
	Until time.Time
}

// Extend is the heartbeat of a long job.
func (q *Queue) Extend(l *Lease, now time.Time) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.leases[l.Job.ID] != l {
		return ErrLeaseLost
	}
	l.Until = now.Add(q.leaseTime)
	return nil
}

func (q *Queue) reap(now time.Time) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := 0
	for id, l := range q.leases {
		if now.After(l.Until) {
			delete(q.leases, id)
			l.Job.State = Waiting
			l.Job.Attempts++
			q.waiting.Push(l.Job)
			n++
		}
	}
	return n
}
