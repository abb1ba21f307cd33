package queue

// DeadLetters returns what was given up, oldest first.
func (q *Queue) DeadLetters() []*Job {
	q.mu.Lock()
	defer q.mu.Unlock()
	return append([]*Job(nil), q.dead...)
}

// Revive puts a buried job back as if it had never been tried.
func (q *Queue) Revive(id string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, j := range q.dead {
		if j.ID == id {
			q.dead = append(q.dead[:i], q.dead[i+1:]...)
			j.Attempts, j.State = 0, Waiting
			q.waiting.Push(j)
			return true
		}
	}
	return false
}
