import CNifti2

/// The order of bytes in numbers.
enum ByteOrder {
    /// Whether this machine's numbers have their most significant byte first.
    static let hostIsBigEndian = 1.bigEndian == 1

    /// Turns every number of `width` bytes around.
    static func swapBytes(_ bytes: UnsafeMutableRawBufferPointer, width: Int) {
        guard width > 1 else { return }
        nifti_swap_Nbytes(Int64(bytes.count / width), Int32(width), bytes.baseAddress)
    }

    /// Brings numbers that were stored in some byte order into this machine's.
    static func bringHome(_ bytes: UnsafeMutableRawBufferPointer, width: Int, isBigEndian: Bool) {
        if isBigEndian != hostIsBigEndian { swapBytes(bytes, width: width) }
    }
}
