import CDCMTKBridge

/// The toolkit's data dictionary.
enum DICOMDictionary {
    /// The value representation of an element of the standard, as two letters; 0 for one that is not in the dictionary or
    /// whose representation depends on others.
    static func representation(_ tag: UInt32) -> UInt16 {
        tomos_dcm_dictionary_representation(UInt16(tag >> 16), UInt16(truncatingIfNeeded: tag))
    }
}

extension DCMTKFile {
    /// The standard's name of a UID, nil when unknown. DCMTK writes it in one word: `MRImageStorage` is `MR Image Storage`.
    static func name(ofUID uid: String) -> String? {
        var name = ErrorText()
        tomos_dcm_uid_name(uid, &name.buffer, name.buffer.count)
        let letters = Array(name.text)
        var spaced = ""
        for (n, letter) in letters.enumerated() {
            let startsWord =
                n > 0 && letter.isUppercase
                && (letters[n - 1].isLowercase || n + 1 < letters.count && letters[n + 1].isLowercase)
            spaced += startsWord && letters[n - 1] != " " ? " \(letter)" : "\(letter)"
        }
        return spaced.isEmpty ? nil : spaced
    }
}
