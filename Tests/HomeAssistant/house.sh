# What the scripts of this folder share: a broker, the bridge, and Home Assistant, in a folder of their own.
# To be sourced. Everything that it starts ends with the script.
# Expects `program`, the executable, and HA_CHECK, the command that runs Home Assistant: see `run`.

PATH=$PATH:/usr/sbin:/usr/local/sbin
read -r -a ha_options <<<"${HA_CHECK_OPTIONS:-}"
folder=$(mktemp -d)
state=$folder/home-assistant
declare -A children=()
port=

# shellcheck disable=SC2317  # called by the trap
leave() {
    local status=$? name
    trap - EXIT INT TERM HUP
    [ ! -d "$state" ] || "$HA_CHECK" stop --state "$state" >/dev/null 2>&1 || true
    for name in bridge meter broker; do end "$name" TERM; done
    rm -rf "$folder"
    exit "$status"
}
trap leave EXIT
trap 'exit 130' INT TERM HUP

say() { printf '%s\n' "$*"; }

fail() {
    say "FAILED: $*" >&2
    for name in bridge meter broker; do
        [ ! -s "$folder/$name.log" ] || { say "--- last lines of $name:" && tail -n 15 "$folder/$name.log"; } >&2
    done
    exit 1
}

# until_true SECONDS WHAT COMMAND...: asks again and again, for what no message tells of.
until_true() {
    local limit=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        [ "$SECONDS" -lt "$limit" ] || fail "$what did not happen in time"
        sleep 0.1
    done
}

# spawn NAME COMMAND...: a child with a log of its own.
spawn() {
    local name=$1
    shift
    [ -z "${children[$name]:-}" ] || fail "$name runs already"
    "$@" </dev/null >>"$folder/$name.log" 2>&1 &
    children[$name]=$!
    # Else bash reports on its own that a child was killed.
    disown "$!"
}

# end NAME SIGNAL: ends a child, if it runs, and waits until it is gone.
end() {
    local pid=${children[$1]:-} limit=$((SECONDS + 20))
    [ -n "$pid" ] || return 0
    unset "children[$1]"
    kill "-$2" "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null; do
        [ "$SECONDS" -lt "$limit" ] || kill -KILL "$pid" 2>/dev/null || true
        sleep 0.05
    done
}

accepts() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
    local candidate _
    for _ in {1..50}; do
        candidate=$((20000 + RANDOM % 12000))
        accepts "$candidate" || { echo "$candidate" && return 0; }
    done
    fail "no free port"
}

# start_broker: on the port of the one before, if there was one. It keeps its retained messages over a clean stop.
start_broker() {
    [ -n "$port" ] || port=$(free_port)
    cat >"$folder/mosquitto.conf" <<END
listener $port 127.0.0.1
allow_anonymous true
persistence true
persistence_location $folder/
END
    [ "$(id -u)" -ne 0 ] || echo "user root" >>"$folder/mosquitto.conf"
    spawn broker mosquitto -c "$folder/mosquitto.conf"
    until_true 20 "the start of mosquitto" accepts "$port"
}

stop_broker() { end broker TERM; }
forget_retained() { rm -f "$folder/mosquitto.db"; }

# hear SECONDS TOPIC [OPTIONS]: waits for one message on it and prints the payload.
hear() {
    local seconds=$1 topic=$2
    shift 2
    mosquitto_sub -h 127.0.0.1 -p "$port" -t "$topic" -C 1 -W "$seconds" "$@" || fail "no message on $topic within $seconds s"
}

# start_bridge CONFIGURATION [PROGRAM]: returns when two telegrams after the start were published: then all is announced. The
# last that comes is the flow of gas, which takes two readings of the gas meter.
start_bridge() {
    printf '%s\n' "$1" >"$folder/config.json"
    spawn bridge "${2:-$program}" run --config "$folder/config.json"
    [ -z "${gas_interval:-}" ] || hear $((2 * gas_interval + 10)) p1/derived/gas/flow >/dev/null
    hear 60 p1/json -R -C 2 >/dev/null
}

# ha COMMAND OPTIONS: Home Assistant; its words go to a log.
ha() {
    local command=$1
    shift
    "$HA_CHECK" "$command" --state "$state" "$@" >>"$folder/ha-check.log" 2>&1
}

# What of Home Assistant is not looked at.
look_options=(--no-energy --no-statistics)

# look NAME MODE...: asks Home Assistant until all is as it should be.
look() {
    local name=$1 limit=$((SECONDS + 90)) status sub
    shift
    while true; do
        mosquitto_sub -h 127.0.0.1 -p "$port" -t 'p1/#' -t 'homeassistant/device/#' -F '%t %p' >"$folder/seen" 2>/dev/null &
        sub=$!
        status=0
        # Its own verdict is part of what it writes.
        ha dump --wait 0 "${look_options[@]}" --out "$folder/dump.json" || status=$?
        kill "$sub" 2>/dev/null || true
        wait "$sub" 2>/dev/null || true
        [ "$status" -ne 2 ] || fail "$name: Home Assistant does not answer: $(tail -n 20 "$folder/ha-check.log")"
        status=0
        python3 "$here/look.py" "$folder/dump.json" "$folder/seen" "$folder/expected.json" "$@" >"$folder/verdict" || status=$?
        [ "$status" -ne 0 ] || break
        [ "$status" -eq 1 ] && [ "$SECONDS" -lt "$limit" ] || fail "$name: $(head -n 30 "$folder/verdict")"
    done
    say "$name: $(<"$folder/verdict")"
}

start_home_assistant() { ha start --port "$port" "${ha_options[@]}" || fail "Home Assistant does not start: $(tail -n 20 "$folder/ha-check.log")"; }
stop_home_assistant() { ha stop || fail "Home Assistant does not stop"; }
restart_home_assistant() { ha restart || fail "Home Assistant does not restart"; }
