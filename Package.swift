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
    ],
    targets: [
        .target(
            name: "CMosquitto",
            linkerSettings: [.linkedLibrary("mosquitto")]),
        .target(name: "P1Parser", swiftSettings: strict),
        .executableTarget(
            name: "P1MQTT",
            dependencies: [
                "CMosquitto",
                "P1Parser",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .testTarget(name: "P1ParserTests", dependencies: ["P1Parser"], swiftSettings: strict),
        .testTarget(
            name: "P1MQTTTests",
            dependencies: [
                "P1MQTT", "P1Parser",
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["HomeAssistant/Golden"],
            swiftSettings: strict),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "P1MQTT", "P1Parser", "CMosquitto",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
    ]
)
