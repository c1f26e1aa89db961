#!/usr/bin/env python3
"""Compares what Home Assistant made of the bridge with what it should be.

Usage: look.py DUMP SEEN EXPECTED MODE [OLD NEW]
DUMP      what `ha-check dump` wrote
SEEN      the topics and payloads on the broker at that time: `mosquitto_sub -F '%t %p'`
EXPECTED  a file with the entities and devices that were there at the first look
MODE      first        writes EXPECTED
          same         the same entities, and the right states
          upgraded     the same, with the statistics that they had, and perhaps new ones; writes EXPECTED
          renamed      the same, with names in another language
          unavailable  the same, and none that says anything but that it is unavailable
          replaced     the same, after the device OLD became NEW; writes EXPECTED
Exit status: 0 as it should be, 1 not (yet), 2 Home Assistant has complained of us.
"""
import collections, datetime, decimal, json, re, sys

# What Home Assistant's own client says when the broker goes, which is no complaint of us: by logger.
BROKER_AWAY = {"homeassistant.components.mqtt.client": re.compile(r"(?i)connect"),
               "homeassistant": re.compile(r"Error talking to MQTT: The client is not currently connected")}

# With a device that had disabled entities Home Assistant (up to 2026.2 at least) deletes its topic once more, and then
# warns of that.
OWN_ECHO = re.compile(r"No device components to cleanup")

# In another language the words of a tariff are other ones: Home Assistant compares the state that it still has with the new
# options, complains once, and takes the next value.
OTHER_WORDS = re.compile(r"_word provides state value '[^']*'")


def same_value(state, payload):
    if state == payload:
        return True
    try:
        return decimal.Decimal(state) == decimal.Decimal(payload)
    except decimal.InvalidOperation:
        pass
    try:
        moment = lambda text: datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).replace(microsecond=0)
        return moment(state) == moment(payload)
    except ValueError:
        return False


def read_seen(path):
    """The payloads of each topic."""
    seen = collections.defaultdict(list)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            topic, _, payload = line.rstrip("\n").partition(" ")
            seen[topic].append(payload)
    return seen


def announced(seen):
    """The components that are announced, by unique_id; those without one are to be removed."""
    components, devices = {}, set()
    for topic, payloads in seen.items():
        if re.fullmatch(r"homeassistant/device/[^/]+/config", topic) and payloads[-1]:
            config = json.loads(payloads[-1])
            devices.update(config["device"]["identifiers"])
            components.update((c["unique_id"], c) for c in config["components"].values() if "unique_id" in c)
    return components, devices


def states(entities, components, seen):
    """Entities whose state is not a payload that was there."""
    for e in entities:
        component = components.get(e["unique_id"], {})
        # Templates make something else of the payload; an event is unknown until there is one.
        if e["disabled_by"] or "value_template" in component or component.get("platform") != "sensor":
            continue
        topic = component["state_topic"]
        payloads = seen.get(topic, [])
        if not any(same_value(str(e["state"]), p) for p in payloads):
            yield f"{e['entity_id']} is {e['state']}, but {topic} was {payloads}"


def statistics(dump):
    """The unit of each entity's statistics, and whether they are sums."""
    return {s["statistic_id"]: [s["statistics_unit_of_measurement"], s.get("has_sum")] for s in dump.get("statistic_ids", [])}


def main():
    dump_path, seen_path, expected_path, mode, *swap = sys.argv[1:]
    with open(dump_path) as f:
        dump = json.load(f)["phases"]["dump"]
    seen = read_seen(seen_path)
    components, devices_announced = announced(seen)
    entities = dump["entities"]
    ids = {e["unique_id"]: e["entity_id"] for e in entities}
    names = {e["unique_id"]: f"{e['device']} {e['original_name']}" for e in entities}
    devices = sorted(i[1] for d in dump["devices"] for i in d["identifiers"] if i[0] == "mqtt")

    complaints = [p for p in dump["problems"] if p["kind"] == "log"
                  and not (p["logger"] in BROKER_AWAY and BROKER_AWAY[p["logger"]].search(p["what"]))
                  and not OTHER_WORDS.search(p["what"])
                  and not (mode == "replaced" and OWN_ECHO.search(p["what"]))]
    if complaints:
        print("\n".join(f"{p['level']} {p['logger']}: {p['what']}" for p in complaints))
        return 2

    wrong = []
    if mode == "first":
        expected = {"ids": ids, "names": names, "devices": devices, "statistics": statistics(dump)}
    else:
        with open(expected_path) as f:
            expected = json.load(f)
    if mode == "replaced":
        new = lambda text: text.replace(*swap)
        expected["ids"] = {new(u): i for u, i in expected["ids"].items()}
        expected["names"] = {new(u): n for u, n in expected["names"].items()}
        expected["devices"] = sorted(map(new, expected["devices"]))
    for what, have, want in (("entity", ids, expected["ids"]), ("device", dict.fromkeys(devices), dict.fromkeys(expected["devices"]))):
        wrong += [f"{what} {x} is gone" for x in want if x not in have]
        wrong += [f"{what} {x} is new" for x in have if x not in want and mode != "upgraded"]
        wrong += [f"{what} {x} is {have[x]}, was {want[x]}" for x in want if x in have and have[x] != want[x]]
    wrong += [f"entity {u} is an orphan" for u in ids if u not in components]
    wrong += [f"device {d} is an orphan" for d in devices if d not in devices_announced]
    if mode == "renamed":
        same = [n for u, n in names.items() if expected["names"].get(u) == n]
        wrong += [f"not one name has changed, {n} neither" for n in same[:1] if len(same) == len(names)]
    else:
        old = {**names, **expected["names"]} if mode == "upgraded" else expected["names"]
        wrong += [f"{u} is called {n}, was {old.get(u)}" for u, n in names.items() if old.get(u) != n]
    if mode == "upgraded":
        have = statistics(dump)
        wrong += [f"statistics of {i} are {have.get(i)}, were {s}" for i, s in expected["statistics"].items() if not have.get(i) == s]
        expected = {"ids": ids, "names": names, "devices": devices, "statistics": have}

    if mode == "unavailable":
        # The connection of the bridge itself is the one thing that is known; an event stays what it was.
        wrong += [f"{e['entity_id']} is {e['state']}" for e in entities if not e["disabled_by"]
                  and components.get(e["unique_id"], {}).get("platform") != "event"
                  and e["state"] != ("off" if e["unique_id"].endswith("_state") else "unavailable")]
    else:
        wrong += [json.dumps(p, ensure_ascii=False) for p in dump["problems"] if p["kind"] != "log"]
        wrong += states(entities, components, seen)
    if wrong:
        print("\n".join(wrong))
        return 1
    if mode in ("first", "upgraded", "replaced"):
        with open(expected_path, "w") as f:
            json.dump(expected, f)
    print(f"{len(devices)} devices, {len(ids)} entities")
    return 0


if __name__ == "__main__":
    sys.exit(main())
