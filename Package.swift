// swift-tools-version: 6.1
import PackageDescription

// Arrows point down only: DESIGN.md's layers, held by scripts/check-layers.
let swift: [SwiftSetting] = [.swiftLanguageMode(.v6)]

// Optimised in debug builds too: the tests run it on whole volumes, which takes minutes otherwise.
let optimised = swift + [.unsafeFlags(["-O"], .when(configuration: .debug))]

// DCMTK's pkg-config file pulls in 25 libraries; these are the ones the bridge uses.
let dcmtk = [
    "dcmjpls", "dcmtkcharls", "dcmjpeg", "ijg8", "ijg12", "ijg16", "dcmimgle", "dcmdata", "oflog", "ofstd",
]

let package = Package(
    name: "tomos",
    products: [
        .executable(name: "tomos", targets: ["tomos"]),
        .library(
            name: "Tomos",
            targets: [
                "Volumes", "VolumeIO", "Preparation", "Inference", "Segmentation", "Evaluation", "Export", "Pipelines",
            ]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // C, one library behind each target.
        .target(
            name: "CNifti2", linkerSettings: [.linkedLibrary("nifti2"), .linkedLibrary("znz"), .linkedLibrary("z")]),
        .systemLibrary(name: "CDeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CDigest", providers: [.apt(["libmd-dev"])]),
        .systemLibrary(name: "CPNG", providers: [.apt(["libpng-dev"])]),
        .target(name: "CDCMTKBridge", linkerSettings: dcmtk.map { .linkedLibrary($0) } + [.linkedLibrary("stdc++")]),
        .target(name: "COpenJPEG", linkerSettings: [.linkedLibrary("openjp2")]),
        .target(name: "CTomosWeights", exclude: ["tomos-1.safetensors"]),
        // Optimised in debug builds too: the tests run the network, which takes minutes otherwise.
        .target(name: "CUniverSegKernels", cSettings: [.unsafeFlags(["-O3", "-ffp-contract=fast"])]),
        .target(name: "CPerceptron", cSettings: [.unsafeFlags(["-O3", "-ffp-contract=fast"])]),

        .target(name: "Volumes", swiftSettings: swift),
        .target(
            name: "VolumeIO", dependencies: ["Volumes", "CNifti2", "CDeflate", "CZlib", "CDCMTKBridge", "COpenJPEG"],
            swiftSettings: swift),
        .target(name: "Preparation", dependencies: ["Volumes"], swiftSettings: swift),
        .target(
            name: "Inference", dependencies: ["Volumes", "CUniverSegKernels", "CTomosWeights", "CZlib", "CDigest"],
            swiftSettings: swift),
        .target(
            name: "Segmentation",
            dependencies: [
                "Volumes", "VolumeIO", "Preparation", "Inference", "CPerceptron",
                .product(name: "Yams", package: "Yams"),
            ], swiftSettings: optimised),
        .target(name: "Evaluation", dependencies: ["Volumes", "VolumeIO"], swiftSettings: optimised),
        .target(name: "Export", dependencies: ["Volumes", "VolumeIO", "CPNG"], swiftSettings: swift),
        .target(
            name: "Pipelines",
            dependencies: [
                "Volumes", "VolumeIO", "Preparation", "Inference", "Segmentation", "Evaluation", "Export",
                .product(name: "Yams", package: "Yams"),
            ], swiftSettings: swift),
        .executableTarget(
            name: "tomos",
            dependencies: [
                "Pipelines", "Export", "Evaluation", "Segmentation", "Inference", "Preparation", "VolumeIO", "Volumes",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: swift),

        .target(name: "CPeak", path: "Benchmarks/Peak", cSettings: [.unsafeFlags(["-O3", "-ffp-contract=fast"])]),
        .executableTarget(
            name: "engine-benchmark", dependencies: ["Inference", "CUniverSegKernels", "CPeak"],
            path: "Benchmarks/Engine", swiftSettings: swift),

        .executableTarget(
            name: "fuzz-readers",
            dependencies: [
                "Preparation", "VolumeIO", "Volumes", "CZlib",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Tests/Fuzz", swiftSettings: swift),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: swift),
        .testTarget(name: "VolumesTests", dependencies: ["Volumes"], swiftSettings: swift),
        .testTarget(name: "VolumeIOTests", dependencies: ["VolumeIO", "TestSupport"], swiftSettings: swift),
        .testTarget(name: "PreparationTests", dependencies: ["Preparation", "TestSupport"], swiftSettings: swift),
        // The published graph in float64, as the engine's judge; tests run it for seconds as it is.
        .target(
            name: "ReferenceNetwork", path: "Tests/ReferenceNetwork",
            cSettings: [.unsafeFlags(["-O3", "-ffp-contract=fast"])]),
        .testTarget(
            name: "InferenceTests",
            dependencies: ["Inference", "Preparation", "VolumeIO", "Volumes", "ReferenceNetwork", "TestSupport"],
            swiftSettings: swift),
        .testTarget(name: "SegmentationTests", dependencies: ["Segmentation", "TestSupport"], swiftSettings: swift),
        .testTarget(name: "EvaluationTests", dependencies: ["Evaluation", "TestSupport"], swiftSettings: swift),
        .testTarget(name: "ExportTests", dependencies: ["Export", "TestSupport"], swiftSettings: swift),
        .testTarget(name: "PipelinesTests", dependencies: ["Pipelines", "TestSupport"], swiftSettings: swift),
        .testTarget(
            name: "CommandTests", dependencies: ["tomos", "VolumeIO", "Volumes", "TestSupport"], swiftSettings: swift),
    ],
    cxxLanguageStandard: .cxx17
)
