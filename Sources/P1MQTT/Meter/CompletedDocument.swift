package import P1Parser

/// What a telegram means, complete: interpreted, judged by the guard, with all that is derived. Nothing changes it any
/// more; everything that is published of a telegram comes from here.
package struct CompletedDocument: Sendable {
    /// The value at each place of `DocumentLayout.shared`.
    package private(set) var values: [Document.Value?]
    /// Codes that the catalogue does not know, with their groups as sent.
    package let unknown: [(code: String, groups: String)]
    /// Registers that the guard holds back: they show their last accepted value and are not published.
    package let held: [DocumentLayout.Slot]
    /// What its telegram follows.
    package let dialect: Dialect
    /// Whether the checksum of its telegram was right; one without may say anything.
    let isChecked: Bool
    /// Seconds that the meter's clock is ahead of the time of arrival; `nil` where one of both is not known.
    package let clockOffset: Int64?
    /// What the meter's own clock shows, seconds since 1970 UTC; the time of arrival where it sends none.
    let meterTime: Int64?
    /// What the meters on the M-Bus measure.
    package let mbus: MBusMeters

    /// Only for `Derivation`, which completes a document.
    init(_ document: consuming Document) {
        values = document.values
        unknown = document.unknown
        held = document.held
        dialect = document.dialect
        isChecked = document.isChecked
        clockOffset = document.clockOffset
        meterTime = document.meterTime
        mbus = document.mbus
    }

    /// The same telegram with other values, as the mean of an interval has.
    func with(_ values: [Document.Value?]) -> CompletedDocument {
        var document = self
        document.values = values
        return document
    }

    /// Its time, seconds since 1970 UTC: the meter's, or that of arrival where it sends none.
    package var time: Int64? {
        if case .time(let time)? = values[Places.timestamp] { time } else { nil }
    }

    package func text(at slot: DocumentLayout.Slot) -> String? {
        if case .text(let text)? = values[slot] { text } else { nil }
    }

    /// The id of a meter as sent; `nil` when it is missing or says nothing: those have no readable form.
    package func id(at places: IdentityPlaces) -> String? {
        values[places.serialNumber] == nil ? nil : text(at: places.equipmentId)
    }
}
