// swift-tools-version: 6.1
import PackageDescription

// Another package that uses the library by version, as anyone would; scripts/check-consumer says where it lies.
let package = Package(
    name: "consumer",
    dependencies: [
        .package(url: Context.environment["TOMOS_URL"] ?? "https://example.org/tomos", exact: "1.0.0")
    ],
    targets: [
        .executableTarget(name: "Consumer", dependencies: [.product(name: "Tomos", package: "tomos")])
    ],
    cxxLanguageStandard: .cxx17
)
