import P1Parser

/// The lists of a telegram in the JSON shape of node-p1-reader.
enum HistoryJSON {
    static func failureLog(_ log: FailureLog, _ times: Document.Times) -> [UInt8] {
        JSONWriter.object {
            $0.member("count", log.count)
            $0.member("log", array: log.failures) { json, failure in
                let end = failure.end.map(times.utc)
                json.object {
                    $0.member("startOfFailure", time: end.map { $0 - failure.duration })
                    $0.member("endOfFailure", time: end)
                    $0.member("duration", failure.duration)
                    $0.member("unit", "s")
                }
            }
        }
    }

    static func profile(_ profile: CapturedProfile, of telegram: Telegram, _ times: Document.Times) -> [UInt8] {
        JSONWriter.object {
            $0.member("count", profile.count)
            $0.member("entries", array: profile.entries) { json, entry in
                json.object {
                    $0.member("timestamp", time: entry.time.map(times.utc))
                    $0.member("values", array: entry.values) { json, value in
                        json.object { write(value, of: telegram, into: &$0) }
                    }
                }
            }
        }
    }

    private static func write(_ value: CapturedProfile.Value, of telegram: Telegram, into json: inout JSONWriter) {
        json.member("obis", value.code?.description)
        switch value.content {
        case .number(let number, let unit):
            json.member("value", number)
            json.member("unit", unit.rawValue)
        case .text(let text):
            json.member("value", telegram.string(text))
            json.member("unit", String?.none)
        }
    }

    static func peaks(_ history: PeakHistory, _ times: Document.Times) -> [UInt8] {
        JSONWriter.object {
            $0.member("count", history.count)
            $0.member("months", array: history.peaks) { json, peak in
                json.object {
                    $0.member("month", time: peak.monthEnd.map(times.utc))
                    $0.member("timestamp", time: peak.occurred.map(times.utc))
                    $0.member("value", peak.power)
                    $0.member("unit", "kW")
                }
            }
        }
    }
}
