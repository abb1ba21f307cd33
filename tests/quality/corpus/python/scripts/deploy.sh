#!/usr/bin/env bash
# Puts a new version on the upload hosts, one after the other.
set -euo pipefail

wait_until_healthy() {
  local host=$1
  for _ in $(seq 30); do
    curl -fsS "https://$host/health" >/dev/null && return 0
    sleep 2
  done
  return 1
}

roll_out() {
  for host in "$@"; do
    ssh "$host" "systemctl stop dropbay && pip install -U dropbay && systemctl start dropbay"
    wait_until_healthy "$host" || { echo "$host does not come back" >&2; exit 1; }
  done
}

roll_out "$@"
