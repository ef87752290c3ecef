import CDigest
import Glibc

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

    /// SHA-256 of a file, read in parts; nil, with errno saying why, when it cannot be read to its end.
    public static func sha256(file path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var context = SHA2_CTX()
        SHA256Init(&context)
        var part = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(descriptor, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            SHA256Update(&context, part, count)
        }
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
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
