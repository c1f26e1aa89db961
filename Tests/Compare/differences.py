"""Finds what differs between what two programs published or printed, and tells it apart by topic and member."""

import collections
import itertools
import json
import re

# Of each document the members whose values say nothing.
MASKED = {
    "p1/bridge/info": {"instance", "host", "started", "version"},
    "p1/bridge/health": {"memory", "messages"},
}

# address: command, topic, member and kind; place: case, life and step.
Difference = collections.namedtuple("Difference", "address place old new")


class Comparison:
    """Takes pairs of things that should be equal, and keeps what is not."""

    def __init__(self, old_version, new_version):
        self.versions = old_version, new_version
        self.differences = []
        self.counts = collections.Counter()

    def records(self, place, old, new):
        """What two services published in a life."""
        if (old.exit, new.exit) != (0, 0):
            self._add("run exit status", place, old.exit, new.exit)
        known = {}, {}
        for number, (before, after) in enumerate(itertools.zip_longest(old.steps, new.steps, fillvalue=[])):
            step = f"{place}, step {number}"
            self.messages("run", step, before, after, known)
            self.counts["steps"] += 1
            self.counts["steps in the very same order"] += [m.topic for m in before] == [m.topic for m in after]
            for topic in values_after_document(after) - values_after_document(before):
                self._add(f"run {topic} after its document", step, None, None)
        self.messages("run", f"{place}, at the end", list(old.last.values()), list(new.last.values()))

    def messages(self, command, place, old, new, known=({}, {})):
        """Of each topic its messages, one after the other. `known` are the last ones of both programs."""
        before, after = by_topic(old), by_topic(new)
        for topic in sorted({*before, *after}):
            address = f"{command} {without_id(topic)}"
            for left, right in itertools.zip_longest(before[topic], after[topic]):
                self.counts["messages"] += 1
                if left is None or right is None:
                    self._single(address, place, left or known[0].get(topic), right or known[1].get(topic), left is None)
                elif left != right:
                    self.values(f"{address} QoS", place, left.qos, right.qos)
                    self.values(f"{address} retain", place, left.retain, right.retain)
                    self.texts(address, place, left.payload, right.payload, MASKED.get(topic, ()))
                known[0][topic], known[1][topic] = left or known[0].get(topic), right or known[1].get(topic)

    def _single(self, address, place, old, new, is_more):
        """A message of one program only: of a document what it changes against the last one of the other."""
        old, new = (message and message.payload for message in (old, new))
        if old and new and old != new and read_json(old) and read_json(new):
            self.texts(address, place, old, new)
        elif is_more:
            self._add(f"{address} more messages", place, None, new)
        else:
            self._add(f"{address} fewer messages", place, old, None)

    def texts(self, address, place, old, new, masked=()):
        """Two payloads or lines: of JSON each member by itself, every number with the digits that were sent."""
        if old == new:
            return
        left, right = read_json(old), read_json(new)
        if left is None or right is None:
            return self._add(f"{address} payload", place, old, new)
        before = len(self.differences)
        left, right = ({name: part[name] for name in part if name not in masked} if masked else part for part in (left, right))
        self._members(address, "", place, left, right)
        if len(self.differences) == before and not masked and not any(v.encode() in old for v in self.versions):
            self._add(f"{address} order or spelling of JSON", place, old, new)

    def values(self, address, place, old, new):
        if old != new:
            self._add(address, place, old, new)

    def _members(self, address, path, place, old, new):
        if isinstance(old, dict) and isinstance(new, dict):
            for name in {**old, **new}:
                self._members(address, f"{path}/{name}", place, old.get(name, ABSENT), new.get(name, ABSENT))
        elif isinstance(old, list) and isinstance(new, list):
            for index, (left, right) in enumerate(itertools.zip_longest(old, new, fillvalue=ABSENT)):
                self._members(address, f"{path}/{index}", place, left, right)
        elif old != new and (old, new) != self.versions:
            kind = " added" if old is ABSENT else " missing" if new is ABSENT else ""
            self._add(f"{address} {path}{kind}", place, old, new)

    def _add(self, *difference):
        self.differences.append(Difference(*difference))


class Absent:
    def __repr__(self):
        return "nothing"


ABSENT = Absent()


def read_json(payload):
    """An object or a list, with numbers as they are spelled; `None` for anything else."""
    if payload[:1] not in (b"{", b"["):
        return None
    try:
        return json.loads(payload, parse_float=Number, parse_int=Number)
    except ValueError:
        return None


class Number(str):
    def __repr__(self):
        return str(self)


def by_topic(messages):
    topics = collections.defaultdict(list)
    for message in messages:
        topics[message.topic].append(message)
    return topics


def without_id(topic):
    """Every meter has a device of its own."""
    return re.sub(r"^(homeassistant/device/p1mqtt_)[^/]*", r"\1ID", topic)


def values_after_document(messages):
    """Topics of values that came later than the document of their meter, which marks them as complete."""
    late, documented = set(), set()
    for topic in (message.topic for message in messages):
        meter = "p1/beat/" if topic.startswith("p1/beat/") else "p1/"
        path = topic.removeprefix(meter)
        if path == "json":
            documented.add(meter)
        elif meter in documented and topic.startswith(meter) and not re.match(r"bridge/|event/|raw$|unknown/|(.*/)?availability$", path):
            late.add(topic)
    return late


class Accepted:
    """The differences that are meant: a regular expression and a reason on each line, between them a `#`."""

    def __init__(self, path=None):
        self.rules = []
        for number, line in enumerate(open(path, encoding="utf-8") if path else [], 1):
            if not line.strip() or line.startswith("#"):
                continue
            pattern, separator, reason = line.partition(" # ")
            if not separator or not reason.strip():
                raise SystemExit(f"{path}:{number}: a reason is missing: REGEX # REASON")
            self.rules.append((re.compile(pattern.strip()), reason.strip()))
        self.uses = collections.Counter()

    def reason(self, difference):
        for pattern, reason in self.rules:
            if pattern.search(f"{difference.address} @ {difference.place}"):
                self.uses[pattern.pattern] += 1
                return reason
        return None


def report(comparison, accepted, output):
    """Prints each kind of difference with its first example. Returns whether nothing differs but what is accepted."""
    kinds = collections.defaultdict(list)
    reasons = collections.Counter()
    for difference in comparison.differences:
        reason = accepted.reason(difference)
        if reason:
            reasons[reason] += 1
        else:
            kinds[difference.address].append(difference)
    for address, differences in sorted(kinds.items(), key=lambda item: -len(item[1])):
        first = differences[0]
        cases = len({difference.place.split(",")[0] for difference in differences})
        print(f"\n{len(differences)} x in {cases} cases: {address}\n  first: {first.place}", file=output)
        print(f"    old: {short(first.old)}\n    new: {short(first.new)}", file=output)
    if kinds or reasons:
        print(file=output)
    for reason, count in reasons.most_common():
        print(f"accepted, {count} x: {reason}", file=output)
    for pattern, _ in accepted.rules:
        if not accepted.uses[pattern.pattern]:
            print(f"accepted, but it does not occur: {pattern.pattern}", file=output)
    for what, count in comparison.counts.items():
        print(f"{count} {what}", file=output)
    print(f"{sum(map(len, kinds.values()))} differences of {len(kinds)} kinds", file=output)
    return not kinds


def short(value, limit=240):
    text = repr(value)
    return text if len(text) <= limit else text[:limit] + " ..."
