// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "P1MQTT",
    products: [
        .library(name: "P1Parser", targets: ["P1Parser"]),
        .executable(name: "p1mqtt", targets: ["P1MQTT"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    ],
    targets: [
        .target(
            name: "CMosquitto",
            linkerSettings: [.linkedLibrary("mosquitto")]),
        .target(name: "CLinux"),
        .target(name: "P1Parser", swiftSettings: strict),
        // Pure: no input, no output, no clock.
        module("Meter", ["P1Parser"]),
        module("HomeAssistant", ["P1Parser", "P1MQTTMeter"]),
        // What may wait and fail.
        module("System", ["CLinux", "P1MQTTMeter"]),
        module("Broker", ["CMosquitto", "P1MQTTMeter", "P1MQTTSystem", deque, logging]),
        module("Input", ["CLinux", "P1Parser", "P1MQTTMeter", "P1MQTTSystem", crypto]),
        module("Emulator", ["P1Parser", "P1MQTTMeter", "P1MQTTSystem", "P1MQTTInput"]),
        .executableTarget(
            name: "P1MQTT",
            dependencies: [
                "P1Parser", "P1MQTTMeter", "P1MQTTHomeAssistant", "P1MQTTSystem", "P1MQTTBroker", "P1MQTTInput",
                "P1MQTTEmulator", arguments, logging, lifecycle, signals,
            ],
            path: "Sources/P1MQTT/Program",
            swiftSettings: strict),
        .target(name: "TestSupport", path: "Tests/Support", swiftSettings: strict),
        .testTarget(name: "P1ParserTests", dependencies: ["P1Parser", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "P1MQTTTests",
            dependencies: [
                "P1Parser", "P1MQTTMeter", "P1MQTTHomeAssistant", "P1MQTTSystem", "P1MQTTBroker", "P1MQTTInput",
                "P1MQTTEmulator", "P1MQTT", "TestSupport", logging,
            ],
            exclude: ["HomeAssistant/Golden"],
            swiftSettings: strict),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "P1Parser", "P1MQTTMeter", "P1MQTTHomeAssistant", "P1MQTTSystem", "P1MQTTBroker", "P1MQTTInput",
                "P1MQTTEmulator", "P1MQTT", "TestSupport", "CMosquitto", logging, lifecycle,
            ],
            swiftSettings: strict),
        // Depends on nothing of the product, whose results it judges: it only runs the program.
        .executableTarget(name: "soak", dependencies: ["TestSupport"], path: "Tests/Soak", exclude: ["run"], swiftSettings: strict),
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
var crypto: Target.Dependency { .product(name: "Crypto", package: "swift-crypto") }
var logging: Target.Dependency { .product(name: "Logging", package: "swift-log") }
var lifecycle: Target.Dependency { .product(name: "ServiceLifecycle", package: "swift-service-lifecycle") }
var signals: Target.Dependency { .product(name: "UnixSignals", package: "swift-service-lifecycle") }
