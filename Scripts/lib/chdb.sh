# install_chdb: the engine of ClickHouse for Python, for the test that asks it for spans. Says so and
# goes on if it cannot be installed; the test then says that it was skipped.
# Read with 'source', after setup.sh.
# shellcheck shell=bash

# PyPI's chdb: 900 MB on disk, once for each clone.
chdb_version=4.4.0

install_chdb() {
  local folder=$root/.build/chdb-venv
  [[ ! -e $folder/$chdb_version ]] || return 0
  say "installing chdb $chdb_version for the tests…"
  rm -rf -- "$folder"
  if quietly python3 -m venv "$folder" &&
    quietly "$folder/bin/pip" install --quiet --disable-pip-version-check "chdb==$chdb_version"; then
    touch -- "$folder/$chdb_version"
  else
    rm -rf -- "$folder"
    say "chdb cannot be installed (python3-venv or PyPI is not there): ClickHouse is tested without its engine."
  fi
}
