import CDigest

/// Fingerprints of data, as lower-case hexadecimal.
public enum Digest {
    /// SHA-256.
    public static func sha256(_ data: [UInt8]) -> String {
        var context = SHA2_CTX()
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        SHA256Init(&context)
        SHA256Update(&context, data, data.count)
        SHA256Final(&digest, &context)
        return hexadecimal(digest)
    }

    /// The id git gives a file with this content: SHA-1 of `blob <size>\0` and the content.
    public static func gitBlob(_ data: [UInt8]) -> String {
        let header = Array("blob \(data.count)\0".utf8)
        var context = SHA1_CTX()
        var digest = [UInt8](repeating: 0, count: Int(SHA1_DIGEST_LENGTH))
        SHA1Init(&context)
        SHA1Update(&context, header, header.count)
        SHA1Update(&context, data, data.count)
        SHA1Final(&digest, &context)
        return hexadecimal(digest)
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
