package import P1MQTTMeter

/// What is fed with the bytes of one source: the pipeline of one meter. Called on the input thread only.
package protocol ChunkConsumer: AnyObject {
    /// Bytes in the portions in which they came, without parity bits and telnet commands. Valid during the call only.
    func receive(_ chunk: UnsafeRawBufferPointer, at now: Moment)
    /// The source was opened, for the first time or anew: no byte belongs to those before.
    func begin(at now: Moment)
    /// The state of the source has changed.
    func report(_ report: SourceReport, at now: Moment)
    /// Frames found good since the start. The loop compares it before and after `receive`.
    var goodFrames: Int { get }
    /// Monotonic milliseconds at which `tick` is due; `nil`: never. Asked anew after each call and after each wake.
    var deadline: Int64? { get }
    func tick(at now: Moment)
}
