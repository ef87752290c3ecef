// swift-tools-version: 6.1
import PackageDescription

// Arrows point down only. What a target depends on is all that it may import: scripts/check-layers holds it.
let swift: [SwiftSetting] = [.swiftLanguageMode(.v6)]

// Optimised in debug builds too: the tests run it on whole volumes, which takes minutes otherwise. In another package
// that uses the library by version, where it lies among that one's checkouts, no target may set such flags.
let isDependency = Context.packageDirectory.contains("/checkouts/")
let optimised = swift + (isDependency ? [] : [.unsafeFlags(["-O"], .when(configuration: .debug))])
// The C sources say the same in pragmas; with the flags the kernels of every processor keep their very bits.
let optimisedC: [CSetting] = isDependency ? [] : [.unsafeFlags(["-O3", "-ffp-contract=fast"])]

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
                "Volumes", "Platform", "Configuration", "VolumeIO", "Archives", "Preparation", "Inference", "Learning",
                "Segmentation", "Evaluation", "Export", "Studies", "PackChecks", "Pipelines", "Reports",
                "Batch", "Rounds", "Viewing",
            ]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.0.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // C, one library behind each target.
        .target(
            name: "CNifti2", linkerSettings: [.linkedLibrary("nifti2"), .linkedLibrary("znz"), .linkedLibrary("z")]),
        .systemLibrary(name: "CDeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CDigest", providers: [.apt(["libmd-dev"])]),
        .systemLibrary(name: "CRename"),
        .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
        .systemLibrary(name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),
        .systemLibrary(name: "CArchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CMeshOptimizer", providers: [.apt(["libmeshoptimizer-dev"])]),
        .target(name: "CDCMTKBridge", linkerSettings: dcmtk.map { .linkedLibrary($0) } + [.linkedLibrary("stdc++")]),
        .target(name: "COpenJPEG", linkerSettings: [.linkedLibrary("openjp2")]),
        .target(name: "CTomosWeights", exclude: ["tomos-1.safetensors"]),
        // three.js as Debian's libjs-three has it.
        .target(name: "CThree"),
        .target(name: "CVectors"),
        .target(name: "CUniverSegKernels", dependencies: ["CVectors"], cSettings: optimisedC),
        .target(name: "CLearningKernels", dependencies: ["CVectors"], cSettings: optimisedC),
        .target(name: "CRegistrationKernels", dependencies: ["CVectors"], cSettings: optimisedC),

        .target(name: "Volumes", swiftSettings: swift),
        .target(name: "Platform", dependencies: ["Volumes", "CDigest", "CRename"], swiftSettings: swift),
        .target(
            name: "Configuration", dependencies: ["Volumes", .product(name: "Yams", package: "Yams")],
            swiftSettings: swift),
        .target(
            name: "VolumeIO",
            dependencies: ["Volumes", "Platform", "CNifti2", "CDeflate", "CZlib", "CDCMTKBridge", "COpenJPEG"],
            swiftSettings: swift),
        .target(
            name: "Archives", dependencies: ["Volumes", "Platform", "VolumeIO", "CArchive"], swiftSettings: swift),
        .target(name: "Preparation", dependencies: ["Volumes"], swiftSettings: swift),
        .target(
            name: "Inference", dependencies: ["Volumes", "Platform", "CUniverSegKernels", "CTomosWeights", "CZlib"],
            swiftSettings: swift),
        .target(
            name: "Learning", dependencies: ["Volumes", "Platform", "CLearningKernels"], swiftSettings: optimised),
        .target(
            name: "Segmentation",
            dependencies: [
                "Volumes", "Platform", "Configuration", "VolumeIO", "Preparation", "Inference", "Learning",
                "CRegistrationKernels",
            ], swiftSettings: optimised),
        .target(name: "Evaluation", dependencies: ["Volumes", "Platform", "VolumeIO"], swiftSettings: optimised),
        .target(
            name: "Export",
            dependencies: [
                "Volumes", "Platform", "VolumeIO", "CCairo", "CDeflate", "CWebP", "CMeshOptimizer",
            ],
            swiftSettings: optimised),
        .target(
            name: "Studies",
            dependencies: ["Volumes", "Platform", "Configuration", "VolumeIO", "Segmentation", "Export"],
            swiftSettings: swift),
        .target(
            name: "PackChecks",
            dependencies: [
                "Volumes", "Platform", "VolumeIO", "Preparation", "Learning", "Segmentation", "Evaluation",
            ], swiftSettings: swift),
        .target(
            name: "Pipelines",
            dependencies: [
                "Volumes", "Platform", "Configuration", "VolumeIO", "Preparation", "Inference", "Segmentation",
                "Evaluation", "Export", "Studies", "PackChecks",
            ], swiftSettings: swift),
        .target(
            name: "Reports",
            dependencies: [
                "Volumes", "Platform", "VolumeIO", "Segmentation", "Export", "Studies", "Pipelines", "CThree",
                .product(name: "Mustache", package: "swift-mustache"),
            ], resources: [.embedInCode("Assets")], swiftSettings: swift),
        .target(
            name: "Viewing",
            dependencies: [
                "Volumes", "Platform", "VolumeIO", "Preparation", "Export", "Studies", "Pipelines",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ], resources: [.embedInCode("Assets")], swiftSettings: optimised),
        .target(
            name: "Batch",
            dependencies: [
                "Volumes", "Platform", "VolumeIO", "Segmentation", "Export", "Studies", "Pipelines",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ], swiftSettings: swift),
        .target(
            name: "Rounds",
            dependencies: [
                "Volumes", "Platform", "VolumeIO", "Segmentation", "Export", "Studies", "Pipelines", "Batch",
            ], swiftSettings: swift),
        .plugin(name: "Revision", capability: .buildTool()),
        .executableTarget(
            name: "tomos",
            dependencies: [
                "Rounds", "Batch", "Viewing", "Reports", "Pipelines", "PackChecks", "Studies", "Export", "Evaluation",
                "Segmentation", "Inference", "Preparation", "Archives", "VolumeIO", "Platform", "Volumes",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: swift, plugins: ["Revision"]),

        .target(name: "CPeak", path: "Benchmarks/Peak", cSettings: optimisedC),
        .executableTarget(
            name: "engine-benchmark", dependencies: ["Inference", "Platform", "CUniverSegKernels", "CPeak"],
            path: "Benchmarks/Engine", swiftSettings: swift),
        .executableTarget(
            name: "registration-benchmark",
            dependencies: [
                "Segmentation", "VolumeIO", "Preparation", "Platform", "Volumes",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Benchmarks/Registration/Program", swiftSettings: swift),
        .executableTarget(
            name: "case-benchmark",
            dependencies: [
                "Segmentation", "VolumeIO", "Preparation", "Platform",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Benchmarks/Cases", swiftSettings: swift),
        .executableTarget(
            name: "learning-benchmark", dependencies: ["Learning", "Platform"], path: "Benchmarks/Learning",
            swiftSettings: swift),

        .executableTarget(
            name: "fuzz-readers",
            dependencies: [
                "Preparation", "VolumeIO", "Platform", "Volumes", "CZlib",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Tests/Fuzz", swiftSettings: swift),
        .target(name: "TestSupport", dependencies: ["Platform"], path: "Tests/TestSupport", swiftSettings: optimised),
        .testTarget(name: "VolumesTests", dependencies: ["Volumes"], swiftSettings: swift),
        .testTarget(
            name: "PlatformTests", dependencies: ["Platform", "VolumeIO", "Volumes", "TestSupport"],
            swiftSettings: swift),
        .testTarget(
            name: "VolumeIOTests", dependencies: ["VolumeIO", "Platform", "TestSupport"], swiftSettings: swift),
        .testTarget(
            name: "ArchivesTests", dependencies: ["Archives", "Platform", "TestSupport"], swiftSettings: swift),
        .testTarget(name: "PreparationTests", dependencies: ["Preparation", "TestSupport"], swiftSettings: swift),
        // The published graph in float64, as the engine's judge; tests run it for seconds as it is.
        .target(
            name: "ReferenceNetwork", path: "Tests/ReferenceNetwork",
            cSettings: optimisedC),
        .testTarget(
            name: "InferenceTests",
            dependencies: [
                "Inference", "Preparation", "VolumeIO", "Platform", "Volumes", "ReferenceNetwork", "TestSupport",
            ],
            swiftSettings: swift),
        // Optimised, because the kernels' judges are plain loops.
        .testTarget(
            name: "LearningTests", dependencies: ["Learning", "CLearningKernels", "Platform", "TestSupport"],
            exclude: ["Fixtures"], swiftSettings: optimised),
        .testTarget(
            name: "SegmentationTests",
            dependencies: ["Segmentation", "CRegistrationKernels", "Configuration", "Platform", "TestSupport"],
            exclude: ["Registration/Fixtures"], swiftSettings: swift),
        .testTarget(name: "EvaluationTests", dependencies: ["Evaluation", "TestSupport"], swiftSettings: swift),
        .testTarget(name: "ExportTests", dependencies: ["Export", "TestSupport"], swiftSettings: swift),
        .testTarget(
            name: "StudiesTests",
            dependencies: ["Studies", "Pipelines", "Export", "VolumeIO", "Platform", "TestSupport"],
            swiftSettings: swift),
        .testTarget(
            name: "PackChecksTests",
            dependencies: [
                "PackChecks", "Segmentation", "Learning", "Evaluation", "VolumeIO", "Platform", "Volumes",
                "TestSupport",
            ],
            swiftSettings: swift),
        .testTarget(
            name: "PipelinesTests", dependencies: ["Pipelines", "Studies", "Configuration", "Platform", "TestSupport"],
            swiftSettings: swift),
        .testTarget(
            name: "BatchTests",
            dependencies: [
                "Batch", "Pipelines", "Studies", "Segmentation", "VolumeIO", "Platform", "Volumes", "TestSupport",
            ], swiftSettings: swift),
        .testTarget(
            name: "ReportsTests",
            dependencies: ["Reports", "Pipelines", "Export", "Segmentation", "Platform", "Volumes", "TestSupport"],
            swiftSettings: swift),
        .testTarget(
            name: "ViewingTests",
            dependencies: ["Viewing", "Preparation", "VolumeIO", "Platform", "Volumes", "TestSupport"],
            swiftSettings: swift),
        .testTarget(
            name: "RoundsTests",
            dependencies: [
                "Rounds", "Batch", "Pipelines", "Segmentation", "VolumeIO", "Platform", "Volumes", "TestSupport",
            ], swiftSettings: swift),
        .testTarget(
            name: "CommandTests",
            dependencies: ["tomos", "Rounds", "Batch", "Platform", "VolumeIO", "Volumes", "TestSupport"],
            swiftSettings: swift),
    ],
    cxxLanguageStandard: .cxx17
)
