package import P1Parser

/// From the accepted telegrams of one meter to what they mean for a home: interpret, let the guard judge, derive. This is
/// the one order in which every command does it.
package struct TelegramInterpreter: Sendable {
    /// What is known of the meter beforehand, and what is wanted of its telegrams.
    package struct Options: Sendable {
        /// Minutes that the meter's standard time is ahead of UTC; `nil`: what is known of the meter, else +01:00.
        package var utcOffset: Int?
        /// Whether a time without a flag follows summer time; `nil`: what is known of the meter.
        package var summerTime: SummerTime?
        /// Which clock the time of a telegram is taken from.
        package var clock = TelegramClock.meter
        /// The equipment id of the gas meter that stands under `gas` when there are several.
        package var gasMeter: String?
        /// Whether the telegrams follow one another, as those of a live meter do: then another meter on the M-Bus has to be
        /// confirmed. In a capture each stands for itself.
        package var isLive = false
        /// Whether registers that jump are held back.
        package var `guard` = GuardSettings(enabled: false)
        /// kW that each month counts at least in the capacity tariff.
        package var minimumMonthPeak = PublishSettings().minimumMonthPeak
        /// Whether control characters are taken out of texts: for what is published.
        package var cleansTexts = false

        package init(utcOffset: Int? = nil) {
            self.utcOffset = utcOffset
        }
    }

    private let cleansTexts: Bool
    private var context: Document.Context
    private var registers: RegisterGuard?
    private var derivation: Derivation

    package init(_ options: Options) {
        cleansTexts = options.cleansTexts
        context = Document.Context(
            utcOffset: options.utcOffset, summerTime: options.summerTime, clock: options.clock,
            channels: MBusChannels(telegrams: options.isLive ? MBusChoice.telegrams : 1), choice: MBusChoice(gasMeter: options.gasMeter))
        registers = options.guard.enabled ? RegisterGuard(maximumPower: options.guard.maximumPower) : nil
        derivation = Derivation(minimumMonthPeak: options.minimumMonthPeak)
    }

    /// Takes the next telegram.
    ///
    /// - Parameter arrival: when it came, seconds since 1970; `nil` for a capture.
    /// - Returns: what it means, and the registers that the guard began to hold back.
    package mutating func complete(_ telegram: Telegram, arrival: Int64?) -> (document: CompletedDocument, holds: [RegisterHold]) {
        context.arrival = arrival
        var document = Document(telegram, &context)
        if cleansTexts { document.cleanTexts() }
        let holds = registers?.judge(&document) ?? []
        // Given away: a copy of all values would be made for the first that is derived.
        return (derivation.complete(consume document), holds)
    }

    /// Takes the document that an earlier run published as what came before the first telegram.
    package mutating func recall(_ earlier: JSONTree) {
        context.recall(earlier)
        registers?.recall(earlier)
        derivation.recall(earlier)
    }
}
