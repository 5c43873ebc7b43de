# The clients that the tests of receivers run: a virtual environment of Python with what PyPI has of them.
# Read with 'source', behind setup.sh.
# shellcheck shell=bash

# make_clients: makes .build/clients-venv, which is kept between runs, or says why it cannot; the tests
# then say that they were skipped.
make_clients() {
  local folder=$root/.build/clients-venv
  local list=$root/Tests/TraceReceiversTests/clients/requirements.txt
  if cmp -s -- "$list" "$folder/requirements.txt"; then return 0; fi
  if ! command -v python3 >/dev/null; then
    say "SKIPPED: real clients: there is no python3"
    return 0
  fi
  say "installing the clients of the receivers' tests…"
  rm -rf -- "$folder"
  local log
  log=$(mktemp)
  if python3 -m venv "$folder" >"$log" 2>&1 &&
    "$folder/bin/pip" install --quiet --disable-pip-version-check --retries 2 --timeout 20 \
      --requirement "$list" >>"$log" 2>&1 </dev/null; then
    cp -- "$list" "$folder/requirements.txt"
  else
    say "SKIPPED: real clients: they could not be installed from PyPI:"
    tail -n 3 -- "$log" >&2
    rm -rf -- "$folder"
  fi
  rm -f -- "$log"
}
