package queue

import (
	"errors"
	"testing"
	"time"
)

func TestTheMostUrgentJobIsTakenFirst(t *testing.T) {
	q := newTestQueue(t)
	_ = q.Enqueue(&Job{ID: "low", Priority: 1})
	_ = q.Enqueue(&Job{ID: "high", Priority: 9})
	l, err := q.Take("w", time.Now())
	if err != nil || l.Job.ID != "high" {
		t.Fatalf("took %v, %v", l, err)
	}
}

func TestAJobThatFailsTooOftenIsBuried(t *testing.T) {
	q := newTestQueue(t)
	_ = q.Enqueue(&Job{ID: "a"})
	now := time.Now()
	for i := 0; i < maxAttempts; i++ {
		l, _ := q.Take("w", now)
		_ = q.Fail(l, errors.New("boom"), now)
		now = now.Add(time.Hour)
	}
	if len(q.DeadLetters()) != 1 {
		t.Fatal("not buried")
	}
}

func newTestQueue(t *testing.T) *Queue {
	t.Helper()
	return New(nil, time.Minute)
}
