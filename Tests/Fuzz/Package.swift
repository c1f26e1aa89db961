// swift-tools-version: 6.2
import PackageDescription

// A package of its own, for all of it is built with the fuzzer, which brings its own main.
let package = Package(
    name: "Fuzz",
    dependencies: [.package(name: "P1MQTT", path: "../..")],
    targets: [
        .executableTarget(
            name: "fuzz",
            dependencies: [.product(name: "P1Parser", package: "P1MQTT"), .product(name: "P1MQTTMeter", package: "P1MQTT")])
    ]
)
