#!/bin/sh
# Runs a command where it may start a PC/SC service of its own: private mount, network and process namespaces, so that
# the machine's service is neither seen nor touched. Needs root. Usage: test/pcsc/namespace.sh <command> [argument…]
#
# NODELAY=route (default) cures the virtual reader's 40 ms with immediate acknowledgements on the loopback route;
# NODELAY=shim leaves the route alone: the rig then starts the service with test/pcsc/nodelay.c; NODELAY=none cures nothing.
set -eu
[ $# -gt 0 ] || { echo "usage: $0 <command> [argument...]" >&2; exit 2; }
if [ "${1}" = --inside ]; then
  shift
  mkdir -p /run/pcscd
  mount -t tmpfs tmpfs /run/pcscd
  ip link set lo up
  if [ "${NODELAY:-route}" = route ]; then
    for to in 127.0.0.0/8 127.0.0.1; do
      ip route replace local "$to" dev lo proto kernel scope host src 127.0.0.1 table local quickack 1
    done
  fi
  export SSCARD_PCSC_NAMESPACE=1
  # Not exec: the kernel drops signals that process 1 has no handler for, and orphans need someone to reap them.
  status=0
  trap 'kill -TERM "$child" 2>/dev/null' TERM INT HUP
  "$@" <&0 &
  child=$!
  while :; do
    status=0
    wait "$child" || status=$?
    kill -0 "$child" 2>/dev/null || break
  done
  exit "$status"
fi
exec unshare --mount --net --pid --fork --mount-proc --kill-child -- "$0" --inside "$@"
