/// What the people of a household switch on in one day, by the clock on the wall. It is drawn anew for each day, always
/// in the same order, so that the same seed and day give the same runs.
struct HouseholdDay: Sendable {
    private(set) var electricity: [ApplianceRun] = []
    private(set) var gas: [ApplianceRun] = []
    private var dice: NoiseSequence

    /// Seconds since 1970 of its midnight; the other times are seconds after it.
    private let midnight: Int64
    private let wake: Int64
    private let bed: Int64
    private let isWeekend: Bool
    /// Whether somebody is in during working hours.
    private let isHome: Bool

    /// - Parameters:
    ///   - day: since 1970.
    ///   - noise: that of the household.
    init(_ day: Int64, noise: MeterNoise) {
        var dice = noise.sequence(.day, day)
        midnight = day * 86_400
        // Day 0 was a Thursday.
        isWeekend = (day + 3) % 7 >= 5
        isHome = isWeekend || dice.chance(40)
        wake = isWeekend ? dice.number(in: 27_600...32_400) : dice.number(in: 22_800...25_200)
        bed = dice.number(in: 80_400...83_400) + (isWeekend ? 1800 : 0)
        self.dice = dice
        addCooling()
        addLampsAndScreens()
        addBreakfast()
        addHotDrinks()
        addDinner()
        addLaundry()
        addWarmWater()
    }

    /// Adds something that is on.
    ///
    /// - Parameters:
    ///   - watts: while it is on.
    ///   - phase: that it is connected to, 0 to 2.
    ///   - start: seconds after midnight.
    ///   - duration: in seconds.
    ///   - cycle: of how many seconds it is on for how many; `nil`: all the time.
    private mutating func use(
        _ watts: Int64, on phase: Int, at start: Int64, for duration: Int64, cycle: (on: Int64, of: Int64) = (1, 1),
        onlyInDark: Bool = false
    ) {
        electricity.append(
            ApplianceRun(
                start: midnight + start, end: midnight + start + duration, amount: watts, phase: phase, period: cycle.of, on: cycle.on,
                isOnlyInDark: onlyInDark))
    }

    private mutating func tap(_ millilitres: Int64, at start: Int64, for duration: Int64) {
        gas.append(ApplianceRun(start: midnight + start, end: midnight + start + duration, amount: millilitres))
    }
}

// MARK: - Electricity

extension HouseholdDay {
    private mutating func addCooling() {
        // Refrigerator and freezer.
        let refrigerator = dice.number(in: 2700...3300)
        use(95, on: 0, at: 0, for: 86_400, cycle: (refrigerator * 38 / 100, refrigerator))
        let freezer = dice.number(in: 3600...4500)
        use(75, on: 2, at: 0, for: 86_400, cycle: (freezer * 30 / 100, freezer))
    }

    private mutating func addLampsAndScreens() {
        use(dice.number(in: 60...120), on: 0, at: wake, for: 5400, onlyInDark: true)
        use(dice.number(in: 110...190), on: 0, at: 55_800, for: bed - 55_800, onlyInDark: true)
        use(dice.number(in: 25...45), on: 2, at: 61_200, for: bed - 61_200 - 1200, onlyInDark: true)
        use(dice.number(in: 40...70), on: 1, at: wake, for: bed - wake)
        if isHome, !isWeekend { use(dice.number(in: 90...130), on: 2, at: 31_500, for: 30_600) }
        let evening = dice.number(in: 68_400...72_000)
        use(dice.number(in: 120...180), on: 1, at: evening, for: bed - evening - 600)
    }

    private mutating func addBreakfast() {
        let start = wake + dice.number(in: 900...1800)
        use(dice.number(in: 2000...2200), on: 1, at: start, for: dice.number(in: 150...200))
        use(1350, on: 0, at: start + 240, for: 80)
        if dice.chance(60) { use(900, on: 2, at: start + 300, for: 150) }
        if dice.chance(50) { use(1500, on: 2, at: wake + dice.number(in: 420...800), for: dice.number(in: 200...330)) }
    }

    private mutating func addHotDrinks() {
        var times = [dice.number(in: 71_400...76_200)]
        if isHome { times += [dice.number(in: 36_000...39_600), dice.number(in: 54_000...57_600)] }
        if isWeekend { times.append(dice.number(in: 48_600...51_000)) }
        for time in times { use(dice.number(in: 2000...2200), on: 1, at: time, for: dice.number(in: 150...200)) }
        if isHome, dice.chance(70) { use(1200, on: 2, at: dice.number(in: 43_800...46_200), for: dice.number(in: 150...300)) }
    }

    private mutating func addDinner() {
        let start = dice.number(in: 62_400...67_200)
        let hob = dice.number(in: 1500...2100)
        use(1900, on: 2, at: start, for: 300)
        use(hob, on: 2, at: start + 300, for: dice.number(in: 1200...2100), cycle: (dice.number(in: 16...24), 40))
        if dice.chance(isWeekend ? 75 : 50) {
            let oven = start - dice.number(in: 0...900)
            use(2350, on: 0, at: oven, for: 600)
            use(2350, on: 0, at: oven + 600, for: dice.number(in: 1500...2700), cycle: (60, 180))
        }
        guard dice.chance(65) else { return }
        // The dishwasher heats twice.
        let dishes = dice.number(in: 70_200...74_400)
        use(2000, on: 2, at: dishes, for: 840)
        use(110, on: 2, at: dishes + 840, for: 2400)
        use(2000, on: 2, at: dishes + 3240, for: 720)
        use(60, on: 2, at: dishes + 3960, for: 1200)
    }

    private mutating func addLaundry() {
        if isWeekend, dice.chance(60) { use(850, on: 1, at: dice.number(in: 37_200...43_200), for: dice.number(in: 720...1200)) }
        guard dice.chance(isWeekend ? 80 : 45) else { return }
        let start = isHome ? dice.number(in: 32_400...37_800) : dice.number(in: 66_600...70_200)
        let heating = dice.number(in: 960...1320)
        let turning = dice.number(in: 2700...3600)
        use(2000, on: 1, at: start, for: heating)
        use(200, on: 1, at: start + heating, for: turning, cycle: (22, 30))
        use(450, on: 1, at: start + heating + turning, for: 480)
        guard dice.chance(60) else { return }
        // The dryer has a heat pump.
        use(650, on: 0, at: start + heating + turning + 1200, for: dice.number(in: 4800...6000))
    }
}

// MARK: - Gas

extension HouseholdDay {
    /// Showers in the morning and sometimes in the evening, the kitchen in between.
    private mutating func addWarmWater() {
        let shower = wake + dice.number(in: 300...600)
        tap(480, at: shower, for: dice.number(in: 330...480))
        if dice.chance(70) { tap(480, at: shower + 900, for: dice.number(in: 330...480)) }
        if dice.chance(45) { tap(480, at: dice.number(in: 74_400...79_200), for: dice.number(in: 330...540)) }
        tap(350, at: wake + 2400, for: dice.number(in: 40...90))
        tap(350, at: dice.number(in: 68_400...70_200), for: dice.number(in: 120...240))
        if isHome { tap(350, at: dice.number(in: 45_000...48_600), for: dice.number(in: 40...120)) }
    }
}
