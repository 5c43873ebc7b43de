# What the scripts share: finding Swift, installing what is missing, building without noise.
# Read with 'source'; sets `root`. Everything that is said here goes to standard error.
# shellcheck shell=bash

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)

# Debian's names of what building and running need, and of what the tests need beside it. Elsewhere a
# package counts as installed if its file or program is there; the names are then only a hint.
# shellcheck disable=SC2034 # used by the scripts
build_packages=(libcurl4 libncurses-dev libzstd-dev zlib1g-dev)
# shellcheck disable=SC2034 # used by Scripts/test
test_packages=(tmux)

swift_least=6.2

say() { printf '%s\n' "$*" >&2; }

die() {
  say "Scripts/${0##*/}: $1"
  shift
  local line
  for line in "$@"; do say "  $line"; done
  exit 1
}

# require_swift: stops unless there are git and a Swift that is new enough.
require_swift() {
  command -v git >/dev/null ||
    die "git is not installed; it fetches what traceview depends on." "sudo apt-get install git"
  command -v swift >/dev/null ||
    die "Swift is not installed, or not in PATH; traceview needs $swift_least or newer." \
      "How to get it: https://www.swift.org/install/linux/"
  local text version
  text=$(swift --version 2>&1 </dev/null) || die "'swift --version' fails:" "$text"
  version=$(sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' <<<"$text" | head -n 1)
  [[ -n $version ]] || die "'swift --version' names no version:" "$text"
  [[ $(printf '%s\n' "$swift_least" "$version" | sort -V | head -n 1) == "$swift_least" ]] ||
    die "Swift $version is too old; traceview needs $swift_least or newer." \
      "This one is $(command -v swift)." "A newer one: https://www.swift.org/install/linux/"
}

# is_installed PACKAGE
is_installed() {
  # Loaded at run time: any of its builds will do, and newer systems have another name for it.
  if [[ $1 == libcurl4 ]]; then
    PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep -Eq 'libcurl(-gnutls|-nss)?\.so\.4'
    return
  fi
  if command -v dpkg-query >/dev/null; then
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
    return
  fi
  case $1 in
    libncurses-dev) [[ -e /usr/include/ncurses.h || -e /usr/include/ncursesw/ncurses.h ]] ;;
    libzstd-dev) [[ -e /usr/include/zstd.h ]] ;;
    zlib1g-dev) [[ -e /usr/include/zlib.h ]] ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# require_packages PACKAGE…: installs what is missing, or stops and says what is.
require_packages() {
  local package missing=()
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  ((${#missing[@]} > 0)) || return 0

  local by_hand="sudo apt-get update && sudo apt-get install ${missing[*]}"
  command -v apt-get >/dev/null ||
    die "missing: ${missing[*]} (Debian's names), and there is no apt-get to install it with." \
      "Install what this system calls them; libncurses-dev may be ncurses-devel."
  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      die "missing: ${missing[*]}. You are not root, and there is no sudo. As root, run:" \
        "${by_hand//sudo /}"
    sudo -n true 2>/dev/null ||
      die "missing: ${missing[*]}. sudo asks for a password here. Run:" "$by_hand"
    as_root=(sudo -n)
  fi
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
    apt-get -o DPkg::Lock::Timeout=120 -o Acquire::Retries=2 -o APT::Update::Error-Mode=any)

  say "installing ${missing[*]}…"
  local log status=0 updated=yes
  log=$(mktemp)
  # A fresh system has no lists of packages; without network old ones may do.
  "${apt[@]}" update >"$log" 2>&1 </dev/null || "${apt[@]}" update >"$log" 2>&1 </dev/null ||
    updated=no
  "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >>"$log" 2>&1 </dev/null ||
    status=$?
  if ((status != 0)); then
    cat -- "$log" >&2
    if [[ $updated == no ]] ||
      grep -qE 'Temporary failure|Failed to fetch|Could not (resolve|connect)' "$log"; then
      say "The package servers cannot be reached: is there a network?"
    fi
    rm -f -- "$log"
    die "could not install ${missing[*]} (apt-get's exit status is $status). Run:" "$by_hand"
  fi
  rm -f -- "$log"
}

# quietly COMMAND…: runs a command without input; what it prints is shown, on standard error, only
# if it fails.
quietly() {
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 </dev/null || status=$?
  ((status == 0)) || cat -- "$log" >&2
  rm -f -- "$log"
  return "$status"
}

# build_release PRODUCT…: builds in release mode and says so if that will take a while.
build_release() {
  local product program
  for product in "$@"; do
    program=$root/.build/release/$product
    if [[ ! -x $program ]]; then
      say "building $product (release)… the first time takes a few minutes"
    elif [[ -n $(find "$root/Sources" "$root/Benchmarks" "$root/Package.swift" \
      -newer "$program" -type f -print -quit 2>/dev/null) ]]; then
      say "building $product (release)…"
    fi
    quietly swift build --package-path "$root" -c release --product "$product" ||
      die "$product was not built; see above."
  done
}
