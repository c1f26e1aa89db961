// swift-tools-version: 6.2
import PackageDescription

/// How Tests/Fuzz/run has the modules built: of the fuzzer they need the counters of what was reached.
let fuzzing: [SwiftSetting] = Context.environment["P1MQTT_FUZZ"].map { [.unsafeFlags(["-sanitize=" + $0])] } ?? []

let strict: [SwiftSetting] =
    fuzzing + [
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]

let package = Package(
    name: "P1MQTT",
    // For P1Parser alone, the program is for Linux: older ones lend no span of an array.
    platforms: [.macOS(.v26), .iOS(.v26), .tvOS(.v26), .watchOS(.v26), .visionOS(.v26)],
    products: [
        .library(name: "P1Parser", targets: ["P1Parser"]),
        .library(name: "P1ParserFoundation", targets: ["P1ParserFoundation"]),
        .executable(name: "p1mqtt", targets: ["P1MQTT"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    ],
    targets: [
        .target(
            name: "CMosquitto",
            linkerSettings: [.linkedLibrary("mosquitto")]),
        .target(name: "CLinux"),
        // Nothing is linked: libcurl is opened where a meter needs it.
        .target(name: "CCurl"),
        // Only its headers: it is opened where it is used.
        .target(name: "CMicrohttpd"),
        .target(name: "P1Parser", swiftSettings: strict),
        // Decimal, Date and Data, for those who link Foundation anyway. The program does not.
        .target(name: "P1ParserFoundation", dependencies: ["P1Parser"], swiftSettings: strict),
        // Pure: no input, no output, no clock.
        module("Meter", ["P1Parser"]),
        module("HomeAssistant", ["P1Parser", "P1MQTTMeter"]),
        // What may wait and fail.
        module("System", ["CLinux", "P1MQTTMeter", system]),
        module("Broker", ["CMosquitto", "P1MQTTMeter", "P1MQTTSystem", deque, logging]),
        module("Input", ["CCurl", "CLinux", "CMicrohttpd", "P1Parser", "P1MQTTMeter", "P1MQTTSystem", crypto, heap, system]),
        module("Emulator", ["P1Parser", "P1MQTTMeter", "P1MQTTSystem", "P1MQTTInput", system]),
        .executableTarget(
            name: "P1MQTT",
            dependencies: [
                "P1Parser", "P1MQTTMeter", "P1MQTTHomeAssistant", "P1MQTTSystem", "P1MQTTBroker", "P1MQTTInput",
                "P1MQTTEmulator", arguments, logging, lifecycle, signals, system,
            ],
            path: "Sources/P1MQTT/Program",
            swiftSettings: strict),
        .target(name: "TestSupport", path: "Tests/Support", swiftSettings: strict),
        // What stands in the pages of P1Parser opens encrypted telegrams with a cipher of one's choice.
        .testTarget(name: "P1ParserTests", dependencies: ["P1Parser", "P1ParserFoundation", "TestSupport", crypto], swiftSettings: strict),
        .testTarget(name: "P1ParserInternalTests", dependencies: ["P1Parser"], swiftSettings: strict),
        .testTarget(
            name: "P1MQTTTests",
            dependencies: [
                "P1Parser", "P1MQTTMeter", "P1MQTTHomeAssistant", "P1MQTTSystem", "P1MQTTBroker", "P1MQTTInput",
                "P1MQTTEmulator", "P1MQTT", "TestSupport", "CCurl", arguments, logging,
            ],
            exclude: ["HomeAssistant/Golden"],
            swiftSettings: strict),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "P1Parser", "P1MQTTMeter", "P1MQTTHomeAssistant", "P1MQTTSystem", "P1MQTTBroker", "P1MQTTInput",
                "P1MQTTEmulator", "P1MQTT", "TestSupport", "CMosquitto", logging, lifecycle, system,
            ],
            swiftSettings: strict),
        // Depends on nothing of the product, whose results it judges: it only runs the program.
        .executableTarget(name: "soak", dependencies: ["TestSupport"], path: "Tests/Soak", exclude: ["run"], swiftSettings: strict),
        // A home, its meter and the broker without a clock, and a judge of what the program says of them.
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "P1MQTTMeter", "P1MQTTHomeAssistant", "P1MQTTSystem", "P1MQTTBroker", "P1MQTTInput", "P1MQTTEmulator", "P1MQTT",
                "TestSupport", logging,
            ],
            path: "Tests/Simulation", exclude: ["run"], swiftSettings: strict),
        // What the fuzzer tries. Test targets, for they look inside; Tests/Fuzz/run links each of their functions with it.
        .target(name: "FuzzSupport", dependencies: ["P1Parser"], path: "Tests/Fuzz/Support", swiftSettings: strict),
        .testTarget(name: "FuzzParser", dependencies: ["P1Parser", "FuzzSupport"], path: "Tests/Fuzz/Parser", swiftSettings: strict),
        .testTarget(
            name: "FuzzMeter", dependencies: ["P1Parser", "P1MQTTMeter", "P1MQTTHomeAssistant", "FuzzSupport"],
            path: "Tests/Fuzz/Meter", swiftSettings: strict),
        .testTarget(
            name: "FuzzProgram",
            dependencies: [
                "P1MQTTMeter", "P1MQTTHomeAssistant", "P1MQTTSystem", "P1MQTTBroker", "P1MQTTInput", "P1MQTT", "FuzzSupport", logging,
            ],
            path: "Tests/Fuzz/Program", swiftSettings: strict),
        .executableTarget(
            name: "parse-benchmark", dependencies: ["P1Parser"], path: "Tests/Benchmarks/Sources/parse-benchmark", swiftSettings: strict),
    ]
)

/// A folder of `Sources/P1MQTT` as a module of its own, so that the compiler keeps its walls.
func module(_ folder: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: "P1MQTT" + folder, dependencies: dependencies, path: "Sources/P1MQTT/" + folder, swiftSettings: strict)
}

var arguments: Target.Dependency { .product(name: "ArgumentParser", package: "swift-argument-parser") }
var deque: Target.Dependency { .product(name: "DequeModule", package: "swift-collections") }
var heap: Target.Dependency { .product(name: "HeapModule", package: "swift-collections") }
var crypto: Target.Dependency { .product(name: "Crypto", package: "swift-crypto") }
var logging: Target.Dependency { .product(name: "Logging", package: "swift-log") }
var lifecycle: Target.Dependency { .product(name: "ServiceLifecycle", package: "swift-service-lifecycle") }
var system: Target.Dependency { .product(name: "SystemPackage", package: "swift-system") }
var signals: Target.Dependency { .product(name: "UnixSignals", package: "swift-service-lifecycle") }
