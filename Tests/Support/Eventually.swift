import Foundation

/// Waits for something to become true, and fails with `what` when it does not in time. It looks every 10 milliseconds
/// and keeps its thread meanwhile: in a test, that of a suite with `.ownThreads`.
package func eventually(
    _ what: @autoclosure () -> String, within limit: Duration = .seconds(15),
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw SupportFailure("not within \(limit): \(what())") }
        pause(milliseconds: 10)
    }
}

/// Lets the thread rest. Not `Task.sleep`, whose end waits in line behind all tests that compute.
package func pause(milliseconds: Int) {
    usleep(UInt32(milliseconds) * 1000)
}
