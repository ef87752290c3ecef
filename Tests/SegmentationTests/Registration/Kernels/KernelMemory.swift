import CRegistrationKernels

/// The kernels that this processor can run.
enum RunnableKernels {
    static let names: [String] = ["avx512", "avx2", "generic"].filter { (name: String) in
        tomos_registration_kernels_named(name) != nil
    }

    static func named(_ name: String) -> tomos_registration_kernels {
        guard let kernels = tomos_registration_kernels_named(name) else { preconditionFailure("no kernels \(name)") }
        return kernels.pointee
    }
}

extension SIMD3<Int> {
    var kernel: [Int32] { [Int32(x), Int32(y), Int32(z)] }
    var count: Int { x * y * z }
}
