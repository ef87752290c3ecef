extension StructureIndex {
    /// Codes that others write for what the table has under another one: the side within the code, or a concept one
    /// step up or down that is used in the same sense.
    static let otherCodes: [OtherCode] = [
        OtherCode("119406000", "thalamus", paired: true),
        OtherCode("15926001", "brain stem"),
        OtherCode("79652003", "eye", paired: true),
        OtherCode("385296007", "submandibular gland", paired: true),
        OtherCode("360955006", "nasopharynx"),
        OtherCode("430757002", "pulmonary veins"),
        OtherCode("272673000", "bone"),
        OtherCode("71616004", "muscle"),
        OtherCode("256674009", "fat"),
        OtherCode("195879000", "muscles of abdominal wall"),
        OtherCode("18639004", "left kidney"),
        OtherCode("9846003", "right kidney"),
        OtherCode("44029006", "left lung"),
        OtherCode("3341006", "right lung"),
        OtherCode("44714003", "left upper lobe of lung"),
        OtherCode("80248007", "left breast"),
        OtherCode("53727004", "left pleura"),
        OtherCode("44788007", "right pleura"),
        OtherCode("79163004", "left lobe of thyroid gland"),
        OtherCode("29565003", "right lobe of thyroid gland"),
        OtherCode("42320003", "left seminal vesicle"),
        OtherCode("74308000", "right seminal vesicle"),
        OtherCode("113263003", "left common carotid artery"),
        OtherCode("65355003", "right common carotid artery"),
        OtherCode("85235006", "left subclavian artery"),
        OtherCode("29700009", "right subclavian artery"),
        OtherCode("113270003", "left femoral artery"),
        OtherCode("69833005", "right femoral artery"),
    ]
}
