/// W on each of three phases, negative into the grid.
struct PhasePower: Sendable, Equatable {
    var l1: Int64
    var l2: Int64
    var l3: Int64

    var total: Int64 { l1 + l2 + l3 }
}
