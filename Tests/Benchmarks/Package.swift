// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Benchmarks",
    dependencies: [.package(name: "P1MQTT", path: "../..")],
    targets: [
        .executableTarget(
            name: "parse-benchmark",
            dependencies: [.product(name: "P1Parser", package: "P1MQTT")])
    ]
)
