import HeapModule

/// When each of many things is due, without a look at those that are not.
///
/// Most of them are due later each time that they are asked, as a meter whose silence would be noticed: that costs nothing
/// here. Only an earlier time is noted, and at the noted time the thing is asked again.
struct DueTimes {
    private struct Entry: Comparable {
        let time: Int64
        let place: Int

        static func < (left: Entry, right: Entry) -> Bool { (left.time, left.place) < (right.time, right.place) }
    }

    private var heap = Heap<Entry>()
    /// For each place the noted time; of its entries only that with this time counts.
    private var noted: [Int64] = []

    /// Makes room for one more place, the last one.
    mutating func add() { noted.append(.max) }

    /// Nothing of a place is due any more.
    mutating func clear(_ place: Int) { noted[place] = .max }

    /// Something of a place is due at this time, or not earlier.
    mutating func note(_ time: Int64, of place: Int) {
        guard time < noted[place] else { return }
        noted[place] = time
        heap.insert(Entry(time: time, place: place))
    }

    /// The next time at which a place is to be asked; `.max`: none is.
    var next: Int64 { heap.min?.time ?? .max }

    /// The places whose noted time has come, in the order of the times. They have to be noted anew.
    mutating func take(until now: Int64) -> [Int] {
        var places: [Int] = []
        while let first = heap.min, first.time <= now {
            heap.removeMin()
            guard noted[first.place] == first.time else { continue }
            noted[first.place] = .max
            places.append(first.place)
        }
        return places
    }
}
