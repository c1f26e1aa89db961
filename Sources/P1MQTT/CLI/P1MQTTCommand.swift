import ArgumentParser
import Logging
import ServiceLifecycle
import UnixSignals

@main
struct P1MQTTCommand: AsyncParsableCommand {
    func run() async throws {}
}
