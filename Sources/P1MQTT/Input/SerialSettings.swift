/// A serial port. `nil` stands for `"auto"`: found from the bytes.
package struct SerialSettings: Sendable, Equatable {
    /// A device, or a glob that matches exactly one.
    package var path: String
    package var baudRate: Int?
    package var parity: Parity?
    /// 7 or 8.
    package var dataBits: Int?
    /// 1 or 2.
    package var stopBits: Int?

    package init(path: String, baudRate: Int? = nil, parity: Parity? = nil, dataBits: Int? = nil, stopBits: Int? = nil) {
        self.path = path
        self.baudRate = baudRate
        self.parity = parity
        self.dataBits = dataBits
        self.stopBits = stopBits
    }
}

package enum Parity: String, Sendable, CaseIterable {
    case none, even, odd
}
