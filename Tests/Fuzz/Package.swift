// swift-tools-version: 6.2
import PackageDescription

// Nobody can import the modules of a program, so what is fuzzed of it stands in `Linked`, as links to its files. When a
// type is missing here, link the file that holds it too.
let package = Package(
    name: "Fuzz",
    dependencies: [.package(name: "P1MQTT", path: "../..")],
    targets: [
        .executableTarget(name: "fuzz", dependencies: [.product(name: "P1Parser", package: "P1MQTT")])
    ]
)
