# Sourced by app/run and the tests' run scripts: which packages of Debian 12 they need, and the installing of those that
# are missing. What it says goes to standard error, so that the output of what is run stays clean.

APP_PACKAGES=(g++ cmake ninja-build ccache mold libboost1.81-dev libfmt-dev libspdlog-dev libyaml-cpp-dev libcli11-dev
  libcpp-httplib-dev nlohmann-json3-dev rapidjson-dev libcurl4-openssl-dev libssl-dev libsqlite3-dev librabbitmq-dev pkg-config)
BENCH_PACKAGES=("${APP_PACKAGES[@]}" doctest-dev python3 libbenchmark-dev libsigc++-3.0-dev nats-server libnats-dev
  rabbitmq-server python3-pika)
# Node comes with npm where it is not of Debian, and then the two packages of Debian exclude it.
command -v npm >/dev/null || BENCH_PACKAGES+=(nodejs npm)
# The benchmarks are built with the tests, so that they cannot rot.
TEST_PACKAGES=("${BENCH_PACKAGES[@]}" clang-14 libclang-rt-14-dev clang-format-14 python3-jsonschema curl git
  sqlite3 python3-aio-pika)

# install_packages NAME…: a no-op within milliseconds when all are there.
install_packages() {
  local missing=() package
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    for package in g++ cmake ninja; do
      command -v "$package" >/dev/null || missing+=("$package")
    done
    if ((${#missing[@]})); then
      echo "This is not a Debian system, and ${missing[*]} cannot be found. Install what these packages hold: $*" >&2
      exit 1
    fi
    return
  fi

  local installed
  installed=$(dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    grep --quiet --line-regexp --fixed-strings "installed $package" <<<"$installed" || missing+=("$package")
  done
  ((${#missing[@]})) || return 0

  local as_root=()
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      echo "These packages are missing, and installing them takes root or sudo: ${missing[*]}" >&2
      exit 1
    fi
    as_root=(sudo)
  fi
  echo "Installing ${missing[*]} …" >&2
  local log
  log=$(mktemp)
  if ! { "${as_root[@]}" apt-get update &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${missing[@]}"; } \
    >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    echo "Installing failed; the packages that are needed: ${missing[*]}" >&2
    exit 1
  fi
  rm -f "$log"
}

# quietly COMMAND…: shows what the command says, on standard error, only when it fails.
quietly() {
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 || status=$?
  ((status == 0)) || cat "$log" >&2
  rm -f "$log"
  return $status
}

# build PRESET TARGET…: configures build/PRESET if that was not done, and builds. One build at a time uses the folder.
# With WHOLE=yes it is configured anew, with every module, whatever was left out before.
build() {
  local preset=$1
  shift
  mkdir -p "$ASHLAR_ROOT/build"
  (
    flock 9
    cd "$ASHLAR_ROOT"
    if [[ ! -e build/$preset/build.ninja || ${WHOLE:-} ]]; then
      quietly cmake --preset "$preset" ${WHOLE:+-DASHLAR_MODULES=} || exit
    fi
    quietly cmake --build "build/$preset" --target "$@"
  ) 9>"$ASHLAR_ROOT/build/$preset.lock"
}
