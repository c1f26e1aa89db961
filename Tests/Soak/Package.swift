// swift-tools-version: 6.2
import PackageDescription

// Depends on nothing of the product, whose results it judges: it only runs the program. `Linked` holds fixtures of the tests.
let package = Package(
    name: "Soak",
    targets: [
        .executableTarget(
            name: "soak",
            swiftSettings: [.treatAllWarnings(as: .error), .enableUpcomingFeature("NonisolatedNonsendingByDefault")])
    ]
)
