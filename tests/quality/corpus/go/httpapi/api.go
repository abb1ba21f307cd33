package httpapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"example.org/jobd/queue"
)

type api struct{ q *queue.Queue }

// New returns the routes of the service.
func New(q *queue.Queue) http.Handler {
	a := &api{q}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /jobs", a.enqueue)
	mux.HandleFunc("POST /leases", a.lease)
	mux.HandleFunc("GET /dead", a.dead)
	mux.HandleFunc("POST /dead/{id}/revive", a.revive)
	return logged(limited(mux, 1<<20))
}

func (a *api) enqueue(w http.ResponseWriter, r *http.Request) {
	var j queue.Job
	if err := json.NewDecoder(r.Body).Decode(&j); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := a.q.Enqueue(&j); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

func (a *api) lease(w http.ResponseWriter, r *http.Request) {
	l, err := a.q.Take(r.Header.Get("X-Worker"), time.Now())
	if errors.Is(err, queue.ErrEmpty) {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	reply(w, l)
}

func (a *api) dead(w http.ResponseWriter, _ *http.Request) { reply(w, a.q.DeadLetters()) }

func (a *api) revive(w http.ResponseWriter, r *http.Request) {
	if !a.q.Revive(r.PathValue("id")) {
		http.NotFound(w, r)
	}
}

func reply(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}
