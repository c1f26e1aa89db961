package import P1MQTTMeter

/// What listens on a port: for the loop that serves it one descriptor, however many are connected.
package protocol PortService: AnyObject {
    /// Readable when there is something to serve; `nil`: nothing for now.
    var descriptor: CInt? { get }
    /// Monotonic milliseconds at which it is to be served although it is not readable; `nil`: never.
    var deadline: Int64? { get }
    /// Does what is to be done, without waiting.
    func serve(at now: Moment)
}
