/// Airways, lungs and what lies beside them: pale blues and violets, so that neighbouring lobes differ.
extension StructureRow {
    static let chest: [StructureRow] = [
        .one("trachea", "44567001", "Trachea", 0xB4E1FF, "windpipe"),
        .one("bronchus", "955009", "Bronchus", 0x96D2F5, "bronchi", "bronchial tree", "bronchus tree"),
        .one("left main bronchus", "75245000", "Left main bronchus", 0x87C8EB),
        .one("right main bronchus", "70074004", "Right main bronchus", 0x87C8EB),
        .one(
            "trachea and bronchi", "110726009", "Trachea and bronchus", 0xA5DCFA, "lung trachea bronchia",
            "trachea and bronchus"),
        .one("airways", "89187006", "Airway", 0xAAE1FF, "airway", "lung airways"),
        .pair("lung", "39607008", "Lung", 0xA5C3DC, "pulmo"),
        .pair(
            "upper lobe of lung", "45653009", "Upper lobe of lung", 0x8CB4DC, "lung upper lobe", "upper lobe",
            "superior lobe of lung", "lung superior lobe", "upper lung lobe"),
        .one(
            "middle lobe of right lung", "72481006", "Middle lobe of right lung", 0xAAD2B4, "lung middle lobe right",
            "right middle lobe", "middle lobe", "lung middle lobe", "rml"),
        .pair(
            "lower lobe of lung", "90572001", "Lower lobe of lung", 0xB4A0D7, "lung lower lobe", "lower lobe",
            "inferior lobe of lung", "lung inferior lobe", "lower lung lobe"),
        .one("lung vessels", "59820001", "Blood vessel", 0xBE6EB4, "pulmonary vessels", "lung vessel").wider,
        .one("lung arteries", "81040000", "Pulmonary artery", 0x8282DC, "lung artery").wider,
        .one("lung veins", "122972007", "Pulmonary vein", 0xE66E78, "lung vein").wider,
        .pair("pleura", "3120008", "Pleura", 0xF0E1C8, "pleurae", "lung pleural"),
        .one("mediastinum", "72410000", "Mediastinum", 0xF0DCB4),
        .one("thoracic cavity", "43799004", "Chest cavity", 0xC8B4C8, "chest cavity", "cavum thoracis"),
        .one("thymus", "9875009", "Thymus", 0x5AB48C, "glnd thymus", "thymus gland"),
        .one("diaphragm", "5798000", "Diaphragm", 0xB45F50),
        .pair("breast", "76752008", "Breast", 0xE6AFA5, "mamma"),
    ]
}
